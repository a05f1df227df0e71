//! `POST /api/v1/wallet/shows/{show}/short-code`

use actix_web::web;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::OpenShow;
use crate::domain::ids::ShowId;
use crate::http::answer::Answer;
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::service::showing::short_code::{self, ShortCode};

/// Eight digits that staff of the show's audience may verify once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShortCode")]
pub struct ShortCodeAnswer {
    /// Eight digits.
    #[schemars(regex(pattern = "^[0-9]{8}$"))]
    code: String,
    /// From when they stand for nothing, in unix seconds.
    expires_at: UnixTime,
}

/// Makes the short code of an open show. Takes no body.
pub async fn make(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<Answer<ShortCodeAnswer, 201>, Problem> {
    let ShortCode { code, expires_at } = short_code::make(&app, &permit, *show).await?;
    Ok(Answer::of(ShortCodeAnswer { code, expires_at }).private())
}
