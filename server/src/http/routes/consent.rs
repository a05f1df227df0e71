//! What holders let others use and show, and issuers let units use.

use crate::domain::access::{
    ActOnDutyApplication, ApplyForDuty, Authorise, Delegate, ViewDutyApplications, ViewWallet,
};
use crate::http::answer::Page;
use crate::http::api::consent::authorisations::{
    self, AuthorisationOption, AuthorisationRequest, GivenAuthorisation,
};
use crate::http::api::consent::delegations::{
    self, ActedDelegation, Delegation, DelegationActRequest, DelegationRequest,
};
use crate::http::api::consent::duty_applications::{
    self, DutyActRequest, DutyApplication, DutyApplicationRequest,
};
use crate::service::consent::authorisations::Authorised;
use crate::service::consent::delegations::Delegated;
use crate::service::consent::duty_applications::DutyApplied;

routes! { "consent";
    GET    "/api/v1/wallet/authorisations"      authorisations::list, ViewWallet => 200 Page<GivenAuthorisation>,
        "授权用证记录" / "What the caller, or a holder he acts for (`?for=`), lets units use, newest first", else 404;
    POST   "/api/v1/wallet/authorisations"      authorisations::create, Authorise, AuthorisationRequest => 201 Authorised,
        "授权一个单位使用一件证照" / "Lets a unit use a licence for a purpose until a day", else 403 | 404 | 409 | 429;
    DELETE "/api/v1/wallet/authorisations/{id}" authorisations::withdraw, Authorise => 204,
        "收回授权" / "Takes an authorisation back: refused from the next request on", else 409;
    GET    "/api/v1/wallet/licences/{id}/authorisation-options" authorisations::options, ViewWallet => 200 Page<AuthorisationOption>,
        "可授权的单位和用途，以及对方将看到的内容" / "The matters of units that ask for a licence by authorisation, and exactly what each would see";
    GET    "/api/v1/wallet/delegations"         delegations::list, ViewWallet => 200 Page<Delegation>,
        "委托用证记录" / "What the caller, or a holder he acts for (`?for=`), delegates (`?side=given`), or what is delegated to him (`?side=received`), newest first", else 404;
    POST   "/api/v1/wallet/delegations"         delegations::create, Delegate, DelegationRequest => 201 Delegated,
        "委托一个人在若干场景代为亮证" / "Asks a person to show a licence in some scenes, from one moment until another; answered alike whether he has an account or not", else 403 | 404 | 409 | 429;
    POST   "/api/v1/wallet/delegations/{id}/acts" delegations::act, Delegate, DelegationActRequest => 200 ActedDelegation,
        "接受、谢绝、收回或退出委托" / "Accepts or declines a delegation, as whom it is for; ends it: all that the delegate shows is refused from the next request on", else 403 | 409 | 429;
    GET    "/api/v1/duty-applications"          duty_applications::list, ViewDutyApplications => 200 Page<DutyApplication>,
        "履职共享申请" / "Duty applications of the caller's unit (`?side=applied`), or to it (`?side=received`), newest first";
    POST   "/api/v1/duty-applications"          duty_applications::create, ApplyForDuty, DutyApplicationRequest => 201 DutyApplied,
        "向签发单位申请履职共享" / "Applies to an issuer for its standing consent to what the unit's using list has by duty", else 409;
    GET    "/api/v1/duty-applications/{id}"     duty_applications::read, ViewDutyApplications => 200 DutyApplication,
        "一件履职共享申请" / "One duty application";
    POST   "/api/v1/duty-applications/{id}/acts" duty_applications::act, ActOnDutyApplication, DutyActRequest => 200 DutyApplication,
        "同意、不同意、终止或撤回履职共享申请" / "Grants, refuses or ends a duty application, as the issuer; withdraws it, as who applied", else 409;
}
