//! Analyses 批量统计分析: a using unit applies for counts of persons, the manager and each issuer approve, and what is counted
//! then is told and kept (R64).

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ActOnAnalysis, Action, ApplyForAnalysis, Permit, Reach, Scope, ViewAnalyses};
use crate::domain::actor::membership::Role;
use crate::domain::casework::analysis::{
    APART, AnalysisAct, AnalysisState, Counted, Dimension, Filter, Question, Told, free_at, status_label,
};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::unit::Capacity;
use crate::domain::fault::Faults;
use crate::domain::ids::AnalysisId;
use crate::domain::text::PlainText;
use crate::service::actor::person;
use crate::service::catalogue::names::{kind_names, unit_names};
use crate::service::catalogue::reading;
use crate::service::issuing::tasks;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::casework::analysis::{self as stored, AnalysisRow, ApprovalRow, Ending};
use crate::storage::catalogue::unit;
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx, page};

/// What was applied for; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnalysisApplied {
    /// Its id.
    pub id: AnalysisId,
    /// `applied`.
    pub state: AnalysisState,
}

/// What is told, with words for the values.
#[derive(Clone, Debug)]
pub struct Telling {
    /// When it was counted.
    pub at: UnixTime,
    /// The values of each group, in words, and its persons.
    pub groups: Vec<(Vec<(String, Text)>, Option<i64>)>,
    /// In all.
    pub total: Option<i64>,
}

/// An application as it is read.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Its id.
    pub id: AnalysisId,
    /// Who applied, and its names.
    pub unit: (Uscc, Text),
    /// The kinds, and their names.
    pub kinds: Vec<(KindCode, Text)>,
    /// By what persons are grouped.
    pub group_by: Vec<Dimension>,
    /// Of which licences.
    pub filter: Filter,
    /// What for.
    pub purpose: String,
    /// Where it stands.
    pub state: AnalysisState,
    /// What the caller can do with it now.
    pub acts: Vec<AnalysisAct>,
    /// When it was made.
    pub at: UnixTime,
    /// When the manager approved.
    pub approved_at: Option<UnixTime>,
    /// The issuers that approve, and when each did.
    pub issuers: Vec<(Uscc, Text, Option<UnixTime>)>,
    /// When it was answered, refused or withdrawn.
    pub ended_at: Option<UnixTime>,
    /// Why the last act was done.
    pub reason: Option<String>,
    /// What was told; `None` but for who applied, managers and auditors.
    pub result: Option<Telling>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// No such application within the caller's reach.
    #[error("no such analysis")]
    NotFound,
    /// The caller's unit uses no licences.
    #[error("not a using unit")]
    NotUsing,
    /// The act is another's now.
    #[error("{0} is for another")]
    NotYours(AnalysisAct),
    /// Who applied does not approve.
    #[error("another person must do this")]
    TwoPersons,
    /// Members of the body are wrong.
    #[error("the application cannot be made as it is")]
    Faults(Faults),
    /// Told beside an earlier answer it would give away a small group.
    #[error("too close to {earlier}")]
    TooClose {
        /// The earlier one.
        earlier: AnalysisId,
        /// From when on it is no bar.
        until: UnixTime,
    },
    /// It has too many groups.
    #[error("too many groups")]
    TooMany,
    /// Its state does not allow the act.
    #[error("{from} does not allow {act}")]
    State {
        /// Where it stands.
        from: AnalysisState,
        /// What was asked.
        act: AnalysisAct,
    },
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for AnalysisError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Applies.
pub async fn apply(
    app: &App,
    permit: &Permit<ApplyForAnalysis>,
    question: Question,
    purpose: &PlainText,
    claim: Option<Claim>,
) -> Result<Reply<AnalysisApplied>, AnalysisError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(claim).await? {
        return Ok(answered);
    }
    let own = permit.scope();
    let known = unit::find(&mut work.tx, own).await?;
    if !known.is_some_and(|known| known.may(Capacity::Using)) {
        return Err(AnalysisError::NotUsing);
    }
    let question = question.check().map_err(AnalysisError::Faults)?;
    let issuers = issuers_of(&mut work.tx, &question).await?;
    // Another cut is refused now; whether the same one has changed enough is known when it is counted.
    for (row, earlier) in earlier_of(&mut work.tx, own, work.now).await? {
        if question != earlier && question.overlaps(&earlier) {
            return Err(too_close(&row));
        }
    }
    let id = AnalysisId::generate(work.now, &*app.entropy);
    let words = |parts: Vec<String>| parts.join(",");
    let row = AnalysisRow {
        id,
        unit: own,
        account: permit.account(),
        kinds: words(question.kinds.iter().map(KindCode::to_string).collect()),
        group_by: words(question.group_by.iter().map(|one| one.as_str().to_owned()).collect()),
        filter: serde_json::to_string(&question.filter).map_err(|_| unwritable(id, "filter"))?,
        purpose: app.secrets.seal_text(&stored::place_of_purpose(id), purpose.as_str(), &*app.entropy),
        state: AnalysisState::Applied.as_str().to_owned(),
        at: work.now.0,
        approved_at: None,
        ended_at: None,
        reason: None,
        answer: None,
    };
    let mut asked = if app.config.analyses.issuers_approve { issuers } else { Vec::new() };
    // Who applies for counts of its own licences is not asked by itself.
    asked.retain(|issuer| *issuer != own);
    stored::insert(&mut work.tx, &row, &asked).await?;
    work.audit("apply for analysis", &id.to_string(), None).await?;
    Ok(work.commit(AnalysisApplied { id, state: AnalysisState::Applied }).await?)
}

/// The units that issue the kinds, of those that the filter leaves.
async fn issuers_of(tx: &mut Tx, question: &Question) -> Result<Vec<Uscc>, AnalysisError> {
    let mut faults = Faults::default();
    let mut issuers = Vec::new();
    for (at, code) in question.kinds.iter().enumerate() {
        let Some(kind) = reading::in_force::<Kind>(tx, &code.to_string()).await? else {
            let pointer = format!("/kinds/{at}");
            faults.add(
                pointer,
                "not-published",
                "没有已发布的这种证照",
                "no kind with this code is published",
            );
            continue;
        };
        if kind.units.is_empty() {
            issuers.push(kind.unit);
        }
        issuers.extend(kind.units);
    }
    faults.none().map_err(AnalysisError::Faults)?;
    // Each of the units that are asked for approves, whether or not the kind still lists it.
    if !question.filter.unit.is_empty() {
        issuers.clone_from(&question.filter.unit);
    }
    issuers.sort_unstable();
    issuers.dedup();
    Ok(issuers)
}

/// Approves, refuses or withdraws an application. The last approval counts, and tells.
pub async fn act(
    app: &App,
    permit: &Permit<ActOnAnalysis>,
    id: AnalysisId,
    act: AnalysisAct,
    reason: Option<&PlainText>,
) -> Result<Analysis, AnalysisError> {
    let scope = scope_of(permit.scope());
    // Counted before the turn to write: a register of a million takes a while, during which others write.
    let counted = match act {
        AnalysisAct::Approve => count_if_last(app, permit, scope, id).await?,
        AnalysisAct::Refuse | AnalysisAct::Withdraw => None,
    };
    let mut work = Work::begin(app, permit).await?;
    let row = stored::find_and_hold(&mut work.tx, scope, id).await?.ok_or(AnalysisError::NotFound)?;
    let issuers = stored::approvals(&mut work.tx, id).await?;
    let from = row.state()?;
    if !may(permit, act, &row, &issuers) {
        return Err(AnalysisError::NotYours(act));
    }
    if !from.is_open() {
        return Err(AnalysisError::State { from, act });
    }
    if !acts_now(permit, &row, &issuers)?.contains(&act) {
        return Err(AnalysisError::NotYours(act));
    }
    let decides = act != AnalysisAct::Withdraw;
    if decides && person::is_same(&mut work.tx, row.account, permit.account()).await? {
        return Err(AnalysisError::TwoPersons);
    }
    let (by, now) = (permit.account(), work.now);
    let said = reason
        .map(|reason| app.secrets.seal_text(&stored::place_of_reason(id), reason.as_str(), &*app.entropy));
    let mut ending = Ending { state: AnalysisState::Refused, by, reason: said.as_deref(), answer: None };
    let sealed;
    let done = match act {
        AnalysisAct::Withdraw => {
            ending.state = AnalysisState::Withdrawn;
            stored::end(&mut work.tx, id, ending, now).await?
        }
        AnalysisAct::Refuse => stored::end(&mut work.tx, id, ending, now).await?,
        AnalysisAct::Approve => {
            let approved = match own_unit(permit).filter(|_| from == AnalysisState::WithIssuers) {
                Some(unit) => stored::approve_as_issuer(&mut work.tx, id, unit, by, now).await?,
                None => stored::approve_as_manager(&mut work.tx, id, by, now).await?,
            };
            let waits = stored::approvals(&mut work.tx, id).await?.iter().any(|issuer| issuer.at.is_none());
            if waits {
                approved
            } else {
                let counted = counted.ok_or(StorageError::Conflict)?;
                refuse_close(app, &mut work, &row, &counted).await?;
                let text = serde_json::to_vec(&counted).map_err(|_| unwritable(id, "answer"))?;
                sealed = app.secrets.seal(&stored::place_of_answer(id), &text, &*app.entropy);
                ending = Ending { state: AnalysisState::Answered, answer: Some(&sealed), ..ending };
                approved && stored::end(&mut work.tx, id, ending, now).await?
            }
        }
    };
    if !done {
        return Err(StorageError::Conflict.into());
    }
    let recorded = match (act, ending.state) {
        (AnalysisAct::Approve, AnalysisState::Answered) => "approve analysis, which is told",
        (AnalysisAct::Approve, _) => "approve analysis",
        (AnalysisAct::Refuse, _) => "refuse analysis",
        (AnalysisAct::Withdraw, _) => "withdraw analysis",
    };
    work.audit(recorded, &id.to_string(), reason.map(PlainText::as_str)).await?;
    if let Some(unit) = own_unit(permit) {
        tasks::over(&mut work.tx, &id.to_string(), unit).await?;
    }
    let row = stored::find(&mut work.tx, scope, id).await?.ok_or(AnalysisError::NotFound)?;
    let analysis = open(app, &mut work.tx, permit, row).await?;
    work.finish().await?;
    Ok(analysis)
}

/// What is counted for the question of an application that the caller's approval would be the last for.
async fn count_if_last(
    app: &App,
    permit: &Permit<ActOnAnalysis>,
    scope: Scope,
    id: AnalysisId,
) -> Result<Option<Counted>, AnalysisError> {
    let mut tx = app.db.begin_read().await?;
    let Some(row) = stored::find(&mut tx, scope, id).await? else { return Err(AnalysisError::NotFound) };
    let issuers = stored::approvals(&mut tx, id).await?;
    let own = own_unit(permit);
    let others = match row.state()? {
        AnalysisState::WithIssuers => issuers.iter().any(|one| one.at.is_none() && Some(one.unit) != own),
        _ => !issuers.is_empty(),
    };
    if others || !acts_now(permit, &row, &issuers)?.contains(&AnalysisAct::Approve) {
        return Ok(None);
    }
    let counted = stored::count(&mut tx, &row.question()?).await?;
    tx.commit().await?;
    counted.map(Some).ok_or(AnalysisError::TooMany)
}

/// Refuses what would give away a small group beside what the unit was told in the last thirty days.
async fn refuse_close(
    app: &App,
    work: &mut Work<'_>,
    row: &AnalysisRow,
    counted: &Counted,
) -> Result<(), AnalysisError> {
    let question = row.question()?;
    let now = work.now;
    for (told, earlier) in earlier_of(&mut work.tx, row.unit, now).await? {
        let before = answer_of(app, &told)?.ok_or_else(|| told.broken("answer"))?;
        if question.is_too_close(counted, &earlier, &before) {
            return Err(too_close(&told));
        }
    }
    Ok(())
}

/// What a unit was told within [`APART`] before `now`.
async fn earlier_of(
    tx: &mut Tx,
    unit: Uscc,
    now: UnixTime,
) -> Result<Vec<(AnalysisRow, Question)>, StorageError> {
    let since = UnixTime(now.0.saturating_sub(APART.0));
    let rows = stored::answered_since(tx, unit, since).await?;
    rows.into_iter().map(|row| row.question().map(|question| (row, question))).collect()
}

fn too_close(earlier: &AnalysisRow) -> AnalysisError {
    let answered = UnixTime(earlier.ended_at.unwrap_or(earlier.at));
    AnalysisError::TooClose { earlier: earlier.id, until: free_at(answered) }
}

fn answer_of(app: &App, row: &AnalysisRow) -> Result<Option<Counted>, StorageError> {
    let Some(sealed) = &row.answer else { return Ok(None) };
    let text =
        app.secrets.open(&stored::place_of_answer(row.id), sealed).map_err(|_| row.broken("answer"))?;
    serde_json::from_slice(&text).map(Some).map_err(|_| row.broken("answer"))
}

/// One application within the caller's reach; `None` if there is no such.
pub async fn one(
    app: &App,
    permit: &Permit<ViewAnalyses>,
    id: AnalysisId,
) -> Result<Option<Analysis>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let found = match stored::find(&mut tx, scope_of(permit.scope()), id).await? {
        Some(row) => Some(open(app, &mut tx, permit, row).await?),
        None => None,
    };
    tx.commit().await?;
    Ok(found)
}

/// A page of the applications within the caller's reach, newest first, and where the next begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewAnalyses>,
    state: Option<AnalysisState>,
    before: Option<AnalysisId>,
    limit: i64,
) -> Result<(Vec<Analysis>, Option<AnalysisId>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let scope = scope_of(permit.scope());
    let mut rows = stored::list(&mut tx, scope, state, before, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(open(app, &mut tx, permit, row).await?);
    }
    tx.commit().await?;
    Ok((items, next))
}

fn scope_of(reach: Reach) -> Scope {
    match reach {
        Reach::Unit(unit) => Scope::Unit(unit),
        Reach::Province => Scope::All,
    }
}

fn own_unit<A: Action>(permit: &Permit<A>) -> Option<Uscc> {
    permit.principal().membership.as_ref().map(|membership| membership.unit)
}

/// Whether the caller has a part in an application that has this act, whatever its state.
fn may<A: Action>(permit: &Permit<A>, act: AnalysisAct, row: &AnalysisRow, issuers: &[ApprovalRow]) -> bool {
    let (own, has) = (own_unit(permit), |role| permit.principal().has_role(&[role]));
    match act {
        AnalysisAct::Withdraw => own == Some(row.unit) && has(Role::UnitAdmin),
        AnalysisAct::Approve | AnalysisAct::Refuse => {
            let is_issuers = issuers.iter().any(|issuer| Some(issuer.unit) == own);
            has(Role::Manager) || (is_issuers && has(Role::IssuerChecker))
        }
    }
}

/// What the caller can do with an application now.
fn acts_now<A: Action>(
    permit: &Permit<A>,
    row: &AnalysisRow,
    issuers: &[ApprovalRow],
) -> Result<Vec<AnalysisAct>, StorageError> {
    let state = row.state()?;
    let own = own_unit(permit);
    let is_turn = match state {
        AnalysisState::Applied => permit.principal().has_role(&[Role::Manager]),
        AnalysisState::WithIssuers => {
            let waits = issuers.iter().any(|issuer| Some(issuer.unit) == own && issuer.at.is_none());
            waits && permit.principal().has_role(&[Role::IssuerChecker])
        }
        _ => false,
    };
    let now = |act: &AnalysisAct| match act {
        AnalysisAct::Withdraw => state.is_open() && may(permit, *act, row, issuers),
        AnalysisAct::Approve | AnalysisAct::Refuse => is_turn && row.account != permit.account(),
    };
    Ok(AnalysisAct::ALL.iter().copied().filter(now).collect())
}

async fn open<A: Action>(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<A>,
    row: AnalysisRow,
) -> Result<Analysis, StorageError> {
    let question = row.question()?;
    let approvals = stored::approvals(tx, row.id).await?;
    let mut issuers = Vec::with_capacity(approvals.len());
    for approval in &approvals {
        let names = unit_names(tx, approval.unit).await?;
        issuers.push((approval.unit, names, approval.at.map(UnixTime)));
    }
    let place = stored::place_of_purpose(row.id);
    let purpose = app.secrets.open_text(&place, &row.purpose).map_err(|_| row.broken("purpose"))?;
    let reason = row.reason.as_ref().map(|sealed| {
        let place = stored::place_of_reason(row.id);
        app.secrets.open_text(&place, sealed).map_err(|_| row.broken("reason"))
    });
    let is_reader =
        own_unit(permit) == Some(row.unit) || permit.principal().has_role(&[Role::Manager, Role::Auditor]);
    let result = match answer_of(app, &row)? {
        Some(counted) if is_reader => {
            let at = UnixTime(row.ended_at.unwrap_or(row.at));
            Some(in_words(app, tx, &question, &counted.told(), at).await?)
        }
        _ => None,
    };
    Ok(Analysis {
        id: row.id,
        unit: (row.unit, unit_names(tx, row.unit).await?),
        kinds: question.kinds.iter().map(|kind| (*kind, kind_names(app, *kind))).collect(),
        acts: acts_now(permit, &row, &approvals)?,
        state: row.state()?,
        purpose,
        at: UnixTime(row.at),
        approved_at: row.approved_at.map(UnixTime),
        issuers,
        ended_at: row.ended_at.map(UnixTime),
        reason: reason.transpose()?,
        result,
        group_by: question.group_by,
        filter: question.filter,
    })
}

async fn in_words(
    app: &App,
    tx: &mut Tx,
    question: &Question,
    told: &Told,
    at: UnixTime,
) -> Result<Telling, StorageError> {
    let mut groups = Vec::with_capacity(told.groups.len());
    for (values, persons) in &told.groups {
        let mut named = Vec::with_capacity(values.len());
        for (dimension, value) in question.group_by.iter().zip(values) {
            named.push((value.clone(), label(app, tx, *dimension, value).await?));
        }
        groups.push((named, *persons));
    }
    Ok(Telling { at, groups, total: told.total })
}

/// What people read for a value.
async fn label(app: &App, tx: &mut Tx, dimension: Dimension, value: &str) -> Result<Text, StorageError> {
    let plain = || Text::new(value.to_owned(), value.to_owned());
    Ok(match dimension {
        Dimension::Kind => value.parse().map_or_else(|_| plain(), |kind| kind_names(app, kind)),
        Dimension::Unit => match value.parse() {
            Ok(unit) => unit_names(tx, unit).await?,
            Err(_) => plain(),
        },
        Dimension::Status => status_label(value).unwrap_or_else(plain),
        Dimension::Year => plain(),
        Dimension::Month => match value.split_at_checked(4) {
            Some((year, month)) => Text::new(format!("{year}-{month}"), format!("{year}-{month}")),
            None => plain(),
        },
    })
}

fn unwritable(id: AnalysisId, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "casework_analysis", column, row: id.to_string() }
}
