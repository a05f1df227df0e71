//! What handlers of the API answer: a JSON body under one status, or nothing.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use schemars::JsonSchema;
use serde::Serialize;

use crate::service::work::Reply;

/// An answer with a `T` as its body, under `STATUS`; under 204 there is no body.
///
/// The status is part of the type, so that the route table can say it and the compiler checks that it is so.
#[derive(Debug)]
pub struct Answer<T, const STATUS: u16 = 200> {
    body: Body<T>,
    status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Debug)]
enum Body<T> {
    Made(T),
    /// The answer that was given when the same request came before.
    Stored(Vec<u8>),
}

impl<T, const STATUS: u16> Answer<T, STATUS> {
    /// An answer with this body.
    pub const fn of(body: T) -> Self {
        Self { body: Body::Made(body), status: STATUS, headers: Vec::new() }
    }

    /// The answer of a command, made now or found: both have the same body.
    pub fn replied(reply: Reply<T>) -> Self {
        let (body, status) = match reply {
            Reply::Now(outcome) => (Body::Made(outcome), STATUS),
            // The row of the table names 202, too.
            Reply::Accepted(outcome) => (Body::Made(outcome), 202),
            Reply::Before { status: 202, body } => (Body::Stored(body), 202),
            Reply::Before { body, .. } => (Body::Stored(body), STATUS),
        };
        Self { body, status, headers: Vec::new() }
    }

    /// The same with status 200: nothing was made, it was there before. The row of the table names 200, too.
    #[must_use]
    pub const fn known_before(mut self) -> Self {
        self.status = 200;
        self
    }

    /// The same with status 202: another person is to finish it. The row of the table names 202, too.
    #[must_use]
    pub const fn accepted(mut self) -> Self {
        self.status = 202;
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds the tag of a version of something edited: its number in quotes. A stored answer goes without.
    #[must_use]
    pub fn tagged(mut self, version: impl FnOnce(&T) -> i64) -> Self {
        let Body::Made(body) = &self.body else { return self };
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", version(body))) {
            self.headers.push((header::ETAG, tag));
        }
        self
    }

    /// For what is its holder's alone, for a minute: no cache may keep it, no other site may embed it.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.headers.extend(PRIVATE);
        self
    }
}

impl Answer<(), 204> {
    /// Done, and nothing to tell.
    pub const fn nothing() -> Self {
        Self::of(())
    }
}

impl<T: Serialize, const STATUS: u16> Responder for Answer<T, STATUS> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or_default());
        for header in self.headers {
            response.append_header(header);
        }
        match self.body {
            Body::Made(_) if self.status == 204 => response.finish(),
            Body::Made(body) => response.json(body),
            Body::Stored(body) => response.content_type("application/json").body(body),
        }
    }
}

/// A list, or one page of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    items: Vec<T>,
    /// `cursor` of the next page; null on the last.
    next: Option<String>,
}

impl<T> Page<T> {
    /// A list that is short by nature and comes whole.
    pub fn whole(items: impl IntoIterator<Item = impl Into<T>>) -> Self {
        Self::part(items, None::<String>)
    }

    /// One page of a longer list.
    pub fn part(items: impl IntoIterator<Item = impl Into<T>>, next: Option<impl ToString>) -> Self {
        Self { items: items.into_iter().map(Into::into).collect(), next: next.map(|next| next.to_string()) }
    }
}

/// [`Answer::private`] for what is no JSON.
pub(crate) fn private(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    for header in PRIVATE {
        response.insert_header(header);
    }
    response
}

/// A file to be saved under a name: never shown within a page of ours. Names are ASCII, and so need no encoding.
pub(crate) fn attachment(name: &str, media_type: &'static str, bytes: Vec<u8>) -> HttpResponse {
    let mut response = private(HttpResponse::Ok());
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.insert_header((header::CONTENT_DISPOSITION, disposition));
    }
    response.content_type(media_type).body(bytes)
}

const PRIVATE: [(HeaderName, HeaderValue); 2] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
];
