//! Trust lists and catalogues as they were signed, every version.

use crate::storage::sql::{all, execute, one, statements};
use crate::storage::{StorageError, Tx};

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
    all!(tx, LISTS)
}

/// Keeps a catalogue version.
pub async fn insert_catalogue(tx: &mut Tx, row: &SignedRow) -> Result<(), StorageError> {
    insert(tx, INSERT_CATALOGUE, row).await
}

/// The newest catalogue.
pub async fn newest_catalogue(tx: &mut Tx) -> Result<Option<SignedRow>, StorageError> {
    one!(tx, NEWEST_CATALOGUE)
}

async fn insert(tx: &mut Tx, sql: &'static str, row: &SignedRow) -> Result<(), StorageError> {
    execute!(tx, sql, row.version, row.iat, row.exp, &row.jws).map(drop)?;
    Ok(())
}

statements! {
    INSERT_LIST = "INSERT INTO publication_trust_list (version, iat, exp, jws) VALUES ($1, $2, $3, $4)";
    LISTS = "SELECT version, iat, exp, jws FROM publication_trust_list ORDER BY version";
    INSERT_CATALOGUE = "INSERT INTO publication_catalogue (version, iat, exp, jws) VALUES ($1, $2, $3, $4)";
    NEWEST_CATALOGUE = "SELECT version, iat, exp, jws FROM publication_catalogue ORDER BY version DESC LIMIT 1";
}
