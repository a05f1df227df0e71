//! `POST /api/v1/wallet/shows/{show}/short-code`

use actix_web::web;

use crate::App;
use crate::domain::access::OpenShow;
use crate::domain::ids::ShowId;
use crate::http::answer::Answer;
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::service::showing::short_code::{self, ShortCode};

/// Makes the short code of an open show. Takes no body.
pub async fn make(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<Answer<ShortCode, 201>, Problem> {
    let made = short_code::make(&app, &permit, *show).await?;
    Ok(Answer::of(made).private())
}
