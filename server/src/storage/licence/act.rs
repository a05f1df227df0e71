//! Acts done to licences. Append only: there is no update and no delete.

use crate::domain::ids::{AccountId, ActId, LicenceId};
use crate::storage::{StorageError, Tx, on_conn};

/// One act, as recorded.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ActRow {
    /// Its id.
    pub id: ActId,
    /// The licence.
    pub licence: LicenceId,
    /// The licence's version after the act.
    pub licence_version: i64,
    /// The act's name.
    pub act: String,
    /// The status before.
    pub from_status: String,
    /// The status after.
    pub to_status: String,
    /// Why.
    pub reason: String,
    /// On what legal basis.
    pub legal_basis: String,
    /// Who did it.
    pub account: AccountId,
    /// For which unit.
    pub unit: String,
    /// From when it counts in law.
    pub effective_at: i64,
    /// When it was recorded.
    pub at: i64,
}

/// Records an act.
pub async fn append(tx: &mut Tx, row: &ActRow) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(APPEND)
        .bind(row.id)
        .bind(row.licence)
        .bind(row.licence_version)
        .bind(&row.act)
        .bind(&row.from_status)
        .bind(&row.to_status)
        .bind(&row.reason)
        .bind(&row.legal_basis)
        .bind(row.account)
        .bind(&row.unit)
        .bind(row.effective_at)
        .bind(row.at)
        .execute(conn)
        .await
        .map(drop))?)
}

/// The acts on a licence, oldest first.
pub async fn of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Vec<ActRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(OF_LICENCE).bind(licence).fetch_all(conn).await)?)
}

pub(super) const APPEND: &str = "INSERT INTO act (id, licence, licence_version, act, from_status, to_status, \
    reason, legal_basis, account, unit, effective_at, at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
pub(super) const OF_LICENCE: &str = "SELECT id, licence, licence_version, act, from_status, to_status, reason, \
    legal_basis, account, unit, effective_at, at FROM act WHERE licence = $1 ORDER BY licence_version";
