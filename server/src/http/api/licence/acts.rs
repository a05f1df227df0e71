//! `POST /api/v1/licences/{id}/acts`: one route for every lifecycle act.

use actix_web::{HttpRequest, web};
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::ChangeStatus;
use crate::domain::ids::LicenceId;
use crate::domain::licence::lifecycle::DirectAct;
use crate::domain::text::PlainText;
use crate::http::answer::Answer;
use crate::http::extract::{IdempotencyKey, IfMatch, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::licence::acts::{self, ActError, ActOutcome};

/// Body of `POST …/acts`. Serialised again for the idempotency fingerprint, so spaces and member order do not count.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActRequest {
    /// `suspend`, `resume` or `revoke`.
    act: String,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
    /// On what legal basis.
    #[schemars(length(min = 1, max = 500))]
    legal_basis: String,
    /// From when it counts in law; absent or null = now.
    #[serde(default)]
    effective_at: Option<Instant>,
}

/// A time: RFC 3339 with an offset, or unix seconds.
#[derive(Deserialize, Serialize, JsonSchema)]
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
    permit: Permitted<ChangeStatus>,
    request: HttpRequest,
    id: web::Path<LicenceId>,
    condition: IfMatch,
    key: IdempotencyKey,
    body: web::Json<ActRequest>,
) -> Result<Answer<ActOutcome>, Problem> {
    let act = read(&body, condition)?;
    let claim = key.claim(&app, permit.account(), &request, &*body);
    let done = acts::perform(&app, &permit, *id, &act, claim).await?;
    Ok(Answer::replied(done).tagged(|outcome| outcome.version))
}

fn read(body: &ActRequest, condition: IfMatch) -> Result<acts::ActRequest, Problem> {
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
    let reason = problem.plain_text("/reason", PlainText::lines(&body.reason, MAX_TEXT));
    let legal_basis = problem.plain_text("/legal_basis", PlainText::lines(&body.legal_basis, MAX_TEXT));
    let effective_at = body.effective_at.as_ref().map(Instant::read);
    if effective_at == Some(None) {
        problem = problem.field(
            "/effective_at",
            "malformed",
            "应为带时区的 RFC 3339 时间或 Unix 秒",
            "must be an RFC 3339 time with an offset, or unix seconds",
        );
    }
    match (act, reason, legal_basis) {
        (Some(act), Some(reason), Some(legal_basis)) if problem.errors.is_empty() => Ok(acts::ActRequest {
            act,
            reason,
            legal_basis,
            effective_at: effective_at.flatten(),
            if_version: condition.0,
        }),
        _ => Err(problem),
    }
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

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::new(&kinds::NOT_FOUND),
            ActError::Forbidden(refused) => {
                let (state, act) = (refused.from.label(), refused.act.label());
                Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                    format!("证照当前为“{}”，不能{}", state.zh, act.zh),
                    format!(
                        "the licence is {}: it cannot be changed by “{}”",
                        state.en.to_lowercase(),
                        act.en
                    ),
                )
            }
            ActError::Stale { now } => Self::new(&kinds::STALE_VERSION)
                .detail(format!("证照当前版本为 {now}"), format!("the licence has version {now}")),
            ActError::Future => Self::new(&kinds::INVALID).field(
                "/effective_at",
                "future",
                "生效时间不能晚于当前时间",
                "must not lie in the future",
            ),
            ActError::Work(error) => error.into(),
        }
    }
}

/// Characters of a reason and of a legal basis.
const MAX_TEXT: usize = 500;
