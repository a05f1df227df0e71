//! `/api/v1/wallet/consents`: consents of the caller to the use of his licences, which he takes back.

use actix_web::web;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::App;
use crate::domain::access::WithdrawConsent;
use crate::domain::ids::ConsentId;
use crate::http::answer::Answer;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::Problem;
use crate::service::issuing::cases;
use crate::words;

words! {
    /// What is done with a consent.
    pub enum ConsentAct: "act on a consent" {
        /// From now on it does not hold.
        Withdraw = "withdraw" / "撤回" / "withdraw",
    }
}

/// Body of `POST …/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentActRequest {
    /// `withdraw`.
    act: ConsentAct,
}

/// `POST /api/v1/wallet/consents/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<WithdrawConsent>,
    id: web::Path<ConsentId>,
    body: Body<ConsentActRequest>,
) -> Result<Answer<(), 204>, Problem> {
    match body.0.act {
        ConsentAct::Withdraw => cases::withdraw_own(&app, &permit, *id).await?,
    }
    Ok(Answer::nothing())
}
