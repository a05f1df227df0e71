//! `/api/v1/wallet/…/show` and `/shows/…`: profile S.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::App;
use crate::domain::access::OpenShow;
use crate::domain::catalogue::SceneError;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{LicenceId, ShowId};
use crate::http::answer::private;
use crate::http::api::showing::qr_image::{self, DrawError};
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::service::showing::mint::NotShowable;
use crate::service::showing::show::{self, ShowError};

/// Body of `POST …/show`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenRequest {
    scene: String,
    pin: String,
}

/// `POST /api/v1/wallet/licences/{id}/show`
pub async fn open(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    licence: web::Path<LicenceId>,
    body: web::Json<OpenRequest>,
) -> Result<HttpResponse, Problem> {
    let shown = show::open(&app, &permit, *licence, &scene_named(&body.scene)?, &body.pin).await?;
    Ok(private(HttpResponse::Created()).json(shown))
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
) -> Result<HttpResponse, Problem> {
    let shown = show::refresh(&app, &permit, *show).await?;
    Ok(private(HttpResponse::Ok()).json(shown))
}

/// `DELETE /api/v1/wallet/shows/{show}`
pub async fn end(
    app: web::Data<App>,
    permit: Permitted<OpenShow>,
    show: web::Path<ShowId>,
) -> Result<HttpResponse, Problem> {
    show::end(&app, &permit, *show).await?;
    Ok(HttpResponse::NoContent().finish())
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
