//! `/api/v1/wallet/devices`: the caller's phones.

use actix_web::{HttpRequest, web};
use liangzheng_core::key::Jwk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ManageDevices;
use crate::domain::ids::DeviceId;
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, Permitted};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::showing::device::{self, DeviceError, DeviceOutcome, Registered};

/// Body of `POST /api/v1/wallet/devices`. `jwk` has exactly `kty`, `crv`, `x`, `y`: a private key, or a member that
/// means something elsewhere, is refused rather than ignored.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceRequest {
    /// Its public key.
    jwk: Jwk,
    /// What its owner calls it.
    #[schemars(length(min = 1, max = 64))]
    name: String,
}

/// `POST /api/v1/wallet/devices`
pub async fn register(
    app: web::Data<App>,
    permit: Permitted<ManageDevices>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<DeviceRequest>,
) -> Result<Answer<DeviceOutcome, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &*body);
    Ok(match device::register(&app, &permit, &body.jwk, &body.name, claim).await? {
        Registered::New(reply) => Answer::replied(reply),
        Registered::Known(device) => Answer::of(device).known_before(),
    })
}

/// `GET /api/v1/wallet/devices`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ManageDevices>,
) -> Result<Answer<Page<DeviceOutcome>>, Problem> {
    Ok(Answer::of(Page::whole(device::list(&app, &permit).await?)))
}

/// `DELETE /api/v1/wallet/devices/{id}`
pub async fn drop_one(
    app: web::Data<App>,
    permit: Permitted<ManageDevices>,
    id: web::Path<DeviceId>,
) -> Result<Answer<(), 204>, Problem> {
    device::drop_one(&app, &permit, *id).await?;
    Ok(Answer::nothing())
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Key(_) | DeviceError::Point => Self::new(&kinds::INVALID).field(
                "/jwk",
                "not-a-p256-public-key",
                "应为 P-256 公钥，且仅含 kty、crv、x、y",
                "must be a P-256 public key with exactly kty, crv, x, y",
            ),
            DeviceError::Name(why) => {
                let mut problem = Self::new(&kinds::INVALID);
                problem.errors.push(FieldError::not_plain("/name", why));
                problem
            }
            DeviceError::TooMany => Self::new(&kinds::CONFLICT)
                .code("too-many-devices")
                .detail("设备过多，请先移除不用的设备", "too many devices: drop one you no longer use"),
            DeviceError::NotFound => Self::new(&kinds::NOT_FOUND),
            DeviceError::Work(error) => error.into(),
        }
    }
}
