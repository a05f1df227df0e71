//! `/api/v1/wallet/…/show` and `/shows/…`: profile S.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::OpenShow;
use crate::domain::catalogue::SceneError;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{LicenceId, ShowId};
use crate::http::answer::{Answer, private};
use crate::http::api::showing::qr_image::{self, DrawError};
use crate::http::extract::Permitted;
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::showing::mint::NotShowable;
use crate::service::showing::show::{self, ShowError};

/// Body of `POST …/show`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowRequest {
    /// Where it is shown.
    scene: String,
    /// Six digits.
    pin: String,
}

/// A code and how long it and its show last. Times are unix seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shown {
    /// The show.
    show: Arc<str>,
    /// The compact JWS.
    token: Arc<str>,
    /// `EL1:…`, to be drawn.
    qr_text: Arc<str>,
    /// From when the token no longer counts.
    expires_at: UnixTime,
    /// When to ask for the next one.
    refresh_at: UnixTime,
    /// When the PIN is needed again.
    show_expires_at: UnixTime,
}

/// `POST /api/v1/wallet/licences/{id}/show`
pub async fn open(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    licence: web::Path<LicenceId>,
    body: web::Json<ShowRequest>,
) -> Result<Answer<Shown, 201>, Problem> {
    let shown = show::open(&app, &permit, *licence, &scene_named(&body.scene)?, &body.pin).await?;
    Ok(Answer::of(shown.into()).private())
}

/// The scene with this code. A text that can be no code names no scene, which is told as for one that does not exist.
pub(super) fn scene_named(code: &str) -> Result<SceneCode, Problem> {
    code.parse().map_err(|_| ShowError::from(NotShowable::from(SceneError::Unknown)).into())
}

/// `POST /api/v1/wallet/shows/{show}/refresh`: the hot path. Takes no body, whatever its type says.
pub async fn refresh(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<Answer<Shown>, Problem> {
    let shown = show::refresh(&app, &permit, *show).await?;
    Ok(Answer::of(shown.into()).private())
}

/// `DELETE /api/v1/wallet/shows/{show}`
pub async fn end(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<Answer<(), 204>, Problem> {
    show::end(&app, &permit, *show).await?;
    Ok(Answer::nothing())
}

/// `GET /api/v1/wallet/shows/{show}.svg`
pub async fn svg(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<HttpResponse, Problem> {
    picture(&app, &permit, *show, "image/svg+xml", |text| Ok(qr_image::svg(text)?.into_bytes())).await
}

/// `GET /api/v1/wallet/shows/{show}.png`
pub async fn png(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<HttpResponse, Problem> {
    picture(&app, &permit, *show, "image/png", qr_image::png).await
}

async fn picture(
    app: &App,
    permit: &Permitted<OpenShow>,
    show: ShowId,
    content_type: &'static str,
    draw: fn(&str) -> Result<Vec<u8>, DrawError>,
) -> Result<HttpResponse, Problem> {
    let code = show::last_code(app, permit, show).await?;
    // Drawing takes milliseconds: not on a thread that answers refreshes.
    let drawn = web::block(move || draw(&code.qr_text)).await;
    let body = drawn.unwrap_or(Err(DrawError::Stopped))?;
    Ok(private(HttpResponse::Ok()).content_type(content_type).body(body))
}

impl From<show::Shown> for Shown {
    fn from(shown: show::Shown) -> Self {
        let show::Shown { show, token, qr_text, expires_at, refresh_at, show_expires_at } = shown;
        Self { show, token, qr_text, expires_at, refresh_at, show_expires_at }
    }
}

impl From<ShowError> for Problem {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::NotFound => Self::new(&kinds::NOT_FOUND),
            ShowError::Over => Self::new(&kinds::SHOW_ENDED),
            // The type says that it cannot be shown, the entry which code a verifier would give.
            ShowError::NotShowable(why) => {
                let mut problem = Self::new(&kinds::LICENCE_NOT_SHOWABLE).detail_text(why.reason.clone());
                problem.errors.push(FieldError { pointer: "".into(), code: why.code, detail: why.reason });
                problem
            }
            ShowError::TooMany { wait } => {
                let problem = Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0);
                problem.detail("同时打开的亮证过多，请先结束一些", "too many shows are open; end some first")
            }
            ShowError::Pin(error) => error.into(),
            ShowError::Mint(error) => unavailable(&error),
            ShowError::Log(error) => error.into(),
            ShowError::Work(error) => error.into(),
        }
    }
}

impl From<DrawError> for Problem {
    fn from(error: DrawError) -> Self {
        unavailable(&error)
    }
}

/// A fault of ours that an operator can see and end: no active key, a full disk.
fn unavailable(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "no code can be made");
    Problem::new(&kinds::UNAVAILABLE).retry_after(5)
}
