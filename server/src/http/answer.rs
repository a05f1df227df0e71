//! Answers that many handlers give alike.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::service::work::Reply;

/// A list, or one page of it.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

impl<T> Page<T> {
    /// A list that is short by nature and comes whole.
    pub(crate) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// One page of a longer list.
    pub(crate) const fn part(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }
}

/// The answer of a command, made now or found: both have the same body.
pub(crate) fn replied<T: Serialize>(reply: Reply<T>) -> HttpResponse {
    match reply {
        Reply::Now(outcome) => HttpResponse::Ok().json(outcome),
        Reply::Before(stored) => HttpResponse::Ok().content_type("application/json").body(stored),
    }
}

/// The tag of a version of something edited: its number in quotes.
pub(crate) fn etag(version: i64) -> (header::HeaderName, String) {
    (header::ETAG, format!("\"{version}\""))
}

/// For what is its holder's alone, for a minute: no cache may keep it, no other site may embed it.
pub(crate) fn private(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")));
    response
}
