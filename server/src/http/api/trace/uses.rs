//! `GET /api/v1/wallet/uses`: who used what, when, for what.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::App;
use crate::domain::access::ViewOwnUses;
use crate::http::extract::Permitted;
use crate::http::problem::{Problem, kinds};
use crate::service::trace::uses;

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The caller's uses, newest first.
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewOwnUses>,
    page: web::Query<Page>,
) -> Result<HttpResponse, Problem> {
    let limit = page.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::new(&kinds::INVALID).field("/limit", "range", "应为 1 到 200", "give 1 to 200"));
    }
    let cursor = match page.cursor.as_deref().map(str::parse) {
        None => None,
        Some(Ok(cursor)) => Some(cursor),
        Some(Err(_)) => {
            return Err(Problem::new(&kinds::INVALID).field(
                "/cursor",
                "malformed",
                "请使用上一页给出的 next",
                "use next of the page before",
            ));
        }
    };
    Ok(HttpResponse::Ok().json(uses::list(&app, &permit, cursor, limit).await?))
}

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;
