//! `/api/v1/tasks`: what issuing staff have to do.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::WorkTasks;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, CaseId};
use crate::domain::issuing::task::{TaskAct, TaskKind};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::api::minute;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::tasks::{self, Claimed, Doing, Task, TaskError};
use crate::service::verifying::doubts::Doubt;

/// Which tasks.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TasksQuery {
    /// Of this kind only.
    #[serde(default)]
    kind: Option<TaskKind>,
    /// `true`: only what the caller has taken, and drafts he wrote.
    #[serde(default)]
    mine: Option<bool>,
}

/// Body of `POST /tasks/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskActRequest {
    /// What to do.
    act: TaskAct,
    /// To whom; needed to reassign.
    #[serde(default)]
    to: Option<AccountId>,
    /// What was done about it; needed to end one.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// Something to be done.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Task")]
pub struct TaskAnswer {
    /// The id of the draft, case, import, request, entry of an agency, doubt, identity, duty application, analysis or alarm that it is about.
    id: String,
    kind: TaskKind,
    /// What is to be done, in words.
    kind_label: Text,
    /// The kind of licence; null for a case or an identity.
    licence_kind: Option<KindCode>,
    case: Option<CaseId>,
    /// Since when it waits, or when it was due, in unix seconds.
    since: i64,
    /// Who was not let in; null but for an identity.
    identity: Option<SaidIdentity>,
    /// What was tried; null but for tries out of scope.
    alarm: Option<TriedOutOfScope>,
    /// What was doubtful at a scan; null but for a doubt.
    doubt: Option<SaidDoubt>,
    /// Who has taken it.
    claimed_by: Option<Claimant>,
    /// Whether it is the caller's.
    mine: bool,
}

/// Somebody whom the identity provider knows, and who fits no holder.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SaidIdentity {
    /// The name, as the provider said.
    name: String,
    /// The type of document.
    id_type: String,
    /// The number, masked.
    id_number: String,
}

/// A unit whose tries to fetch were refused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TriedOutOfScope {
    /// The unit.
    unit: Uscc,
    /// Its names.
    unit_names: Text,
    /// How many of its tries were refused within the hour before the last.
    tries: i64,
    /// The last of them, in unix seconds.
    last_at: UnixTime,
}

/// What staff found doubtful at a scan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SaidDoubt {
    /// Their words.
    said: String,
    /// The code of the verdict.
    code: String,
    /// The licence's number; null if none of this installation is known.
    licence: Option<String>,
    /// Who found it: the account, its name, and the unit it verified for.
    account: AccountId,
    name: String,
    unit: Uscc,
    /// When it was scanned, in unix seconds.
    at: i64,
}

/// Who has taken a task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Claimant {
    account: AccountId,
    name: String,
    at: i64,
}

/// `GET /api/v1/tasks`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<WorkTasks>,
    query: web::Query<TasksQuery>,
) -> Result<Answer<Page<TaskAnswer>>, Problem> {
    let found = tasks::list(&app, &permit, query.kind, query.mine == Some(true)).await?;
    Ok(Answer::of(Page::whole(found)))
}

/// `POST /api/v1/tasks/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<WorkTasks>,
    id: web::Path<String>,
    body: Body<TaskActRequest>,
) -> Result<Answer<(), 204>, Problem> {
    let TaskActRequest { act, to, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let doing = match (act, to) {
        (TaskAct::Claim, _) => Doing::Claim,
        (TaskAct::Release, _) => Doing::Release,
        (TaskAct::Reassign, Some(to)) => Doing::Reassign(to),
        (TaskAct::Reassign, None) => {
            return Err(problem.field("/to", "missing", "请选择接办人", "say to whom"));
        }
        (TaskAct::End, _) => {
            let reason = PlainText::lines(reason.as_deref().unwrap_or_default(), MAX_REASON);
            Doing::End(problem.plain_text("/reason", reason).ok_or(problem)?)
        }
    };
    tasks::act(&app, &permit, &id, &doing).await?;
    Ok(Answer::nothing())
}

impl From<Doubt> for SaidDoubt {
    fn from(doubt: Doubt) -> Self {
        let Doubt { account, name, unit, said, at, code, identifier, .. } = doubt;
        Self { said, code, licence: identifier, account, name, unit, at }
    }
}

impl From<Task> for TaskAnswer {
    fn from(task: Task) -> Self {
        Self {
            id: task.id,
            kind: task.kind,
            kind_label: task.kind.label(),
            licence_kind: task.licence_kind,
            case: task.case,
            since: task.since,
            identity: task.identity.map(|said| SaidIdentity {
                name: said.name,
                id_type: said.id_type,
                id_number: said.id_number,
            }),
            alarm: task.alarm.map(|alarm| TriedOutOfScope {
                unit: alarm.unit.0,
                unit_names: alarm.unit.1,
                tries: alarm.tries,
                last_at: alarm.last_at,
            }),
            doubt: task.doubt.map(SaidDoubt::from),
            claimed_by: task.claim.map(Claimant::from),
            mine: task.is_mine,
        }
    }
}

impl From<Claimed> for Claimant {
    fn from(claim: Claimed) -> Self {
        Self { account: claim.account, name: claim.name, at: claim.at }
    }
}

impl From<TaskError> for Problem {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound => Self::new(&kinds::NOT_FOUND),
            TaskError::Claimed(claim) => claimed(&claim),
            TaskError::NotYours => Self::new(&kinds::FORBIDDEN).detail(
                "只有认领人或审核人员可以转交",
                "only who has a task, or a checker, gives it to another",
            ),
            TaskError::NoMember => Self::new(&kinds::INVALID).field(
                "/to",
                "no-member",
                "本单位没有可以办理此事的该人员",
                "no member of this unit who may do it",
            ),
            TaskError::EndsByItself => Self::new(&kinds::INVALID).field(
                "/act",
                "not-of-this-task",
                "此待办在办理完成后自动结束，不能直接办结",
                "a task of this kind ends when it is done: finish the draft, the review or the case",
            ),
            TaskError::Work(error) => error.into(),
        }
    }
}

/// Another has taken what somebody is about to change: who, and when.
pub(in crate::http::api) fn claimed(claim: &Claimed) -> Problem {
    let at = minute(UnixTime(claim.at));
    Problem::new(&kinds::CLAIMED).detail(
        format!("{}已于 {at} 认领，请与其联系或由审核人员转交", claim.name),
        format!("{} has taken it ({at}): ask there, or have a checker reassign it", claim.name),
    )
}
