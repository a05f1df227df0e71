//! `/.well-known/seal-trust.pem`: whom this server trusts for seals.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::App;
use crate::http::problem::{Problem, kinds};

/// The authorities and their revocation lists. A verifier elsewhere takes the authorities from the authority itself and
/// checks them; the lists are signed by them, so they may come from here.
pub async fn read(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let read = web::block(move || app.seals.trust().map(|(text, _)| text)).await;
    match read {
        Ok(Ok(text)) => Ok(HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
            .content_type("application/x-pem-file")
            .body(text)),
        _ => Err(Problem::new(&kinds::NOT_FOUND)),
    }
}
