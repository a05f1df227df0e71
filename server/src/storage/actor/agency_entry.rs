//! Agencies as counters enter them. Whom they are of, and on what evidence, is sealed.

use liangzheng_core::time::{Day, UnixTime};

use crate::domain::access::Scope;
use crate::domain::actor::agency::AgencyEntryState;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, AgencyEntryId, AgencyId};
use crate::storage::day::number;
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EntryRow {
    /// Its id.
    pub id: AgencyEntryId,
    /// Whose counter.
    pub unit: Uscc,
    /// A word of [`crate::domain::actor::agency::AgencyLevel`].
    pub level: String,
    /// Sealed for [`place`].
    pub said: Vec<u8>,
    /// Its last day, `YYYYMMDD`.
    pub ends_on: Option<i64>,
    /// A word of [`AgencyEntryState`].
    pub state: String,
    /// Who entered it.
    pub entered_by: AccountId,
    /// When.
    pub entered_at: i64,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<i64>,
    /// Why it was refused or ended, sealed for [`place_of_reason`].
    pub reason: Option<Vec<u8>>,
    /// The agency that began.
    pub agency: Option<AgencyId>,
    /// When it was ended at the counter.
    pub ended_at: Option<i64>,
}

/// For what is sealed that was said.
pub fn place(id: AgencyEntryId) -> String {
    format!("agency_entry.said/{id}")
}

/// For what the reason of a refusal, or of an end, is sealed.
pub fn place_of_reason(id: AgencyEntryId) -> String {
    format!("agency_entry.reason/{id}")
}

/// Adds an entry.
pub async fn insert(tx: &mut Tx, row: &EntryRow, ends_on: Option<Day>) -> Result<(), StorageError> {
    let EntryRow { id, unit, level, said, state, entered_by, entered_at, .. } = row;
    let ends_on = ends_on.map(number);
    execute!(tx, INSERT, id, unit, level, said, ends_on, state, entered_by, entered_at).map(drop)
}

/// An entry within `scope`, held until the transaction ends.
pub async fn find_and_hold(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: AgencyEntryId,
) -> Result<Option<EntryRow>, StorageError> {
    let Some((None, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    execute!(tx, HOLD, id)?;
    one!(tx, FIND, id, unit)
}

/// A unit's entries, newest first, those before `before`; of one state if one is given.
pub async fn list(
    tx: &mut Tx,
    unit: Uscc,
    state: Option<AgencyEntryState>,
    before: Option<AgencyEntryId>,
    limit: i64,
) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, LIST, unit, state.map_or("", AgencyEntryState::as_str), before, limit)
}

/// What was decided on an entry.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// Its state from now on.
    pub state: AgencyEntryState,
    /// By whom.
    pub by: AccountId,
    /// When.
    pub at: UnixTime,
    /// Why it was refused, sealed.
    pub reason: Option<&'a [u8]>,
    /// The agency that began.
    pub agency: Option<AgencyId>,
}

/// Writes what was decided; false if it was decided before.
pub async fn decide(tx: &mut Tx, id: AgencyEntryId, decided: Decided<'_>) -> Result<bool, StorageError> {
    let Decided { state, by, at, reason, agency } = decided;
    Ok(execute!(tx, DECIDE, id, state.as_str(), by, at.0, reason, agency)? == 1)
}

/// Notes that the agency which began was ended at the counter; false if it is not in force as far as is noted.
pub async fn end(
    tx: &mut Tx,
    id: AgencyEntryId,
    by: AccountId,
    now: UnixTime,
    reason: &[u8],
) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, by, now.0, reason)? == 1)
}

columns!(
    entry = "id, unit, level, said, ends_on, state, entered_by, entered_at, decided_by, decided_at, reason, agency, ended_at"
);

statements! {
    INSERT = "INSERT INTO actor_agency_entry (id, unit, level, said, ends_on, state, entered_by, entered_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    HOLD = "UPDATE actor_agency_entry SET state = state WHERE id = $1";
    FIND = concat!("SELECT ", entry!(), " FROM actor_agency_entry WHERE id = $1 AND (unit = $2 OR $2 IS NULL)");
    LIST = concat!("SELECT ", entry!(), " FROM actor_agency_entry WHERE unit = $1 AND (state = $2 OR $2 = '') \
        AND (id < $3 OR $3 IS NULL) ORDER BY id DESC LIMIT $4");
    DECIDE = "UPDATE actor_agency_entry SET state = $2, decided_by = $3, decided_at = $4, reason = $5, agency = $6 \
        WHERE id = $1 AND state = 'entered'";
    END = "UPDATE actor_agency_entry SET state = 'ended', ended_by = $2, ended_at = $3, reason = $4 \
        WHERE id = $1 AND state = 'approved'";
}
