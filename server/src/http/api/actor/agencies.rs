//! `/api/v1/agencies`: who acts for a firm or a ward, entered at a counter; `/api/v1/wallet/agencies`: a firm's own agents.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::accounts::Person;
use crate::App;
use crate::domain::access::{DecideAgency, EnterAgency, ManageAgents, ViewAgencies};
use crate::domain::actor::agency::{AgencyAct, AgencyEntryState, AgencyLevel, EntryDecision};
use crate::domain::fault::Faults;
use crate::domain::ids::{AgencyEntryId, AgencyId, HolderId};
use crate::domain::issuing::person::HolderRequest;
use crate::domain::text::PlainText;
use crate::http::answer::{Answer, Page};
use crate::http::api::issuing::tasks::claimed;
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::actor::agencies::{self, AgencyError, Agent, NewAgent};
use crate::service::actor::agency_entries::{self, AgencyEntry, EntryError, NewEntry};

/// Body of `POST /api/v1/agencies`. Serialised again for the idempotency fingerprint.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyRequest {
    /// `legal_representative` of an organisation, or `guardian` of a natural person.
    level: AgencyLevel,
    /// For whom.
    holder: HolderRequest,
    /// Who is to act: a person with an account here.
    #[serde(rename = "agent")]
    person: Person,
    /// What was shown: the entry of the register, the judgment, the household register.
    #[schemars(length(min = 1, max = 500))]
    evidence: String,
    /// The last day, `YYYYMMDD`; absent = none is named. A guardian's ends on the ward's 18th birthday at the latest.
    #[serde(default)]
    until: Option<String>,
}

/// Which entries.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgenciesQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<AgencyEntryId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Only those that stand so.
    #[serde(default)]
    state: Option<AgencyEntryState>,
}

/// Body of `POST /api/v1/agencies/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyDecision {
    /// `approve`, by another person than who entered it, `refuse`, or `end` what began.
    act: EntryDecision,
    /// Why; needed to refuse and to end.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// Body of `POST /api/v1/wallet/agencies`. Serialised again for the idempotency fingerprint.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentRequest {
    /// The firm, for which the caller acts.
    holder: HolderId,
    /// Who is to act: a person with an account here.
    #[serde(rename = "agent")]
    person: Person,
    /// `manager`, named by the legal representative, or `handler`.
    level: AgencyLevel,
    /// What for; absent or empty = everything.
    #[serde(default)]
    #[schemars(length(max = 3))]
    acts: Vec<AgencyAct>,
    /// The last day, `YYYYMMDD`; absent = as long as who names him.
    #[serde(default)]
    until: Option<String>,
}

/// `GET /api/v1/agencies`
pub async fn entries(
    app: web::Data<App>,
    permit: Permitted<ViewAgencies>,
    query: web::Query<AgenciesQuery>,
) -> Result<Answer<Page<AgencyEntry>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = agency_entries::list(&app, &permit, query.state, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `POST /api/v1/agencies`
pub async fn enter(
    app: web::Data<App>,
    permit: Permitted<EnterAgency>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<AgencyRequest>,
) -> Result<Answer<AgencyEntry, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let AgencyRequest { level, holder, person, evidence, until } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let mut faults = Faults::default();
    let holder = holder.person("/holder", &mut faults);
    let agent = person.read_at(AGENT, &mut problem);
    let evidence = problem.plain_text("/evidence", PlainText::lines(&evidence, MAX_TEXT));
    let until = day(&mut problem, until.as_deref());
    let mut problem = problem.faults(faults);
    match (holder, agent, evidence, until) {
        (Some(holder), Some((name, number)), Some(evidence), Some(until)) if problem.errors.is_empty() => {
            let new = NewEntry { level, holder, name, number, evidence, until };
            Ok(Answer::replied(agency_entries::enter(&app, &permit, new, claim).await?))
        }
        _ => {
            problem.errors.sort_by(|one, other| one.pointer.cmp(&other.pointer));
            Err(problem)
        }
    }
}

/// `POST /api/v1/agencies/{id}/acts`
pub async fn decide(
    app: web::Data<App>,
    permit: Permitted<DecideAgency>,
    id: web::Path<AgencyEntryId>,
    body: Body<AgencyDecision>,
) -> Result<Answer<AgencyEntry>, Problem> {
    let AgencyDecision { act, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = match (act, reason) {
        (EntryDecision::Approve, None) => None,
        (_, reason) => {
            let text = PlainText::lines(reason.as_deref().unwrap_or_default(), MAX_TEXT);
            Some(problem.plain_text("/reason", text).ok_or(problem)?)
        }
    };
    Ok(Answer::of(agency_entries::decide(&app, &permit, *id, act, reason.as_ref()).await?))
}

/// `GET /api/v1/wallet/agencies`
pub async fn agents(
    app: web::Data<App>,
    permit: Permitted<ManageAgents>,
) -> Result<Answer<Page<Agent>>, Problem> {
    Ok(Answer::of(Page::whole(agencies::list(&app, &permit).await?)))
}

/// `POST /api/v1/wallet/agencies`
pub async fn name(
    app: web::Data<App>,
    permit: Permitted<ManageAgents>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<AgentRequest>,
) -> Result<Answer<Agent, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let AgentRequest { holder, person, level, acts, until } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let agent = person.read_at(AGENT, &mut problem);
    let until = day(&mut problem, until.as_deref());
    match (agent, until) {
        (Some((name, number)), Some(until)) if problem.errors.is_empty() => {
            let new = NewAgent { holder, name, number, level, acts, until };
            Ok(Answer::replied(agencies::name(&app, &permit, &new, claim).await?))
        }
        _ => Err(problem),
    }
}

/// `DELETE /api/v1/wallet/agencies/{id}`
pub async fn remove(
    app: web::Data<App>,
    permit: Permitted<ManageAgents>,
    id: web::Path<AgencyId>,
) -> Result<Answer<(), 204>, Problem> {
    agencies::remove(&app, &permit, *id).await?;
    Ok(Answer::nothing())
}

/// A last day, if one is named; `None` if it is none.
fn day(problem: &mut Problem, text: Option<&str>) -> Option<Option<Day>> {
    let Some(text) = text else { return Some(None) };
    let day = Day::parse(text);
    if day.is_none() {
        problem.errors.push(FieldError {
            pointer: "/until".into(),
            code: "malformed",
            detail: Text::fixed("应为 YYYYMMDD 形式的日期", "must be a day, YYYYMMDD"),
        });
    }
    day.map(Some)
}

impl From<AgencyError> for Problem {
    fn from(error: AgencyError) -> Self {
        match error {
            AgencyError::NotFound => Self::new(&kinds::NOT_FOUND),
            AgencyError::NotYours(level) => Self::new(&kinds::FORBIDDEN).detail(
                format!("您不能指定或移除{}；管理员由法定代表人指定，办事人由法定代表人或管理员指定", level.label().zh),
                format!(
                    "a {} is not yours to name or remove: the legal representative names managers, he and they name handlers",
                    level.label().en
                ),
            ),
            AgencyError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            AgencyError::There => Self::new(&kinds::ALREADY_EXISTS).code("agent-there").detail(
                "该人员已是该主体的代理人，如需变更请先移除",
                "this person acts for the holder already: remove him first to name him anew",
            ),
            AgencyError::TooMany => Self::new(&kinds::CONFLICT).code("too-many-managers").detail(
                "管理员最多五名，请先移除一名",
                "a firm has five managers at the most: remove one first",
            ),
            AgencyError::Work(error) => error.into(),
        }
    }
}

impl From<EntryError> for Problem {
    fn from(error: EntryError) -> Self {
        match error {
            EntryError::NotFound => Self::new(&kinds::NOT_FOUND),
            EntryError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            EntryError::NotNow(state) => Self::new(&kinds::CONFLICT).detail(
                format!("该登记现为「{}」，不能这样处理；请刷新后再看", state.label().zh),
                format!(
                    "the entry is now: {}; it takes no such decision, so look at it again",
                    state.label().en
                ),
            ),
            EntryError::TwoPersons => Self::new(&kinds::TWO_PERSONS),
            EntryError::Claimed(claim) => claimed(&claim),
            EntryError::NameDiffers => Self::new(&kinds::HOLDER_NAME_DIFFERS),
            EntryError::Work(error) => error.into(),
        }
    }
}

/// Where an agent stands in a body.
const AGENT: [&str; 3] = ["/agent/name", "/agent/id_type", "/agent/id_number"];
/// Characters of an evidence and of a reason.
const MAX_TEXT: usize = 500;
