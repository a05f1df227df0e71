//! Trust lists and catalogues as they were signed, every version.

use crate::storage::{StorageError, Tx, on_conn};

/// A signed object with what is needed to choose it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SignedRow {
    /// Rises by one.
    pub version: i64,
    /// Signed at.
    pub iat: i64,
    /// Ends at.
    pub exp: i64,
    /// Byte for byte as signed.
    pub jws: String,
}

/// Keeps a trust list version.
pub async fn insert_list(tx: &mut Tx, row: &SignedRow) -> Result<(), StorageError> {
    insert(tx, INSERT_LIST, row).await
}

/// Every trust list version, oldest first.
pub async fn lists(tx: &mut Tx) -> Result<Vec<SignedRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(LISTS).fetch_all(conn).await)?)
}

/// Keeps a catalogue version.
pub async fn insert_catalogue(tx: &mut Tx, row: &SignedRow) -> Result<(), StorageError> {
    insert(tx, INSERT_CATALOGUE, row).await
}

/// The newest catalogue.
pub async fn newest_catalogue(tx: &mut Tx) -> Result<Option<SignedRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(NEWEST_CATALOGUE).fetch_optional(conn).await)?)
}

async fn insert(tx: &mut Tx, sql: &'static str, row: &SignedRow) -> Result<(), StorageError> {
    on_conn!(tx, |conn| sqlx::query(sql)
        .bind(row.version)
        .bind(row.iat)
        .bind(row.exp)
        .bind(&row.jws)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) const INSERT_LIST: &str =
    "INSERT INTO trust_list (version, iat, exp, jws) VALUES ($1, $2, $3, $4)";
pub(super) const LISTS: &str = "SELECT version, iat, exp, jws FROM trust_list ORDER BY version";
pub(super) const INSERT_CATALOGUE: &str =
    "INSERT INTO catalogue (version, iat, exp, jws) VALUES ($1, $2, $3, $4)";
pub(super) const NEWEST_CATALOGUE: &str =
    "SELECT version, iat, exp, jws FROM catalogue ORDER BY version DESC LIMIT 1";
