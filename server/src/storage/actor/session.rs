//! Sessions. Only the SHA-256 of a token is stored: whoever reads the table cannot log in.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::{AccountId, HolderId, SessionId};
use crate::storage::{StorageError, Tx, on_conn};

/// A session to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Who logged in.
    pub account: AccountId,
    /// SHA-256 of the token.
    pub token_sha256: [u8; 32],
    /// `bearer` or `cookie`.
    pub carrier: &'static str,
    /// Now.
    pub created_at: UnixTime,
    /// Over at the latest.
    pub expires_at: UnixTime,
}

/// An open session with the account it speaks for, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    /// The session.
    pub id: SessionId,
    /// The account.
    pub account: AccountId,
    /// `bearer` or `cookie`.
    pub carrier: String,
    /// Over at the latest.
    pub expires_at: i64,
    /// The account's login.
    pub login: String,
    /// The account's name.
    pub name: String,
    /// The account's role.
    pub role: String,
    /// The staff's unit.
    pub unit: Option<String>,
    /// The holder the account is.
    pub holder: Option<HolderId>,
}

/// Opens a session.
pub async fn insert(tx: &mut Tx, session: &NewSession) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(session.id)
        .bind(session.account)
        .bind(&session.token_sha256[..])
        .bind(session.carrier)
        .bind(session.created_at.0)
        .bind(session.expires_at.0)
        .execute(conn)
        .await
        .map(drop))?)
}

/// The open session of a token, if its account is not disabled.
pub async fn find(
    tx: &mut Tx,
    token_sha256: &[u8; 32],
    now: UnixTime,
) -> Result<Option<SessionRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(FIND)
        .bind(&token_sha256[..])
        .bind(now.0)
        .fetch_optional(conn)
        .await)?)
}

/// Ends a session; false if it had ended.
pub async fn end(tx: &mut Tx, id: SessionId, now: UnixTime) -> Result<bool, StorageError> {
    let ended = on_conn!(tx, |conn| sqlx::query(END)
        .bind(id)
        .bind(now.0)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// Forgets sessions that were over before `before`.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(FORGET).bind(before.0).execute(conn).await.map(drop))?)
}

pub(super) const INSERT: &str = "INSERT INTO session (id, account, token_sha256, carrier, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";
pub(super) const FIND: &str = "SELECT s.id, s.account, s.carrier, s.expires_at, a.login, a.name, a.role, a.unit, \
    a.holder FROM session s JOIN account a ON a.id = s.account \
    WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND s.ended_at IS NULL AND a.disabled_at IS NULL";
pub(super) const END: &str = "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
pub(super) const FORGET: &str = "DELETE FROM session WHERE expires_at < $1";
