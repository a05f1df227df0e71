//! Analyses 批量统计分析: a using unit applies for counts of persons, the manager and each issuer approve, and what is counted
//! then is told and kept (R64).

use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use super::analysis_reading::{Analysis, acts_now, answer_of, may, open, own_unit, scope_of};
use crate::App;
use crate::domain::access::{ActOnAnalysis, ApplyForAnalysis, Permit, Scope};
use crate::domain::casework::analysis::{APART, AnalysisAct, AnalysisState, Counted, Question, free_at};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::unit::Capacity;
use crate::domain::fault::Faults;
use crate::domain::ids::AnalysisId;
use crate::domain::text::PlainText;
use crate::service::actor::person;
use crate::service::catalogue::reading;
use crate::service::issuing::tasks;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::casework::analysis::{self as stored, AnalysisRow, Ending};
use crate::storage::catalogue::unit;
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx};

/// What was applied for; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnalysisApplied {
    /// Its id.
    pub id: AnalysisId,
    /// `applied`.
    pub state: AnalysisState,
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

fn unwritable(id: AnalysisId, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "casework_analysis", column, row: id.to_string() }
}
