//! Sessions. Only the SHA-256 of a token is stored: whoever reads the table cannot log in.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::{AccountId, HolderId, SessionId};
use crate::storage::sql::{execute, one, statements, value};
use crate::storage::{StorageError, Tx};

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
    /// The account's name, sealed ([`super::account::open_name`]).
    pub name: Vec<u8>,
    /// The holder the account is.
    pub holder: Option<HolderId>,
}

/// Opens a session.
pub async fn insert(tx: &mut Tx, session: &NewSession) -> Result<(), StorageError> {
    let NewSession { id, account, token_sha256, carrier, created_at, expires_at } = session;
    execute!(tx, INSERT, id, account, &token_sha256[..], carrier, created_at.0, expires_at.0).map(drop)
}

/// The open session of a token, if its account is not disabled.
pub async fn find(
    tx: &mut Tx,
    token_sha256: &[u8; 32],
    now: UnixTime,
) -> Result<Option<SessionRow>, StorageError> {
    one!(tx, FIND, &token_sha256[..], now.0)
}

/// Whether a session is still open and its account not disabled. To be believed until the transaction ends only if the
/// account is held ([`super::account::hold`]).
pub async fn is_open(tx: &mut Tx, id: SessionId, now: UnixTime) -> Result<bool, StorageError> {
    let open: i64 = value!(tx, IS_OPEN, id, now.0)?;
    Ok(open == 1)
}

/// Ends a session; false if it had ended.
pub async fn end(tx: &mut Tx, id: SessionId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, now.0)? == 1)
}

/// Forgets sessions that were over before `before`.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0).map(drop)
}

statements! {
    INSERT = "INSERT INTO actor_session (id, account, token_sha256, carrier, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    FIND = "SELECT s.id, s.account, s.carrier, s.expires_at, a.login, a.name, a.holder \
        FROM actor_session s JOIN actor_account a ON a.id = s.account \
        WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND s.ended_at IS NULL AND a.disabled_at IS NULL";
    IS_OPEN = "SELECT COUNT(*) FROM actor_session s JOIN actor_account a ON a.id = s.account \
        WHERE s.id = $1 AND s.expires_at > $2 AND s.ended_at IS NULL AND a.disabled_at IS NULL";
    END = "UPDATE actor_session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    FORGET = "DELETE FROM actor_session WHERE expires_at < $1";
}
