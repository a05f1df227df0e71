//! The register of operator keys: public halves and their life. Private halves are in the key store.

use crate::storage::{StorageError, Tx, on_conn};

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
    on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(&key.kid)
        .bind(&key.purpose)
        .bind(&key.sec1)
        .bind(key.nbf)
        .bind(key.exp)
        .bind(key.created_at)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// Every key, by purpose and beginning of life.
pub async fn all(tx: &mut Tx) -> Result<Vec<KeyRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(ALL).fetch_all(conn).await)?)
}

/// Marks a key compromised; false if there is no such key.
pub async fn compromise(tx: &mut Tx, kid: &str) -> Result<bool, StorageError> {
    let touched = on_conn!(tx, |conn| sqlx::query(COMPROMISE)
        .bind(kid)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(touched == 1)
}

/// Withdraws a key from `at` on; false if there is no such key or it is withdrawn already.
pub async fn revoke(tx: &mut Tx, kid: &str, at: i64) -> Result<bool, StorageError> {
    let touched = on_conn!(tx, |conn| sqlx::query(REVOKE)
        .bind(kid)
        .bind(at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(touched == 1)
}

pub(super) const INSERT: &str = "INSERT INTO operator_key (kid, purpose, sec1, nbf, exp, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const ALL: &str = "SELECT kid, purpose, sec1, nbf, exp, revoked_at, compromised, created_at \
    FROM operator_key ORDER BY purpose, nbf, kid";
pub(super) const COMPROMISE: &str = "UPDATE operator_key SET compromised = 1 WHERE kid = $1";
pub(super) const REVOKE: &str =
    "UPDATE operator_key SET revoked_at = $2 WHERE kid = $1 AND revoked_at IS NULL";
