//! Licences: cards of a wallet, what holders ask and are told, acts of the issuing unit.

use crate::domain::access::{
    ActOnLicence, AskOfUnit, HandleRequests, ManageOwnAccount, OpenOwnFace, ViewActs, ViewWallet,
};
use crate::http::answer::Page;
use crate::http::api::licence::acts::{self, ActRequest};
use crate::http::api::licence::cards::{self, Card};
use crate::http::api::licence::history::{self, LegalAct, LicenceAct, OwnAct};
use crate::http::api::licence::notices::{self, DueInspection, Notice};
use crate::http::api::licence::own_face::{self, FaceRequest, WholeFace};
use crate::http::api::licence::requests::{self, AnswerRequest, AskRequest, LicenceRequest};
use crate::http::api::licence::suggestions::{self, Suggestions, SuggestionsRequest};
use crate::service::licence::acts::ActOutcome;
use crate::service::licence::requests::Requested;

routes! { "licence";
    GET  "/api/v1/wallet/licences"          cards::list, ViewWallet => 200 Page<Card>,
        "本人或所代理主体的证照" / "The licences of the caller, or of a holder he acts for (`?for=`)", else 404;
    GET  "/api/v1/wallet/licences/{id}"     cards::read, ViewWallet => 200 Card,
        "本人的一件证照" / "One of the caller's own licences";
    POST "/api/v1/wallet/licences/{id}/face" own_face::read, OpenOwnFace, FaceRequest => 200 WholeFace,
        "凭亮证密码查看证照的全部照面内容" / "The whole face of a licence in an open wallet, unmasked, after the PIN";
    GET  "/api/v1/wallet/licences/{id}/acts" history::of_holder, ViewWallet => 200 Page<OwnAct>,
        "本人证照的办理记录" / "What was done to one of the caller's own licences, oldest first";
    GET  "/api/v1/wallet/licences/{id}/requests" requests::own, ViewWallet => 200 Page<LicenceRequest>,
        "本人就一件证照提出的申请" / "What the caller asked for one of his licences, newest first";
    POST "/api/v1/wallet/licences/{id}/requests" requests::ask, AskOfUnit, AskRequest => 201 Requested,
        "挂失（立即办理）或申请注销" / "Reports a loss, at once, or asks the issuing unit to cancel";
    GET  "/api/v1/wallet/notices"           notices::list, ViewWallet => 200 Page<Notice>,
        "到期、年检和证照变动提醒" / "What the caller, or a holder he acts for (`?for=`), is told: what runs out, and what units did; newest first", else 404;
    GET  "/api/v1/wallet/suggestions"       suggestions::list, ViewWallet => 200 Suggestions,
        "可办事项：即将到期的证照、材料齐全的事项、可用的场景" / "What the caller, or a holder he acts for (`?for=`), might do: renewals due, matters whose materials he has, scenes of what he has", else 404;
    PUT  "/api/v1/wallet/suggestions"       suggestions::put, ManageOwnAccount, SuggestionsRequest => 204,
        "开启或关闭可办事项" / "Switches suggestions on or off for the caller";
    GET  "/api/v1/inspections"              notices::inspections, ViewActs => 200 Page<DueInspection>,
        "待办理的年检" / "Annual inspections that the caller's unit has to do, the most urgent first";
    GET  "/api/v1/requests"                 requests::list, HandleRequests => 200 Page<LicenceRequest>,
        "持证主体的申请" / "What holders ask of the caller's unit, newest first";
    GET  "/api/v1/requests/{id}"            requests::read, HandleRequests => 200 LicenceRequest,
        "持证主体的一件申请" / "One request to the caller's unit";
    POST "/api/v1/requests/{id}/acts"       requests::answer, HandleRequests, AnswerRequest => 200 LicenceRequest,
        "答复持证主体的申请" / "Refuses what a holder asked, with a reason";
    GET  "/api/v1/licences/{id}/acts"       history::of_unit, ViewActs => 200 Page<LicenceAct>,
        "证照的办理记录" / "What was done to a licence of the caller's unit, oldest first";
    GET  "/api/v1/licences/{id}/next-acts"  history::next, ActOnLicence => 200 Page<LegalAct>,
        "当前可以办理的操作" / "What the caller could do to a licence of his unit now, and what it will do";
    POST "/api/v1/licences/{id}/acts"       acts::create, ActOnLicence, ActRequest => 200 | 202 ActOutcome,
        "办理证照操作；注销、吊销、撤销、废止须另一人确认" / "Does an act on a licence of the caller's unit; what ends it is proposed (202) and confirmed by another person";
}
