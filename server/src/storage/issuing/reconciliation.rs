//! Comparisons of a unit's own list with what is here, and the differences found.

use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, LicenceId, ReconciliationId};
use crate::domain::issuing::reconciliation::Found;
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ReconciliationRow {
    /// Its id.
    pub id: ReconciliationId,
    /// The unit.
    pub unit: Uscc,
    /// The kind that was compared.
    pub kind: KindCode,
    /// Who sent the list.
    pub account: AccountId,
    /// Rows of the list.
    pub rows: i64,
    /// Rows that are here and are the same.
    pub same: i64,
    /// Rows that are not here.
    pub missing: i64,
    /// Licences in force that are not in the list.
    pub extra: i64,
    /// Rows that are here and differ.
    pub different: i64,
    /// When.
    pub at: i64,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DifferenceRow {
    /// Its place in the report, from 1.
    pub place: i64,
    /// Identifier of the licence.
    pub identifier: String,
    /// The licence here; none of what is missing.
    pub licence: Option<LicenceId>,
    /// As [`Found::as_str`].
    pub found: String,
    /// What differs.
    pub member: Option<String>,
    /// Its value in the list.
    pub theirs: Option<String>,
    /// Its value here.
    pub ours: Option<String>,
}

/// Keeps a comparison.
pub async fn insert(tx: &mut Tx, row: &ReconciliationRow) -> Result<(), StorageError> {
    execute!(
        tx,
        INSERT,
        row.id,
        row.unit,
        row.kind,
        row.account,
        row.rows,
        row.same,
        row.missing,
        row.extra,
        row.different,
        row.at
    )
    .map(drop)
}

/// Keeps a difference.
pub async fn insert_difference(
    tx: &mut Tx,
    of: ReconciliationId,
    row: &DifferenceRow,
) -> Result<(), StorageError> {
    let (identifier, found) = (&row.identifier, &row.found);
    let (member, theirs, ours) = (row.member.as_deref(), row.theirs.as_deref(), row.ours.as_deref());
    execute!(tx, INSERT_DIFFERENCE, of, row.place, identifier, row.licence, found, member, theirs, ours)
        .map(drop)
}

/// A comparison within `scope`.
pub async fn find(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: ReconciliationId,
) -> Result<Option<ReconciliationRow>, StorageError> {
    let Some((None, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    one!(tx, FIND, id, unit)
}

/// A unit's comparisons, newest first.
pub async fn of_unit(
    tx: &mut Tx,
    unit: Uscc,
    before: Option<ReconciliationId>,
    limit: i64,
) -> Result<Vec<ReconciliationRow>, StorageError> {
    all!(tx, OF_UNIT, unit, before, limit)
}

/// The differences of a comparison after a place; of one sort if one is given.
pub async fn differences(
    tx: &mut Tx,
    id: ReconciliationId,
    found: Option<Found>,
    after: i64,
    limit: i64,
) -> Result<Vec<DifferenceRow>, StorageError> {
    all!(tx, DIFFERENCES, id, after, limit, found.map_or("", Found::as_str))
}

columns!(reconciliation = "id, unit, kind, account, rows, same, missing, extra, different, at");

statements! {
    INSERT = "INSERT INTO issuing_reconciliation (id, unit, kind, account, rows, same, missing, extra, different, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    INSERT_DIFFERENCE = "INSERT INTO issuing_difference \
        (reconciliation, place, identifier, licence, found, member, theirs, ours) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    FIND = concat!("SELECT ", reconciliation!(), " FROM issuing_reconciliation \
        WHERE id = $1 AND (unit = $2 OR $2 IS NULL)");
    OF_UNIT = concat!("SELECT ", reconciliation!(), " FROM issuing_reconciliation \
        WHERE unit = $1 AND (id < $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3");
    DIFFERENCES = "SELECT place, identifier, licence, found, member, theirs, ours FROM issuing_difference \
        WHERE reconciliation = $1 AND place > $2 AND (found = $4 OR $4 = '') ORDER BY place LIMIT $3";
}
