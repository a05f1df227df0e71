//! Suspects: found when a draft is written, decided by people who see both side by side. No dead end: what is different
//! goes on, what is the same is closed or becomes the next version (R27, R29).

use std::collections::HashSet;

use liangzheng_core::time::{Day, UnixTime};

use super::DraftError;
use super::examine::Examined;
use super::reading::{Whole, whole};
use crate::App;
use crate::domain::access::{DecideSuspect, Permit, Scope};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{LicenceId, SuspectId};
use crate::domain::issuing::draft::{ChangeKind, DraftState, RegisterState};
use crate::domain::issuing::suspect::{SuspectAct, SuspectState, Why};
use crate::domain::licence::Dates;
use crate::domain::text::PlainText;
use crate::service::work::{Work, WorkError};
use crate::storage::issuing::draft::{self as drafts, Draft};
use crate::storage::issuing::suspect::{self as stored, SuspectRow};
use crate::storage::issuing::{claim, review};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx, page};

/// A suspect with both sides.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// Its id.
    pub id: SuspectId,
    /// Why the two are suspected to be one.
    pub why: Why,
    /// Where it stands.
    pub state: SuspectState,
    /// Why it was decided so.
    pub reason: Option<String>,
    /// When it was found.
    pub at: i64,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// The draft, or the licence that came of it.
    pub draft: Whole,
    /// What it may be the same as; `None` if it is another unit's now.
    pub other: Option<Whole>,
}

/// What was decided.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Same or different.
    pub act: SuspectAct,
    /// Why.
    pub reason: PlainText,
    /// Of the same: the draft becomes the next version of the other, for this. `None` = the draft is closed.
    pub change: Option<ChangeKind>,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuspectError {
    /// No such suspect of the caller's unit.
    #[error("no such suspect")]
    NotFound,
    /// It was decided before.
    #[error("it is decided")]
    Over(SuspectState),
    /// The draft is under review, closed or issued.
    #[error("the draft is {0}")]
    DraftState(DraftState),
    /// Only a licence in force has a next version, not a draft.
    #[error("the other is no licence")]
    NoLicence,
    /// The draft cannot become the next version.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for SuspectError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Notes what a draft may be the same as: part of its writing.
pub(super) async fn note(
    app: &App,
    work: &mut Work<'_>,
    draft: &Draft,
    examined: &Examined,
) -> Result<(), StorageError> {
    let Draft { id, unit, kind, .. } = *draft;
    stored::put_key(&mut work.tx, id, kind, examined.face_key.as_ref()).await?;
    stored::forget_open(&mut work.tx, id).await?;
    let now = work.now;
    let is_settled = draft.register.state == RegisterState::Matched;
    for (other, why) in found(app, &mut work.tx, unit, Some(id), examined, is_settled, now).await? {
        let suspect = SuspectId::generate(now, &*app.entropy);
        stored::note(&mut work.tx, suspect, unit, id, other, why, now).await?;
    }
    Ok(())
}

/// What a licence of `unit` that is to be made may be the same as: other drafts, and licences that stand. `own` is its
/// draft's id if it has one; `is_settled` says that a register knows its holder by this name.
pub(super) async fn found(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    own: Option<LicenceId>,
    examined: &Examined,
    is_settled: bool,
    now: UnixTime,
) -> Result<Vec<(LicenceId, Why)>, StorageError> {
    let kind = examined.kind.code;
    let mut found: Vec<(LicenceId, Why)> = Vec::new();
    match &examined.face_key {
        Some(key) => {
            let others = stored::drafts_with_key(tx, unit, own, kind, key).await?;
            found.extend(others.into_iter().map(|other| (other, Why::FaceKey)));
        }
        // The kind says of nothing that it tells two licences of a holder apart.
        None if examined.replaced.is_none() => {
            let others = stored::drafts_of_holder(tx, unit, own, kind, &examined.holder_key).await?;
            found.extend(others.into_iter().map(|other| (other, Why::Holder)));
        }
        None => {}
    }
    let replaced = examined.replaced.as_ref().map(|licence| licence.id);
    let by_holder = examined.face_key.is_none() && replaced.is_none();
    let by_name = examined.name_differs && !is_settled;
    // His licences are opened only where one of them may be suspected.
    if let Some(holder) = examined.known.as_ref().filter(|_| by_holder || by_name) {
        let licences = record::of_holder(tx, &app.secrets, holder.id).await?;
        let mine = licences.iter().filter(|licence| licence.unit() == unit && !licence.status.is_final());
        let today = Day::of(now);
        let standing = mine.filter(|licence| licence.dates(today) != Dates::Expired);
        for licence in standing.filter(|licence| Some(licence.id) != replaced) {
            if by_holder && licence.kind() == kind {
                found.push((licence.id, Why::Holder));
            } else if by_name {
                found.push((licence.id, Why::Name));
            }
        }
    }
    found.truncate(MOST);
    Ok(found)
}

/// The same of many licences that have no draft, and whose holders' names are settled: told of each, in their order.
pub(super) async fn found_each(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    kind: KindCode,
    examined: &[&Examined],
    now: UnixTime,
) -> Result<Vec<Vec<(LicenceId, Why)>>, StorageError> {
    let keys: Vec<[u8; 32]> = examined.iter().filter_map(|one| one.face_key).collect();
    let without = examined.iter().filter(|one| one.face_key.is_none());
    let holders: Vec<[u8; 32]> = without.map(|one| one.holder_key).collect();
    let mut drafted = stored::drafted_keys(tx, unit, kind, &keys).await?;
    drafted.extend(stored::drafted_holders(tx, unit, kind, &holders).await?);
    let drafted: HashSet<Vec<u8>> = drafted.into_iter().map(|(key,)| key).collect();
    let mut told = Vec::with_capacity(examined.len());
    for one in examined {
        let is_drafted = drafted.contains(&one.face_key.unwrap_or(one.holder_key)[..]);
        // Few: where nothing tells licences of a holder apart, and he is here, his licences are looked at.
        told.push(match is_drafted || (one.face_key.is_none() && one.known.is_some()) {
            true => found(app, tx, unit, None, one, true, now).await?,
            false => Vec::new(),
        });
    }
    Ok(told)
}

/// Refuses what is still suspected: part of an approval.
pub(super) async fn refuse_open(tx: &mut Tx, draft: LicenceId) -> Result<(), DraftError> {
    match stored::open_of(tx, draft).await? {
        0 => Ok(()),
        open => Err(DraftError::Suspected { open }),
    }
}

/// Suspects of the caller's unit, newest first, and where the next page begins.
pub async fn list(
    app: &App,
    permit: &Permit<DecideSuspect>,
    state: Option<SuspectState>,
    draft: Option<LicenceId>,
    before: Option<SuspectId>,
    limit: i64,
) -> Result<(Vec<Suspect>, Option<SuspectId>), SuspectError> {
    let mut tx = app.db.begin_read().await?;
    let unit = permit.scope();
    let mut rows = stored::of_unit(&mut tx, unit, state, draft, before, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        items.extend(open(app, &mut tx, unit, row).await?);
    }
    tx.commit().await?;
    Ok((items, next))
}

/// Decides on a suspect.
pub async fn decide(
    app: &App,
    permit: &Permit<DecideSuspect>,
    id: SuspectId,
    decision: &Decision,
) -> Result<Suspect, SuspectError> {
    let mut work = Work::begin(app, permit).await?;
    let unit = permit.scope();
    let row = stored::find_and_hold(&mut work.tx, unit, id).await?.ok_or(SuspectError::NotFound)?;
    let state: SuspectState = row.state.parse().map_err(|_| broken(&row, "state"))?;
    if state != SuspectState::Open {
        return Err(SuspectError::Over(state));
    }
    let decided = match decision.act {
        SuspectAct::Different => SuspectState::Different,
        SuspectAct::Same => {
            let draft = drafts::find_and_hold(&mut work.tx, &app.secrets, unit, row.draft).await?;
            let draft = draft.ok_or(SuspectError::NotFound)?;
            same(app, &mut work, &row, &draft, decision.change).await?;
            SuspectState::Same
        }
    };
    let (reason, by) = (decision.reason.as_str(), permit.account());
    let sealed = stored::seal_reason(&app.secrets, &*app.entropy, id, reason);
    stored::decide(&mut work.tx, id, decided, &sealed, by, work.now).await?;
    if decided == SuspectState::Same && decision.change.is_none() {
        stored::forget_closed(&mut work.tx, row.draft).await?;
    }
    work.audit(decided.as_str(), &row.draft.to_string(), Some(reason)).await?;
    let row = stored::find_and_hold(&mut work.tx, unit, id).await?.ok_or(SuspectError::NotFound)?;
    let suspect = open(app, &mut work.tx, unit, &row).await?.ok_or(SuspectError::NotFound)?;
    work.finish().await?;
    Ok(suspect)
}

/// The draft is closed, or from now on that of the other's next version.
async fn same(
    app: &App,
    work: &mut Work<'_>,
    row: &SuspectRow,
    draft: &Draft,
    change: Option<ChangeKind>,
) -> Result<(), SuspectError> {
    let mut after = Draft { version: draft.version + 1, changed_at: work.now.0, ..draft.clone() };
    match change {
        None if matches!(draft.state, DraftState::Draft | DraftState::PendingReview) => {
            review::forget_approvals(&mut work.tx, draft.id).await?;
            claim::release(&mut work.tx, &draft.id.to_string(), draft.unit).await?;
            after.state = DraftState::Closed;
        }
        Some(change) if draft.state == DraftState::Draft => {
            let other = record::find(&mut work.tx, &app.secrets, draft.unit, row.other).await?;
            let other = other.filter(|other| other.kind() == draft.kind).ok_or(SuspectError::NoLicence)?;
            if let Some(open) = drafts::open_for(&mut work.tx, other.id).await?
                && open != draft.id
            {
                return Err(DraftError::DraftOpen(open).into());
            }
            after.replaces = Some(other.id);
            after.content.replaces = Some(other.id.to_string());
            after.content.change = Some(change.as_str().to_owned());
        }
        _ => return Err(SuspectError::DraftState(draft.state)),
    }
    Ok(super::review::keep(app, work, draft, &after).await?)
}

async fn open(app: &App, tx: &mut Tx, unit: Uscc, row: &SuspectRow) -> Result<Option<Suspect>, StorageError> {
    // A draft that has gone to another unit took its suspects along.
    let Some(draft) = whole(app, tx, Scope::Unit(unit), row.draft).await? else { return Ok(None) };
    Ok(Some(Suspect {
        id: row.id,
        why: row.why.parse().map_err(|_| broken(row, "why"))?,
        state: row.state.parse().map_err(|_| broken(row, "state"))?,
        reason: stored::open_reason(&app.secrets, row)?,
        at: row.at,
        decided_at: row.decided_at,
        draft,
        other: whole(app, tx, Scope::Unit(unit), row.other).await?,
    }))
}

fn broken(row: &SuspectRow, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "issuing_suspect", column, row: row.id.to_string() }
}

/// Suspects noted of one draft.
const MOST: usize = 10;
