//! `/.well-known/…`: the signed objects verifiers fetch. Public, cacheable, readable from any page.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::App;
use crate::http::problem::{Problem, kinds};
use crate::service::publication::trust::Document;

/// `GET /.well-known/trust-list`: the newest version.
pub async fn trust_list(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let state = app.trust.current();
    let newest = state.newest_document().ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(document(&request, newest, TRUST_LIST_TYPE, SHORT))
}

/// `GET /.well-known/trust-list/{version}`: every version stays, so that a verifier can walk from its own.
pub async fn trust_list_version(
    app: web::Data<App>,
    request: HttpRequest,
    version: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    let state = app.trust.current();
    let list = state.lists.get(&version).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(document(&request, list, TRUST_LIST_TYPE, FOR_EVER))
}

/// `GET /.well-known/catalogue`
pub async fn catalogue(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    document(&request, &app.trust.current().catalogue_document, "application/catalogue+jwt", SHORT)
}

/// `GET /.well-known/jwks.json`
pub async fn jwks(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    document(&request, &app.trust.current().jwks, "application/jwk-set+json", SHORT)
}

/// `GET /.well-known/roots.json`: the public root set, for pages of this server. A verifier elsewhere pins the file
/// it was handed, never this answer.
pub async fn roots(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    document(&request, &app.trust.current().roots, "application/json", SHORT)
}

/// Answers with a document, or 304 if the client has it. That any page may read it is the edge's to say.
pub(in crate::http) fn document(
    request: &HttpRequest,
    document: &Document,
    content_type: &'static str,
    cache: &'static str,
) -> HttpResponse {
    let unchanged = is_held(request, &document.etag);
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, &*document.etag))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(cache)))
        .insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag, Date")));
    if unchanged {
        return response.finish();
    }
    response.content_type(content_type).body(document.text.to_string())
}

/// Whether `If-None-Match` names `etag` (weak comparison, RFC 9110 §13.1.2).
fn is_held(request: &HttpRequest, etag: &str) -> bool {
    let sent = request.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    sent.flat_map(|list| list.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag)
}

/// A verifier asks again after a minute and is then told 304.
pub(in crate::http) const SHORT: &str = "public, max-age=60";
/// A version never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// RFC 7515 §9.2.1, with the `typ` of core/README.md, "Signed objects".
const TRUST_LIST_TYPE: &str = "application/jose+json";
