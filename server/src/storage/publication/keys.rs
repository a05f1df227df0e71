//! The register of operator keys: public halves and their life. Private halves are in the key store.

use crate::storage::sql::{all, execute, statements};
use crate::storage::{StorageError, Tx};

/// One operator key as registered.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyRow {
    /// Its name in token headers.
    pub kid: String,
    /// `show`, `grant`, `status` or `catalogue`.
    pub purpose: String,
    /// The public half, uncompressed (65 bytes).
    pub sec1: Vec<u8>,
    /// It signs from here on.
    pub nbf: i64,
    /// It verifies nothing after.
    pub exp: i64,
    /// Orderly withdrawal.
    pub revoked_at: Option<i64>,
    /// 1: refuses all it ever signed.
    pub compromised: i64,
    /// When it was made.
    pub created_at: i64,
}

/// Registers a new key.
pub async fn insert(tx: &mut Tx, key: &KeyRow) -> Result<(), StorageError> {
    execute!(tx, INSERT, &key.kid, &key.purpose, &key.sec1, key.nbf, key.exp, key.created_at).map(drop)?;
    Ok(())
}

/// Every key, by purpose and beginning of life.
pub async fn all(tx: &mut Tx) -> Result<Vec<KeyRow>, StorageError> {
    all!(tx, ALL)
}

/// Marks a key compromised; false if there is no such key.
pub async fn compromise(tx: &mut Tx, kid: &str) -> Result<bool, StorageError> {
    let touched = execute!(tx, COMPROMISE, kid)?;
    Ok(touched == 1)
}

/// Withdraws a key from `at` on; false if there is no such key or it is withdrawn already.
pub async fn revoke(tx: &mut Tx, kid: &str, at: i64) -> Result<bool, StorageError> {
    let touched = execute!(tx, REVOKE, kid, at)?;
    Ok(touched == 1)
}

statements! {
    INSERT = "INSERT INTO publication_key (kid, purpose, sec1, nbf, exp, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";
    ALL = "SELECT kid, purpose, sec1, nbf, exp, revoked_at, compromised, created_at \
    FROM publication_key ORDER BY purpose, nbf, kid";
    COMPROMISE = "UPDATE publication_key SET compromised = 1 WHERE kid = $1";
    REVOKE = "UPDATE publication_key SET revoked_at = $2 WHERE kid = $1 AND revoked_at IS NULL";
}
