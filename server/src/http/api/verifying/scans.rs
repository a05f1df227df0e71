//! `POST /api/v1/scans`: receipts of offline scans, in batches.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::App;
use crate::domain::access::ReportScans;
use crate::domain::verifying::scan::{Receipt, Scan};
use crate::http::extract::Permitted;
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::verifying::scans;

/// Body of `POST /api/v1/scans`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScansRequest {
    scans: Vec<ReceiptBody>,
}

/// One receipt.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptBody {
    id: String,
    at: i64,
    verdict: String,
    code: String,
    scene: Option<String>,
    licence: Option<String>,
    token: Option<String>,
    status_as_of: Option<i64>,
    trust_version: Option<i64>,
}

/// Keeps all of them or, when one cannot be right, none; every bad one is named.
pub async fn hand_in(
    app: web::Data<App>,
    permit: Permitted<ReportScans>,
    body: web::Json<ScansRequest>,
) -> Result<HttpResponse, Problem> {
    let scans = checked(body.into_inner(), &app)?;
    Ok(HttpResponse::Ok().json(scans::hand_in(&app, &permit, &scans).await?))
}

fn checked(request: ScansRequest, app: &App) -> Result<Vec<Scan>, Problem> {
    if !(1..=MAX_BATCH).contains(&request.scans.len()) {
        return Err(Problem::new(&kinds::INVALID).field(
            "/scans",
            "length",
            "每次应为 1 到 500 条",
            "send 1 to 500 at a time",
        ));
    }
    let now = app.clock.now();
    let mut problem = Problem::new(&kinds::INVALID);
    let mut scans = Vec::with_capacity(request.scans.len());
    for (at, receipt) in request.scans.into_iter().enumerate() {
        match Receipt::from(receipt).check(now) {
            Ok(scan) => scans.push(scan),
            Err(wrong) => problem.errors.push(FieldError {
                pointer: format!("/scans/{at}/{}", wrong.member).into(),
                code: "unbelievable",
                detail: wrong.detail,
            }),
        }
    }
    if problem.errors.is_empty() { Ok(scans) } else { Err(problem) }
}

impl From<ReceiptBody> for Receipt {
    fn from(body: ReceiptBody) -> Self {
        let ReceiptBody { id, at, verdict, code, scene, licence, token, status_as_of, trust_version } = body;
        Self { id, at, verdict, code, scene, licence, token, status_as_of, trust_version }
    }
}

/// A long shift's worth; about 200 KB, within [`crate::http::problem::MAX_BODY`].
const MAX_BATCH: usize = 500;
