//! `POST /api/v1/wallet/licences/{id}/grant`: profile H.

use actix_web::{HttpRequest, web};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::App;
use crate::domain::access::FetchOfflineGrant;
use crate::domain::ids::{DeviceId, LicenceId};
use crate::http::answer::Answer;
use crate::http::api::showing::show::{Factor, scene_named};
use crate::http::extract::{Body, IdempotencyKey, Permitted};
use crate::http::problem::Problem;
use crate::service::showing::offline_grant::{self, OfflineGrant};
use crate::service::showing::show::Proof;

/// Body of `POST …/grant`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfflineGrantRequest {
    /// The phone, one of the caller's.
    device: DeviceId,
    /// The scene in which it may show the licence.
    scene: String,
    /// Six digits.
    pin: String,
    /// A second factor, where the kind or the scene asks for one.
    #[serde(default)]
    factor: Option<Factor>,
}

/// Grants the licence to one of the caller's phones.
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<FetchOfflineGrant>,
    licence: web::Path<LicenceId>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<OfflineGrantRequest>,
) -> Result<Answer<OfflineGrant, 201>, Problem> {
    let scene = scene_named(&body.scene)?;
    let claim = key.claim(&app, permit.account(), &request, &(body.device, &body.scene));
    let OfflineGrantRequest { device, pin, factor, .. } = &*body;
    let proof = Proof { pin, factor: factor.as_ref().map(|factor| factor.totp.as_str()) };
    let granted = offline_grant::grant(&app, &permit, *licence, *device, &scene, proof, claim).await?;
    Ok(Answer::replied(granted).private())
}
