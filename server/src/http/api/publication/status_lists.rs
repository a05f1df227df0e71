//! `/status-lists…`: Token Status Lists, their aggregation, and signed deltas. Public, readable from any page.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use liangzheng_core::time::UnixTime;
use serde::Deserialize;

use crate::App;
use crate::http::api::publication::well_known::document;
use crate::http::problem::{Problem, kinds};
use crate::service::publication::status_lists::StatusListError;

/// `GET /status-lists`: `{"status_lists":[uri, …]}` (draft-ietf-oauth-status-list §9).
pub async fn aggregation(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let aggregation = app.status_lists.aggregation(&app.db).await?;
    Ok(document(&request, &aggregation, "application/json", BRIEF))
}

/// `GET /status-lists/{id}`
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    let list = app.status_lists.text(&app, *id).await?;
    Ok(document(&request, &list, "application/statuslist+jwt", BRIEF))
}

/// Where a delta starts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeltaQuery {
    /// `iat` of the lists the verifier holds.
    from: i64,
}

/// `GET /status-lists/delta?from={iat}`: 204 if nothing is newer, 303 to the aggregation if `from` is not one of
/// the publications still kept.
pub async fn delta(app: web::Data<App>, query: web::Query<DeltaQuery>) -> Result<HttpResponse, Problem> {
    let made = app.status_lists.delta(&app.db, &app.keys, UnixTime(query.from), app.clock.now()).await;
    match made {
        Ok(text) => {
            Ok(brief(HttpResponse::Ok()).content_type("application/statusdelta+jwt").body(text.to_string()))
        }
        Err(StatusListError::Current) => Ok(brief(HttpResponse::NoContent()).finish()),
        // Too long to sign is the same to a verifier as too old: it fetches the lists whole.
        Err(StatusListError::TooOld | StatusListError::Sign(_)) => {
            Ok(brief(HttpResponse::SeeOther()).insert_header((header::LOCATION, "/status-lists")).finish())
        }
        Err(error) => Err(error.into()),
    }
}

impl From<StatusListError> for Problem {
    fn from(error: StatusListError) -> Self {
        match error {
            StatusListError::NotFound => Self::new(&kinds::NOT_FOUND),
            // The publisher is at work on a publication for the key that is active now.
            StatusListError::KeyGone { .. } => {
                tracing::warn!(%error, "no status list");
                Self::new(&kinds::UNAVAILABLE).retry_after(1)
            }
            error => {
                tracing::error!(%error, "no status list");
                Self::new(&kinds::UNAVAILABLE).retry_after(5)
            }
        }
    }
}

fn brief(mut response: actix_web::HttpResponseBuilder) -> actix_web::HttpResponseBuilder {
    response.insert_header((header::CACHE_CONTROL, HeaderValue::from_static(BRIEF)));
    response
}

/// A change must not hide in a cache for longer than it takes to publish it.
const BRIEF: &str = "public, max-age=5";
