//! `/api/v1/wallet/licences`: the caller's own cards.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::App;
use crate::domain::access::ViewOwnLicences;
use crate::domain::ids::LicenceId;
use crate::http::answer::Page;
use crate::http::extract::Permitted;
use crate::http::problem::{Problem, kinds};
use crate::service::licence::cards;

/// `GET /api/v1/wallet/licences`
pub async fn list(app: web::Data<App>, permit: Permitted<ViewOwnLicences>) -> Result<HttpResponse, Problem> {
    let cards = cards::list(&app, &permit).await?;
    Ok(HttpResponse::Ok().json(Page::whole(cards)))
}

/// `GET /api/v1/wallet/licences/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewOwnLicences>,
    id: web::Path<LicenceId>,
) -> Result<HttpResponse, Problem> {
    let card = cards::read(&app, &permit, *id).await?.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", card.version))).json(card))
}
