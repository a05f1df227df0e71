//! `/api/v1/accounts/{id}/recovery`, `/api/v1/me/recovery`: restoring an account at a counter, and objecting to it.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::accounts::Person;
use crate::App;
use crate::domain::access::{ManageOwnAccount, RecoverAccount, ViewRecoveries};
use crate::domain::ids::RecoveryId;
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::actor::recovery::{
    self, AtCounter, EvidenceType, Named, Recovery, RecoveryError, RecoveryState, Seen,
};

/// Body of `POST /api/v1/accounts/{id}/recovery`; of both persons the same.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryRequest {
    /// Who stands at the counter: the account's owner, or the answer is 404.
    person: Person,
    /// What was looked at.
    evidence: Evidence,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// What was looked at.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// How.
    #[serde(rename = "type")]
    pub(in crate::http::api) kind: EvidenceType,
}

/// Body of `POST /api/v1/me/recovery`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnRecoveryRequest {
    /// `object`.
    #[serde(rename = "act")]
    _act: OwnRecoveryAct,
}

/// What the owner of an account does about its being restored.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OwnRecoveryAct {
    /// He did not ask for it.
    Object,
}

/// The restoring of the own account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnRecovery {
    /// The one under way, or the last one; null if there never was one.
    recovery: Option<Recovery>,
}

/// `POST /api/v1/accounts/{id}/recovery`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<RecoverAccount>,
    id: web::Path<String>,
    body: Body<RecoveryRequest>,
) -> Result<Answer<Recovery, 202>, Problem> {
    let RecoveryRequest { person, evidence, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let named = person.read(&mut problem);
    let reason = problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON));
    let (Some((name, number)), Some(reason)) = (named, reason) else { return Err(problem) };
    let at_counter = AtCounter { name, number, evidence: evidence.kind, reason };
    let id = id.into_inner();
    let account = id.parse().map_or(Named::Login(id), Named::Id);
    let recovery = recovery::recover(&app, &permit, &account, &at_counter).await?;
    let is_confirmed = recovery.state == RecoveryState::Confirmed;
    let answer = Answer::of(recovery).private();
    Ok(if is_confirmed { answer.known_before() } else { answer })
}

/// Which restorings.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveriesQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<RecoveryId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// A restoring as the counter that carries it out sees it. Times are unix seconds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CounterRecovery {
    id: RecoveryId,
    /// The login of the account.
    login: String,
    /// Its owner's name.
    name: String,
    state: RecoveryState,
    /// The state in words.
    state_label: Text,
    /// Who began it.
    asked_by: String,
    /// Whether the caller began it: another agrees.
    own: bool,
    asked_at: i64,
    /// Until when a second person may agree.
    lapses_at: i64,
    /// Who agreed; null until somebody does.
    confirmed_by: Option<String>,
    /// When the new password counts; null until a second person agreed.
    effective_at: Option<i64>,
    /// When it was done, objected to, or over.
    ended_at: Option<i64>,
}

impl From<Seen> for CounterRecovery {
    fn from(seen: Seen) -> Self {
        let Seen { id, login, name, state, asked_by, is_own, asked_at, lapses_at, .. } = seen;
        let Seen { confirmed_by, effective_at, ended_at, .. } = seen;
        Self {
            id,
            login,
            name,
            state,
            state_label: state.label(),
            asked_by,
            own: is_own,
            asked_at,
            lapses_at,
            confirmed_by,
            effective_at,
            ended_at,
        }
    }
}

/// `GET /api/v1/recoveries`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewRecoveries>,
    query: web::Query<RecoveriesQuery>,
) -> Result<Answer<Page<CounterRecovery>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = recovery::of_unit(&app, &permit, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)).private())
}

/// `GET /api/v1/me/recovery`
pub async fn read_own(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
) -> Result<Answer<OwnRecovery>, Problem> {
    Ok(Answer::of(OwnRecovery { recovery: recovery::of_own(&app, &permit).await? }))
}

/// `POST /api/v1/me/recovery`
pub async fn object(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    _body: Body<OwnRecoveryRequest>,
) -> Result<Answer<Recovery>, Problem> {
    Ok(Answer::of(recovery::object(&app, &permit).await?))
}

impl From<RecoveryError> for Problem {
    fn from(error: RecoveryError) -> Self {
        match error {
            RecoveryError::NotFound => Self::new(&kinds::NOT_FOUND).detail(
                "没有与该人员姓名和证件号码相符的账号，请核对",
                "no account goes with this name and number: check both",
            ),
            RecoveryError::NotThisUnit => Self::new(&kinds::FORBIDDEN).detail(
                "本单位未被指定办理账号恢复，请到指定单位办理",
                "this unit is not named for restoring accounts: another one is",
            ),
            RecoveryError::TwoPersons => Self::new(&kinds::TWO_PERSONS).detail(
                "须由本人以外的两名工作人员先后核实",
                "two members of staff, neither of them the owner, look at the document",
            ),
            RecoveryError::UnderWay { effective_at } => {
                let minute = UnixTime(effective_at).to_minute();
                Self::new(&kinds::ALREADY_EXISTS).detail(
                    format!("该账号的恢复已确认，将于北京时间 {minute} 生效"),
                    format!("the account is being restored; it takes effect at {minute} (UTC+8)"),
                )
            }
            RecoveryError::NothingOpen => Self::new(&kinds::NOT_FOUND)
                .detail("没有正在办理的账号恢复", "the account is not being restored"),
            RecoveryError::Password(error) => error.into(),
            RecoveryError::Work(error) => error.into(),
        }
    }
}
