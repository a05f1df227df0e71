//! `/api/v1/wallet/devices`: the caller's phones.

use actix_web::{HttpResponse, web};
use liangzheng_core::key::Jwk;
use liangzheng_core::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ManageDevices;
use crate::domain::ids::DeviceId;
use crate::domain::showing::device::Device;
use crate::http::answer::Page;
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::service::showing::device::{self, Registered};

/// Body of `POST /api/v1/wallet/devices`. `jwk` has exactly `kty`, `crv`, `x`, `y`: a private key, or a member that
/// means something elsewhere, is refused rather than ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    jwk: Jwk,
    name: String,
}

#[derive(Serialize)]
struct DeviceAnswer {
    id: DeviceId,
    name: String,
    thumbprint: String,
    created_at: UnixTime,
}

impl From<Device> for DeviceAnswer {
    fn from(device: Device) -> Self {
        let thumbprint = device.key.thumbprint();
        Self { id: device.id, name: device.name, thumbprint, created_at: device.created_at }
    }
}

/// `POST /api/v1/wallet/devices`
pub async fn register(
    app: web::Data<App>,
    permit: Permitted<ManageDevices>,
    body: web::Json<RegisterRequest>,
) -> Result<HttpResponse, Problem> {
    let registered = device::register(&app, &permit, &body.jwk, &body.name).await?;
    Ok(match registered {
        Registered::New(device) => HttpResponse::Created().json(DeviceAnswer::from(device)),
        Registered::Known(device) => HttpResponse::Ok().json(DeviceAnswer::from(device)),
    })
}

/// `GET /api/v1/wallet/devices`
pub async fn list(app: web::Data<App>, permit: Permitted<ManageDevices>) -> Result<HttpResponse, Problem> {
    let devices = device::list(&app, &permit).await?;
    let items: Vec<DeviceAnswer> = devices.into_iter().map(DeviceAnswer::from).collect();
    Ok(HttpResponse::Ok().json(Page::whole(items)))
}

/// `DELETE /api/v1/wallet/devices/{id}`
pub async fn drop_one(
    app: web::Data<App>,
    permit: Permitted<ManageDevices>,
    id: web::Path<DeviceId>,
) -> Result<HttpResponse, Problem> {
    device::drop_one(&app, &permit, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
