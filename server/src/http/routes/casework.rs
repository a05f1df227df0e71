//! What using units do with licences in their cases, and what the public looks up.

use super::row::Public;
use crate::domain::access::{
    ActOnAnalysis, ApplyForAnalysis, Authorise, FetchForCase, ViewAnalyses, ViewWallet,
};
use crate::http::answer::Page;
use crate::http::api::casework::analyses::{self, Analysis, AnalysisActRequest, AnalysisRequest};
use crate::http::api::casework::counter_answers::{
    self, AnsweredAtCounter, AskedAtCounter, CounterAnswerRequest,
};
use crate::http::api::casework::counter_requests::{
    self, CounterRequest, CounterRequestRequest, CounterRequested,
};
use crate::http::api::casework::fetches::{self, FetchRequest, Fetched};
use crate::http::api::casework::prefill::{self, Prefill};
use crate::http::api::casework::public_licences::{self, PublicKind, PublicLicence};
use crate::service::casework::analyses::AnalysisApplied;

routes! { "casework";
    POST "/api/v1/fetches"            fetches::create, FetchForCase, FetchRequest => 200 Fetched,
        "一事一查：为一件办件调取一个持证主体的一种证照" / "Fetches one kind of one holder for one case: the fields of the using list, masked and marked", else 403;
    POST "/api/v1/cases/{id}/prefill" prefill::create, FetchForCase => 200 Prefill,
        "免提交：调取办件事项所需的全部证照" / "Fetches all that the matter of a case needs: filled, absent, refused", else 403;
    POST "/api/v1/cases/{id}/requests" counter_requests::create, FetchForCase, CounterRequestRequest => 201 CounterRequested,
        "柜台扫码：请持证人用手机扫码授权" / "Asks the holder before the counter for licences: the code that he scans, good for five minutes and once", else 403;
    GET  "/api/v1/cases/{id}/requests/{request}" counter_requests::read, FetchForCase => 200 CounterRequest,
        "柜台扫码请求的状态和结果" / "Where such a request stands, and, for who asked, what the holder gave";
    GET  "/api/v1/wallet/counter-requests/{code}" counter_answers::read, ViewWallet => 200 AskedAtCounter,
        "查看窗口的请求：单位、事项、用途和每个字段" / "What a counter asks the caller for, by the code on its screen: unit, matter, purpose, every field", else 404 | 410;
    POST "/api/v1/wallet/counter-requests/{code}/acts" counter_answers::act, Authorise, CounterAnswerRequest => 200 AnsweredAtCounter,
        "同意或不同意窗口的请求" / "Agrees, which is authorisation and fetch in one step, or refuses", else 403 | 404 | 410 | 429;
    GET  "/api/v1/public/kinds"       public_licences::list_kinds, Public => 200 Page<PublicKind>,
        "可公开查询的证照类型" / "Kinds whose licences anybody may look up", else 429 | 503;
    GET  "/api/v1/public/licences"    public_licences::list, Public => 200 Page<PublicLicence>,
        "查询依法公示的证照" / "Licences of public kinds, by identifier, or by kind and the holder's exact name", else 429 | 503;
    GET  "/api/v1/analyses"           analyses::list, ViewAnalyses => 200 Page<Analysis>,
        "批量统计分析申请" / "Applications for counts: of the caller's unit, those that it approves, or all for managers and auditors; newest first";
    POST "/api/v1/analyses"           analyses::create, ApplyForAnalysis, AnalysisRequest => 201 AnalysisApplied,
        "申请批量统计分析" / "Applies for counts of persons over licences; told when the manager and the issuers have approved", else 409;
    GET  "/api/v1/analyses/{id}"      analyses::read, ViewAnalyses => 200 Analysis,
        "一件统计分析申请及其结果" / "One application, and what was told: groups of fewer than 10 persons are hidden";
    POST "/api/v1/analyses/{id}/acts" analyses::act, ActOnAnalysis, AnalysisActRequest => 200 Analysis,
        "批准、退回或撤回统计分析申请" / "Approves or refuses an application, as the manager and then as an issuer; withdraws it, as who applied", else 409;
}
