//! `POST /api/v1/wallet/licences/{id}/grant`: profile H.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::App;
use crate::domain::access::FetchOfflineGrant;
use crate::domain::ids::{DeviceId, LicenceId};
use crate::http::api::showing::show::scene_named;
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::service::showing::offline_grant;

/// Body of `POST …/grant`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfflineGrantRequest {
    device: DeviceId,
    scene: String,
    pin: String,
}

/// Grants the licence to one of the caller's phones.
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<FetchOfflineGrant>,
    licence: web::Path<LicenceId>,
    body: web::Json<OfflineGrantRequest>,
) -> Result<HttpResponse, Problem> {
    let granted =
        offline_grant::grant(&app, &permit, *licence, body.device, &scene_named(&body.scene)?, &body.pin)
            .await?;
    Ok(HttpResponse::Created().json(granted))
}
