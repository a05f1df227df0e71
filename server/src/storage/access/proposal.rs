//! Proposals, of whatever area. What is asked, and why it was decided so, is sealed: both may name persons.

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::access::proposal::{Grounds, ProposalSort, ProposalState};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, ProposalId};
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ProposalRow {
    /// Its id.
    pub id: ProposalId,
    /// What it is of, as [`ProposalSort::as_str`].
    pub sort: String,
    /// Id of what it is about.
    pub object: String,
    /// The version of the object on which it was proposed.
    pub version: i64,
    /// What is to be done.
    pub act: String,
    /// Whose members see it.
    pub unit: Uscc,
    /// All that carrying it out needs, sealed for [`place`].
    pub asked: Vec<u8>,
    /// Who proposed it.
    pub proposer: AccountId,
    /// When.
    pub proposed_at: i64,
    /// From when it no longer counts.
    pub lapses_at: i64,
    /// As [`ProposalState::as_str`].
    pub state: String,
    /// Who confirmed or refused it.
    pub decided_by: Option<AccountId>,
    /// When, or when it was found to have lapsed.
    pub decided_at: Option<i64>,
    /// Why, sealed for [`place_of_reason`].
    pub reason: Option<Vec<u8>>,
}

impl ProposalRow {
    /// What it is of.
    pub fn sort(&self) -> Result<ProposalSort, StorageError> {
        self.sort.parse().map_err(|_| self.inconsistent("sort"))
    }

    /// Where it stood when it was last written.
    pub fn state(&self) -> Result<ProposalState, StorageError> {
        self.state.parse().map_err(|_| self.inconsistent("state"))
    }

    /// What it stands on.
    pub fn grounds(&self) -> Result<Grounds, StorageError> {
        Ok(Grounds {
            sort: self.sort()?,
            unit: self.unit,
            version: self.version,
            lapses_at: UnixTime(self.lapses_at),
        })
    }

    /// A column that holds what no program of ours writes.
    pub fn inconsistent(&self, column: &'static str) -> StorageError {
        StorageError::Inconsistent { table: "access_proposal", column, row: self.id.to_string() }
    }
}

/// For what the asked is sealed.
pub fn place(id: ProposalId) -> String {
    format!("proposal.asked/{id}")
}

/// For what the reason of a decision is sealed.
pub fn place_of_reason(id: ProposalId) -> String {
    format!("proposal.reason/{id}")
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// Its state from now on.
    pub state: ProposalState,
    /// Who decided; `None` where it lapsed.
    pub by: Option<AccountId>,
    /// When.
    pub at: UnixTime,
    /// Why, sealed.
    pub reason: Option<&'a [u8]>,
}

/// Adds a proposal; false if the same act on the same object is proposed already.
pub async fn insert(tx: &mut Tx, row: &ProposalRow) -> Result<bool, StorageError> {
    let inserted = execute!(
        tx,
        INSERT,
        row.id,
        &row.sort,
        &row.object,
        row.version,
        &row.act,
        row.unit,
        &row.asked,
        row.proposer,
        row.proposed_at,
        row.lapses_at,
        &row.state
    )?;
    Ok(inserted == 1)
}

/// A proposal within `scope`.
pub async fn find(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: ProposalId,
) -> Result<Option<ProposalRow>, StorageError> {
    let Some((_, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    one!(tx, FIND, id, unit)
}

/// A proposal as it is now, held until the transaction ends: one decision at a time.
pub async fn find_and_hold(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: ProposalId,
) -> Result<Option<ProposalRow>, StorageError> {
    execute!(tx, HOLD, id)?;
    find(tx, scope, id).await
}

/// The open proposal of this act on this object. Who holds the object sees the only one.
pub async fn open_of(
    tx: &mut Tx,
    sort: ProposalSort,
    object: &str,
    act: &str,
) -> Result<Option<ProposalRow>, StorageError> {
    one!(tx, OPEN_OF, sort.as_str(), object, act)
}

/// A unit's proposals of these sorts, newest first, those before `before`; of one state if one is given.
pub async fn list(
    tx: &mut Tx,
    unit: Uscc,
    sorts: &[ProposalSort],
    state: Option<ProposalState>,
    before: Option<ProposalId>,
    limit: i64,
) -> Result<Vec<ProposalRow>, StorageError> {
    // One text for however many: |licence_act|…|
    let sorts = sorts.iter().fold(String::from("|"), |listed, sort| listed + sort.as_str() + "|");
    all!(tx, LIST, unit, sorts, state.map_or("", ProposalState::as_str), before, limit)
}

/// Open proposals, the oldest first: for the job that looks which have lapsed.
pub async fn waiting(
    tx: &mut Tx,
    after: Option<ProposalId>,
    limit: i64,
) -> Result<Vec<ProposalRow>, StorageError> {
    all!(tx, WAITING, after, limit)
}

/// Writes what became of an open proposal; false if it is open no more.
pub async fn decide(tx: &mut Tx, id: ProposalId, decided: &Decided<'_>) -> Result<bool, StorageError> {
    let Decided { state, by, at, reason } = decided;
    Ok(execute!(tx, DECIDE, id, state.as_str(), *by, at.0, *reason)? == 1)
}

/// Lets every open proposal about an object lapse, because the object has changed.
pub async fn lapse_of(
    tx: &mut Tx,
    sort: ProposalSort,
    object: &str,
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, LAPSE_OF, sort.as_str(), object, now.0).map(drop)
}

/// Puts a unit's proposals before the units that have what they are about; those of no licence before `to`.
pub async fn move_all(tx: &mut Tx, from: Uscc, to: Uscc) -> Result<(), StorageError> {
    execute!(tx, FOLLOW_LICENCES, from)?;
    execute!(tx, MOVE_ALL, from, to).map(drop)
}

columns!(
    proposal = "id, sort, object, version, act, unit, asked, proposer, proposed_at, lapses_at, state, decided_by, \
        decided_at, reason"
);

statements! {
    INSERT = "INSERT INTO access_proposal (id, sort, object, version, act, unit, asked, proposer, proposed_at, \
        lapses_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
    FIND = concat!("SELECT ", proposal!(), " FROM access_proposal WHERE id = $1 AND (unit = $2 OR $2 IS NULL)");
    HOLD = "UPDATE access_proposal SET state = state WHERE id = $1";
    OPEN_OF = concat!("SELECT ", proposal!(), " FROM access_proposal \
        WHERE sort = $1 AND object = $2 AND act = $3 AND state = 'open'");
    LIST = concat!("SELECT ", proposal!(), " FROM access_proposal WHERE unit = $1 \
        AND CAST($2 AS TEXT) LIKE '%|' || sort || '|%' AND (state = $3 OR $3 = '') AND (id < $4 OR $4 IS NULL) \
        ORDER BY id DESC LIMIT $5");
    WAITING = concat!("SELECT ", proposal!(), " FROM access_proposal \
        WHERE state = 'open' AND (id > $1 OR $1 IS NULL) ORDER BY id LIMIT $2");
    DECIDE = "UPDATE access_proposal SET state = $2, decided_by = $3, decided_at = $4, reason = $5 \
        WHERE id = $1 AND state = 'open'";
    FOLLOW_LICENCES = "UPDATE access_proposal SET unit = (SELECT l.unit FROM licence_record l \
        WHERE l.id = access_proposal.object) WHERE unit = $1 AND sort = 'licence_act' \
        AND EXISTS (SELECT 1 FROM licence_record l WHERE l.id = access_proposal.object)";
    MOVE_ALL = "UPDATE access_proposal SET unit = $2 WHERE unit = $1";
    LAPSE_OF = "UPDATE access_proposal SET state = 'lapsed', decided_at = $3 \
        WHERE sort = $1 AND object = $2 AND state = 'open'";
}
