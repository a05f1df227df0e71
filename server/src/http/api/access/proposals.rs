//! `/api/v1/proposals`: what one person put forward and another is to confirm.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::domain::access::DecideProposal;
use crate::domain::access::proposal::{Decision, LapsedBy, NotConfirmable, ProposalSort, ProposalState};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, ProposalId};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::api::minute;
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::access::proposals::{self, CarryOutError, DecideError, Decided};

/// Which proposals.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<ProposalId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Only those that stand so.
    #[serde(default)]
    state: Option<ProposalState>,
}

/// Body of `POST …/acts`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// `confirm` carries it out, `refuse` ends it.
    act: Decision,
    /// Why; needed to refuse.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// A proposal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Proposal {
    id: ProposalId,
    /// What it is of.
    sort: ProposalSort,
    /// The same in words.
    sort_label: Text,
    /// Id of what it is about.
    object: String,
    /// What is to be done to it.
    act: String,
    /// Whose members see it.
    unit: Uscc,
    /// All that was asked, as it was put forward.
    asked: Value,
    /// Who proposed it.
    proposer: ProposalPerson,
    /// When, in unix seconds.
    proposed_at: UnixTime,
    /// From when it no longer counts.
    lapses_at: UnixTime,
    /// Where it stands.
    state: ProposalState,
    /// The same in words.
    state_label: Text,
    /// Why it has lapsed, if that is known.
    lapsed_by: Option<Text>,
    /// Who confirmed or refused it.
    decided_by: Option<ProposalPerson>,
    /// When, or when it lapsed.
    decided_at: Option<UnixTime>,
    /// Why.
    reason: Option<String>,
    /// Whether the caller may confirm it: another person, one of the two a checker.
    confirmable: bool,
}

/// Who proposed or decided.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposalPerson {
    /// The account.
    account: AccountId,
    /// Its name; null if the account is gone.
    name: Option<String>,
}

/// `GET /api/v1/proposals`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<DecideProposal>,
    query: web::Query<ProposalsQuery>,
) -> Result<Answer<Page<Proposal>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = proposals::list(&app, &permit, query.state, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/proposals/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<DecideProposal>,
    id: web::Path<ProposalId>,
) -> Result<Answer<Proposal>, Problem> {
    let found = proposals::read(&app, &permit, *id).await?;
    Ok(Answer::of(found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?.into()))
}

/// `POST /api/v1/proposals/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<DecideProposal>,
    request: HttpRequest,
    id: web::Path<ProposalId>,
    key: IdempotencyKey,
    body: Body<DecisionRequest>,
) -> Result<Answer<Decided>, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = match &body.0.reason {
        Some(reason) => problem.plain_text("/reason", PlainText::lines(reason, MAX_REASON)),
        None if body.0.act == Decision::Refuse => {
            problem = problem.field("/reason", "missing", "请说明否决的理由", "say why it is refused");
            None
        }
        None => None,
    };
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let decided = proposals::decide(&app, &permit, *id, body.0.act, reason, claim).await?;
    Ok(Answer::replied(decided))
}

impl From<proposals::Proposal> for Proposal {
    fn from(proposal: proposals::Proposal) -> Self {
        let person = |(account, name)| ProposalPerson { account, name };
        Self {
            id: proposal.id,
            sort: proposal.sort,
            sort_label: proposal.sort.label(),
            object: proposal.object,
            act: proposal.act,
            unit: proposal.unit,
            asked: proposal.asked,
            proposer: person(proposal.proposer),
            proposed_at: proposal.proposed_at,
            lapses_at: proposal.lapses_at,
            state: proposal.state,
            state_label: proposal.state.label(),
            lapsed_by: proposal.lapsed_by.map(LapsedBy::label),
            decided_by: proposal.decided_by.map(person),
            decided_at: proposal.decided_at,
            reason: proposal.reason,
            confirmable: proposal.confirmable,
        }
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::NotFound => Self::new(&kinds::NOT_FOUND),
            DecideError::Over { state, by, at } => {
                let (at, label) = (minute(at), state.label());
                let by = by.unwrap_or_default();
                Self::new(&kinds::PROPOSAL_OVER).detail(
                    format!("该申请{}（{by} {at}）", label.zh),
                    format!("the proposal is {} ({by} {at})", label.en.to_lowercase()),
                )
            }
            DecideError::Lapsed(why) => {
                let why = why.label();
                Self::new(&kinds::PROPOSAL_OVER).detail(
                    format!("该申请已失效：{}；如仍需办理，请重新提出", why.zh),
                    format!("the proposal has lapsed: {}; propose it again if need be", why.en),
                )
            }
            DecideError::NotConfirmable(NotConfirmable::SamePerson) => Self::new(&kinds::TWO_PERSONS).detail(
                "提出人不能自己确认，请由另一人确认",
                "nobody confirms what he proposed: another person must",
            ),
            DecideError::NotConfirmable(NotConfirmable::Lacking(role)) => {
                let role = role.label();
                Self::new(&kinds::FORBIDDEN).detail(
                    format!("两人中至少一人须为{}", role.zh),
                    format!("at least one of the two must be an {}", role.en),
                )
            }
            DecideError::CarryOut(CarryOutError::Act(error)) => error.into(),
            DecideError::CarryOut(CarryOutError::Role(error)) => error.into(),
            DecideError::CarryOut(CarryOutError::Storage(error)) => error.into(),
            DecideError::Work(error) => error.into(),
        }
    }
}
