//! The to-do list of a unit's issuing staff: drafts to be finished, reviews, imports and agencies that wait, what holders
//! ask, duty applications, cases whose licence is overdue, what was doubtful at a scan; and of the platform's manager:
//! identities that fitted no holder, doubts of which no licence is known, units whose tries to fetch were refused.
//!
//! A task is not stored: it follows from what it is about, and is gone when that is done. What is stored is who has taken
//! it. Another unit that must approve the same draft has a claim of its own.

use crate::App;
use crate::domain::access::{Permit, WorkTasks};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::matter::MatterType;
use crate::domain::consent::duty::DutyState;
use crate::domain::ids::{
    AccountId, AgencyEntryId, AnalysisId, CaseId, DoubtId, DutyApplicationId, ImportId, LicenceId, RequestId,
};
use crate::domain::issuing::draft::DraftState;
use crate::domain::issuing::import::ImportState;
use crate::domain::issuing::task::{TaskAct, TaskKind};
use crate::domain::licence::request::RequestState;
use crate::domain::text::PlainText;
use crate::service::actor::agency_entries;
use crate::service::actor::identity_tasks::{self, IdentityTask};
use crate::service::actor::person;
use crate::service::casework::alarms::{self, ScopeAlarm};
use crate::service::verifying::doubts::{self, Doubt};
use crate::service::work::{Work, WorkError};
use crate::storage::actor::account::open_name;
use crate::storage::actor::membership;
use crate::storage::casework::analysis;
use crate::storage::consent::duty;
use crate::storage::issuing::claim::{self, ClaimRow, NamedClaim};
use crate::storage::issuing::{case, draft, import};
use crate::storage::licence::request;
use crate::storage::verifying::doubt::Looker;
use crate::storage::{StorageError, Tx};

/// Something to be done.
#[derive(Clone, Debug)]
pub struct Task {
    /// The id of the draft, case, import, request or entry of an agency.
    pub id: String,
    /// What is to be done.
    pub kind: TaskKind,
    /// The kind of licence; `None` for a case.
    pub licence_kind: Option<KindCode>,
    /// The case, as far as there is one.
    pub case: Option<CaseId>,
    /// Since when it waits, or when it was due.
    pub since: i64,
    /// Who has taken it.
    pub claim: Option<Claimed>,
    /// Who was not let in; `None` but for an identity.
    pub identity: Option<IdentityTask>,
    /// What was tried; `None` but for an alarm.
    pub alarm: Option<ScopeAlarm>,
    /// What was doubtful; `None` but for a doubt.
    pub doubt: Option<Doubt>,
    /// Whether it is the caller's: taken by him, or written by him.
    pub is_mine: bool,
}

impl Task {
    /// One that nobody has taken yet, and of which no more is known.
    fn new(id: String, kind: TaskKind, since: i64) -> Self {
        Self {
            id,
            kind,
            licence_kind: None,
            case: None,
            since,
            claim: None,
            identity: None,
            alarm: None,
            doubt: None,
            is_mine: false,
        }
    }
}

/// Who has taken a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// His account.
    pub account: AccountId,
    /// His name.
    pub name: String,
    /// When.
    pub at: i64,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// No such task of the caller's unit.
    #[error("no such task")]
    NotFound,
    /// Another has it.
    #[error("another has the task")]
    Claimed(Claimed),
    /// The task is not the caller's to give away.
    #[error("only who has a task, or a checker, gives it to another")]
    NotYours,
    /// Nobody of this unit who may do it.
    #[error("no such member of the unit")]
    NoMember,
    /// It ends when it is done, by no act of its own.
    #[error("a task of this kind ends when it is done")]
    EndsByItself,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for TaskError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// The tasks that the caller's roles may do, the longest waiting first.
pub async fn list(
    app: &App,
    permit: &Permit<WorkTasks>,
    kind: Option<TaskKind>,
    mine: bool,
) -> Result<Vec<Task>, TaskError> {
    let mut tx = app.db.begin_read().await?;
    let claims = claim::of_unit(&mut tx, permit.scope()).await?;
    let mut tasks = Vec::new();
    for wanted in TaskKind::ALL.iter().copied().filter(|wanted| kind.is_none_or(|kind| kind == *wanted)) {
        if permit.principal().has_role(wanted.roles()) {
            tasks.extend(of_kind(app, &mut tx, permit, wanted, mine).await?);
        }
    }
    for task in &mut tasks {
        let Some(claim) = claims.iter().find(|claim| claim.row.task == task.id) else { continue };
        task.is_mine = claim.row.account == permit.account();
        task.claim = Some(claimed(app, claim)?);
    }
    tx.commit().await?;
    tasks.retain(|task| !mine || task.is_mine);
    tasks.sort_by_key(|task| task.since);
    Ok(tasks)
}

/// What is done with a task.
#[derive(Clone, Debug)]
pub enum Doing {
    /// The caller takes it.
    Claim,
    /// The caller gives it back.
    Release,
    /// It goes to another.
    Reassign(AccountId),
    /// It has been seen to, in this way.
    End(PlainText),
}

/// Takes a task, gives it back, gives it to another, or ends it.
pub async fn act(app: &App, permit: &Permit<WorkTasks>, id: &str, doing: &Doing) -> Result<(), TaskError> {
    let mut work = Work::begin(app, permit).await?;
    let unit = permit.scope();
    let kind = kind_of(app, &mut work.tx, permit, id).await?;
    let held = claim::of(&mut work.tx, id, unit).await?;
    let is_own = held.as_ref().is_some_and(|held| held.row.account == permit.account());
    match (doing, held) {
        (Doing::Claim | Doing::Release | Doing::End(_), Some(held)) if !is_own => {
            return Err(TaskError::Claimed(claimed(app, &held)?));
        }
        (Doing::Claim, Some(_)) => {}
        (Doing::Claim, None) => {
            if !claim::take(&mut work.tx, id, unit, permit.account(), work.now).await? {
                return Err(StorageError::Conflict.into());
            }
        }
        (Doing::Release, _) => claim::release(&mut work.tx, id, unit).await?,
        (Doing::Reassign(to), held) => {
            // Who has it hands it on; where he is gone, a checker does, and among managers any of them.
            let may_give = [Role::IssuerChecker, Role::Manager];
            if !is_own && !permit.principal().has_role(&may_give) {
                return Err(match held {
                    Some(held) => TaskError::Claimed(claimed(app, &held)?),
                    None => TaskError::NotYours,
                });
            }
            reassign(&mut work, unit, id, kind, *to).await?;
        }
        (Doing::End(_), _) => {
            claim::release(&mut work.tx, id, unit).await?;
            if !end(&mut work, id).await? {
                return Err(TaskError::NotFound);
            }
        }
    }
    let (action, reason) = match doing {
        Doing::Claim => (TaskAct::Claim, None),
        Doing::Release => (TaskAct::Release, None),
        Doing::Reassign(_) => (TaskAct::Reassign, None),
        Doing::End(reason) => (TaskAct::End, Some(reason.as_str())),
    };
    work.audit(action.as_str(), id, reason).await?;
    Ok(work.finish().await?)
}

/// Ends what no other act ends; false if it had ended.
async fn end(work: &mut Work<'_>, id: &str) -> Result<bool, TaskError> {
    if let Ok(doubt) = id.parse() {
        return Ok(doubts::end(work, doubt).await?);
    }
    if let Ok(alarm) = id.parse() {
        return Ok(alarms::end(work, alarm).await?);
    }
    let identity = id.parse().map_err(|_| TaskError::EndsByItself)?;
    Ok(identity_tasks::end(work, identity).await?)
}

/// Who looks into doubts: the caller for his unit, and as manager.
fn looker(permit: &Permit<WorkTasks>) -> Looker {
    Looker { unit: permit.scope(), is_manager: permit.principal().has_role(&[Role::Manager]) }
}

/// Refuses what somebody is about to save on a task that another has taken.
pub(in crate::service) async fn refuse_anothers(
    app: &App,
    tx: &mut Tx,
    task: &str,
    unit: Uscc,
    account: AccountId,
) -> Result<Option<Claimed>, StorageError> {
    Ok(claim_of(app, tx, task, unit).await?.filter(|held| held.account != account))
}

/// Who has taken a task.
pub(super) async fn claim_of(
    app: &App,
    tx: &mut Tx,
    task: &str,
    unit: Uscc,
) -> Result<Option<Claimed>, StorageError> {
    let held = claim::of(tx, task, unit).await?;
    held.map(|held| claimed(app, &held)).transpose()
}

/// Whoever has a task has it no more: what it was about is done.
pub(in crate::service) async fn over(tx: &mut Tx, task: &str, unit: Uscc) -> Result<(), StorageError> {
    claim::release(tx, task, unit).await
}

/// A task goes to a member who has the role for it; a draft gets another maker so: only its maker writes it.
async fn reassign(
    work: &mut Work<'_>,
    unit: Uscc,
    id: &str,
    kind: TaskKind,
    to: AccountId,
) -> Result<(), TaskError> {
    let now = work.now;
    let member = membership::of_account(&mut work.tx, to, now).await?;
    let member = member.filter(|member| member.unit == unit && member.has_role(kind.roles()));
    member.ok_or(TaskError::NoMember)?;
    if let (TaskKind::Draft, Ok(draft)) = (kind, id.parse()) {
        draft::give(&mut work.tx, draft, to).await?;
    }
    claim::release(&mut work.tx, id, unit).await?;
    if !claim::take(&mut work.tx, id, unit, to, now).await? {
        return Err(StorageError::Conflict.into());
    }
    Ok(())
}

/// What is to be done about a draft, a case, a request, a doubt or an identity; the draft is held, so that it stays so.
async fn kind_of(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<WorkTasks>,
    id: &str,
) -> Result<TaskKind, TaskError> {
    let unit = permit.scope();
    let kind = if let Ok(id) = id.parse::<LicenceId>() {
        let draft = draft::find_and_hold(tx, &app.secrets, unit, id).await?;
        draft.and_then(|draft| match draft.state {
            DraftState::Draft => Some(TaskKind::Draft),
            DraftState::PendingReview => Some(TaskKind::Review),
            DraftState::Issued | DraftState::Closed => None,
        })
    } else if let Ok(id) = id.parse::<CaseId>() {
        let case = case::find(tx, &app.secrets, unit, id).await?;
        case.filter(|case| case.case_type == MatterType::Issuing).map(|_| TaskKind::Overdue)
    } else if let Ok(id) = id.parse::<ImportId>() {
        let import = import::find(tx, &app.secrets, unit, id).await?;
        import.filter(|import| import.state == ImportState::Checked).map(|_| TaskKind::Import)
    } else if let Ok(id) = id.parse::<AgencyEntryId>() {
        agency_entries::waits(tx, unit, id).await?.then_some(TaskKind::Agency)
    } else if let Ok(id) = id.parse::<RequestId>() {
        let request = request::find(tx, unit, id).await?;
        request.filter(|request| request.state == RequestState::Open.as_str()).map(|_| TaskKind::Request)
    } else if let Ok(id) = id.parse::<DutyApplicationId>() {
        let application = duty::find(tx, unit, id).await?.filter(|application| application.issuer == unit);
        application.filter(|row| row.state == DutyState::Applied.as_str()).map(|_| TaskKind::Duty)
    } else if let Ok(id) = id.parse::<AnalysisId>() {
        let waiting = analyses(tx, permit).await?;
        waiting.iter().any(|(waits, _)| *waits == id).then_some(TaskKind::Analysis)
    } else if let Ok(id) = id.parse::<DoubtId>() {
        let may = permit.principal().has_role(TaskKind::Doubt.roles());
        (may && doubts::waits(tx, looker(permit), id).await?).then_some(TaskKind::Doubt)
    } else if let (Ok(id), true) = (id.parse(), permit.principal().has_role(&[Role::Manager])) {
        identity_tasks::is_there(tx, id).await?.then_some(TaskKind::Identity)
    } else if let (Ok(id), true) = (id.parse(), permit.principal().has_role(&[Role::Manager])) {
        alarms::is_there(tx, id).await?.then_some(TaskKind::ScopeAlarm)
    } else {
        None
    };
    kind.ok_or(TaskError::NotFound)
}

async fn of_kind(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<WorkTasks>,
    kind: TaskKind,
    mine: bool,
) -> Result<Vec<Task>, TaskError> {
    let (unit, account) = (permit.scope(), permit.account());
    let worker = draft::Worker { unit, account, mine, limit: MOST };
    let of_draft = |todo: draft::ToDo| Task {
        licence_kind: Some(todo.kind),
        case: todo.case_id,
        is_mine: todo.maker == account && kind == TaskKind::Draft,
        ..Task::new(todo.id.to_string(), kind, todo.changed_at)
    };
    Ok(match kind {
        TaskKind::Draft => draft::to_finish(tx, worker).await?.into_iter().map(of_draft).collect(),
        TaskKind::Review => draft::to_review(tx, worker).await?.into_iter().map(of_draft).collect(),
        TaskKind::Import => of_imports(app, tx, permit).await?,
        TaskKind::Overdue => {
            let cases = case::overdue(tx, unit, app.now(), mine.then_some(account), MOST).await?;
            let of_case =
                |(id, due): (CaseId, i64)| Task { case: Some(id), ..Task::new(id.to_string(), kind, due) };
            cases.into_iter().map(of_case).collect()
        }
        TaskKind::Request => {
            let open = request::of_unit(tx, unit, Some(RequestState::Open), None, MOST).await?.into_iter();
            let of_request = |asked: request::AskedOfUnit| {
                let task = Task::new(asked.request.id.to_string(), kind, asked.request.at);
                Task { licence_kind: Some(asked.kind), ..task }
            };
            open.map(of_request).collect()
        }
        TaskKind::Agency => {
            let found = agency_entries::waiting(tx, unit, account, MOST).await?.into_iter();
            found.map(|(id, since)| Task::new(id.to_string(), kind, since)).collect()
        }
        TaskKind::Doubt => {
            let found = doubts::list(app, tx, looker(permit), MOST).await?.into_iter();
            let of_doubt = |doubt: Doubt| {
                let task = Task::new(doubt.id.to_string(), kind, doubt.at);
                Task { licence_kind: doubt.kind, doubt: Some(doubt), ..task }
            };
            found.map(of_doubt).collect()
        }
        TaskKind::Identity => {
            let found = identity_tasks::list(app, tx, MOST).await?.into_iter();
            let of_identity = |identity: IdentityTask| {
                let task = Task::new(identity.id.to_string(), kind, identity.at);
                Task { identity: Some(identity), ..task }
            };
            found.map(of_identity).collect()
        }
        TaskKind::Duty => {
            let state = Some(DutyState::Applied);
            let waiting =
                duty::Listing { applied_by: None, issuer: Some(unit), state, before: None, limit: MOST };
            let of_application = |row: duty::DutyRow| Task {
                licence_kind: Some(row.kind),
                ..Task::new(row.id.to_string(), kind, row.at)
            };
            duty::list(tx, waiting).await?.into_iter().map(of_application).collect()
        }
        TaskKind::Analysis => {
            let waiting = analyses(tx, permit).await?.into_iter();
            waiting.map(|(id, since)| Task::new(id.to_string(), kind, since)).collect()
        }
        TaskKind::ScopeAlarm => {
            let of_alarm = |alarm: ScopeAlarm| {
                let task = Task::new(alarm.id.to_string(), kind, alarm.at.0);
                Task { alarm: Some(alarm), ..task }
            };
            alarms::list(tx, MOST).await?.into_iter().map(of_alarm).collect()
        }
    })
}

/// Analyses that wait for the caller: for the manager, then for each issuer's checker.
async fn analyses(tx: &mut Tx, permit: &Permit<WorkTasks>) -> Result<Vec<(AnalysisId, i64)>, StorageError> {
    let mut waiting = Vec::new();
    if permit.principal().has_role(&[Role::Manager]) {
        waiting.extend(analysis::for_manager(tx, MOST).await?);
    }
    if permit.principal().has_role(&[Role::IssuerChecker]) {
        waiting.extend(analysis::for_issuer(tx, permit.scope(), MOST).await?);
    }
    Ok(waiting)
}

/// Imports that were checked and not sent by him: a second person commits them.
async fn of_imports(app: &App, tx: &mut Tx, permit: &Permit<WorkTasks>) -> Result<Vec<Task>, TaskError> {
    let (state, mut before) = (Some(ImportState::Checked), None);
    let mut tasks = Vec::new();
    // Page by page: what is not his to commit must not take the place of what is.
    loop {
        let page = import::list(tx, &app.secrets, permit.scope(), state, before, MOST).await?;
        let Some(last) = page.last() else { return Ok(tasks) };
        before = Some(last.id);
        for import in page.into_iter().filter(|import| !import.dry_run) {
            if person::is_same(tx, import.account, permit.account()).await? {
                continue;
            }
            tasks.push(Task {
                licence_kind: import.kind,
                ..Task::new(import.id.to_string(), TaskKind::Import, import.changed_at)
            });
        }
    }
}

fn claimed(app: &App, row: &NamedClaim) -> Result<Claimed, StorageError> {
    let ClaimRow { account, at, .. } = row.row;
    Ok(Claimed { account, name: open_name(&app.secrets, account, &row.name)?, at })
}

/// Tasks of one kind in a list: more than a unit has waiting, and a bound for one request.
const MOST: i64 = 200;
