//! `POST /api/v1/licences/{id}/acts`: one route for every lifecycle act.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use liangzheng_core::time::UnixTime;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ChangeStatus;
use crate::domain::ids::LicenceId;
use crate::domain::licence::lifecycle::DirectAct;
use crate::http::extract::{IdempotencyKey, IfMatch, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::licence::acts::{self, ActRequest, Performed};
use crate::storage::idempotency::Claim;

/// Body of `POST …/acts`. Serialised again for the idempotency fingerprint, so spaces and member order do not count.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActBody {
    act: String,
    reason: String,
    legal_basis: String,
    #[serde(default)]
    effective_at: Option<Instant>,
}

/// A time: RFC 3339 with an offset, or unix seconds.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub enum Instant {
    /// Unix seconds.
    Seconds(i64),
    /// RFC 3339.
    Text(String),
}

/// `POST /api/v1/licences/{id}/acts`
pub async fn create(
    app: web::Data<App>,
    request: HttpRequest,
    permit: Permitted<ChangeStatus>,
    id: web::Path<LicenceId>,
    condition: IfMatch,
    key: IdempotencyKey,
    body: web::Json<ActBody>,
) -> Result<HttpResponse, Problem> {
    let act = read(&body, condition)?;
    let claim = key.0.map(|key| Claim {
        account: permit.principal().account,
        route: format!("POST {}", request.path()),
        key,
        fingerprint: app.secrets.fingerprint("idempotency", &serde_json::to_vec(&*body).unwrap_or_default()),
    });
    let done = acts::perform(&app, &permit, *id, &act, claim.as_ref()).await?;
    Ok(match done {
        Performed::Now(outcome) => {
            HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", outcome.version))).json(outcome)
        }
        Performed::Before(stored) => HttpResponse::Ok().content_type("application/json").body(stored),
    })
}

fn read(body: &ActBody, condition: IfMatch) -> Result<ActRequest, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    let act = body.act.parse::<DirectAct>().ok();
    if act.is_none() {
        problem = problem.field(
            "/act",
            "unknown",
            "应为 suspend、resume 或 revoke",
            "must be suspend, resume or revoke",
        );
    }
    if !is_sentence(&body.reason) {
        problem = problem.field("/reason", "length", TEXT_ZH, TEXT_EN);
    }
    if !is_sentence(&body.legal_basis) {
        problem = problem.field("/legal_basis", "length", TEXT_ZH, TEXT_EN);
    }
    let effective_at = body.effective_at.as_ref().map(Instant::read);
    if effective_at == Some(None) {
        problem = problem.field(
            "/effective_at",
            "malformed",
            "应为带时区的 RFC 3339 时间或 Unix 秒",
            "must be an RFC 3339 time with an offset, or unix seconds",
        );
    }
    match act.filter(|_| problem.errors.is_empty()) {
        Some(act) => Ok(ActRequest {
            act,
            reason: body.reason.trim().to_owned(),
            legal_basis: body.legal_basis.trim().to_owned(),
            effective_at: effective_at.flatten(),
            if_version: condition.0,
        }),
        None => Err(problem),
    }
}

/// 1 to 500 characters that say something, and no control characters that would dress up a record.
fn is_sentence(text: &str) -> bool {
    let text = text.trim();
    let plain = text.chars().all(|c| !c.is_control() || c == '\n');
    (1..=500).contains(&text.chars().count()) && plain
}

impl Instant {
    fn read(&self) -> Option<UnixTime> {
        match self {
            // Years 1 to 9999: beyond, no calendar of ours goes.
            Self::Seconds(seconds) => {
                (-62_135_596_800..=253_402_300_799).contains(seconds).then_some(UnixTime(*seconds))
            }
            Self::Text(text) => text.parse::<jiff::Timestamp>().ok().map(|time| UnixTime(time.as_second())),
        }
    }
}

const TEXT_ZH: &str = "应为 1 到 500 个字符，不含控制字符";
const TEXT_EN: &str = "must be 1 to 500 characters without control characters";
