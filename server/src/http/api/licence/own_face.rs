//! `POST /api/v1/wallet/licences/{id}/face`: a licence as its holder reads it.

use actix_web::web;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::OpenOwnFace;
use crate::domain::ids::LicenceId;
use crate::http::answer::Answer;
use crate::http::api::licence::cards::CardField;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::licence::own_face::{self, FaceError};

/// Body of `POST …/face`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaceRequest {
    /// Six digits.
    pin: String,
}

/// A face in clear.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WholeFace {
    /// Its fields in the order of the printed licence.
    fields: Vec<CardField>,
}

/// `POST /api/v1/wallet/licences/{id}/face`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<OpenOwnFace>,
    id: web::Path<LicenceId>,
    body: Body<FaceRequest>,
) -> Result<Answer<WholeFace>, Problem> {
    let fields = own_face::read(&app, &permit, *id, &body.pin).await?;
    let fields = fields.into_iter().map(|field| CardField::of(field, *id)).collect();
    Ok(Answer::of(WholeFace { fields }).private())
}

impl From<FaceError> for Problem {
    fn from(error: FaceError) -> Self {
        match error {
            FaceError::NotFound => Self::new(&kinds::NOT_FOUND),
            FaceError::Pin(error) => error.into(),
            FaceError::Log(error) => error.into(),
            FaceError::Work(error) => error.into(),
        }
    }
}
