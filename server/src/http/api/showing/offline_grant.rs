//! `POST /api/v1/wallet/licences/{id}/grant`: profile H.

use actix_web::web;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::FetchOfflineGrant;
use crate::domain::ids::{DeviceId, LicenceId};
use crate::http::answer::Answer;
use crate::http::api::showing::show::scene_named;
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::service::showing::offline_grant;

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
}

/// With which a phone shows a licence without a network.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OfflineGrant {
    /// `<jws>~`: an SD-JWT without disclosures.
    grant: String,
    /// From when it no longer counts, in unix seconds.
    expires_at: UnixTime,
}

/// Grants the licence to one of the caller's phones.
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<FetchOfflineGrant>,
    licence: web::Path<LicenceId>,
    body: web::Json<OfflineGrantRequest>,
) -> Result<Answer<OfflineGrant, 201>, Problem> {
    let scene = scene_named(&body.scene)?;
    let granted = offline_grant::grant(&app, &permit, *licence, body.device, &scene, &body.pin).await?;
    Ok(Answer::of(granted.into()))
}

impl From<offline_grant::OfflineGrant> for OfflineGrant {
    fn from(granted: offline_grant::OfflineGrant) -> Self {
        Self { grant: granted.grant, expires_at: granted.expires_at }
    }
}
