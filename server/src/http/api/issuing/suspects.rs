//! `/api/v1/duplicates`: drafts that may be of what is there already, both sides beside each other.

use actix_web::web;
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::drafts::IssuedLicence;
use crate::App;
use crate::domain::access::DecideSuspect;
use crate::domain::ids::{LicenceId, SuspectId};
use crate::domain::issuing::draft::ChangeKind;
use crate::domain::issuing::suspect::{SuspectAct, SuspectState, Why};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::suspects::{self, Decision, Suspect, SuspectError};

/// Which suspects.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicatesQuery {
    /// Only those that stand so.
    #[serde(default)]
    state: Option<SuspectState>,
    /// Of this draft only.
    #[serde(default)]
    draft: Option<LicenceId>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<SuspectId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// Body of `POST …/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicateActRequest {
    /// `different`: the draft goes on. `same`: it is closed, or becomes the next version of the other.
    act: SuspectAct,
    /// Why; it is kept.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
    /// Of `same`: the draft becomes the next version of the other licence, for this; left out = it is closed.
    #[serde(default)]
    change: Option<ChangeKind>,
}

/// A draft beside what it may be the same as.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Duplicate {
    id: SuspectId,
    /// Why the two are suspected to be one.
    why: Why,
    /// That in words.
    why_label: Text,
    /// Where it stands: while it is `open` the draft is not approved.
    state: SuspectState,
    /// That in words.
    state_label: Text,
    /// Why it was decided so.
    reason: Option<String>,
    /// The draft, or the licence that came of it.
    draft: Option<IssuedLicence>,
    /// The draft or licence that it may be the same as; null once it is another unit's.
    other: Option<IssuedLicence>,
    /// When it was found, in unix seconds.
    at: i64,
    /// When it was decided.
    decided_at: Option<i64>,
}

/// `GET /api/v1/duplicates`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<DecideSuspect>,
    query: web::Query<DuplicatesQuery>,
) -> Result<Answer<Page<Duplicate>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = suspects::list(&app, &permit, query.state, query.draft, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `POST /api/v1/duplicates/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<DecideSuspect>,
    id: web::Path<SuspectId>,
    body: Body<DuplicateActRequest>,
) -> Result<Answer<Duplicate>, Problem> {
    let DuplicateActRequest { act, reason, change } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON));
    if act == SuspectAct::Different && change.is_some() {
        problem = problem.field("/change", "unexpected", "仅用于 same", "is for `same` only");
    }
    let (Some(reason), true) = (reason, problem.errors.is_empty()) else { return Err(problem) };
    let decided = suspects::decide(&app, &permit, *id, &Decision { act, reason, change }).await?;
    Ok(Answer::of(decided.into()))
}

impl From<Suspect> for Duplicate {
    fn from(suspect: Suspect) -> Self {
        let Suspect { id, why, state, reason, at, decided_at, draft, other } = suspect;
        Self {
            id,
            why,
            why_label: why.label(),
            state,
            state_label: state.label(),
            reason,
            draft: IssuedLicence::of(draft),
            other: other.and_then(IssuedLicence::of),
            at,
            decided_at,
        }
    }
}

impl From<SuspectError> for Problem {
    fn from(error: SuspectError) -> Self {
        match error {
            SuspectError::NotFound => Self::new(&kinds::NOT_FOUND),
            SuspectError::Over(state) => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("该疑似重复{}，不能再次处理", state.label().zh),
                format!("it is decided already: {state}"),
            ),
            SuspectError::DraftState(state) => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("草稿当前为「{}」；审核中的草稿请先退回，再改为换发", state.label().zh),
                format!("the draft is {state}: send it back first to make it a next version"),
            ),
            SuspectError::NoLicence => Self::new(&kinds::INVALID).field(
                "/change",
                "no-licence",
                "对方不是同类的已签发证照，不能换发；请不填 change 以关闭草稿",
                "the other is no licence of this kind: leave `change` out to close the draft",
            ),
            SuspectError::Draft(error) => error.into(),
            SuspectError::Work(error) => error.into(),
        }
    }
}
