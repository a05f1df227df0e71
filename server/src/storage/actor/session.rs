//! Sessions. Only the SHA-256 of a token is stored: whoever reads the table cannot log in.

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::actor::session::{Carrier, Proof};
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, ClientId, HolderId, SessionId};
use crate::secrets::Secrets;
use crate::storage::sql::{all, execute, one, statements, value};
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
    /// How its token travels.
    pub carrier: Carrier,
    /// What it was made with.
    pub proof: Proof,
    /// The registered client it was begun through.
    pub client: Option<ClientId>,
    /// What the browser or program called itself, as [`seal_agent`] makes it.
    pub agent: Option<Vec<u8>>,
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
    /// How its token travels: a word of [`Carrier`].
    pub carrier: String,
    /// What it was made with: a word of [`Proof`].
    pub proof: String,
    /// The registered client it was begun through.
    pub client: Option<ClientId>,
    /// Over at the latest.
    pub expires_at: i64,
    /// The account's login.
    pub login: String,
    /// The account's name, sealed ([`super::account::open_name`]).
    pub name: Vec<u8>,
    /// The holder the account is.
    pub holder: Option<HolderId>,
    /// Its password was given by others and is to be changed by then.
    pub first_password_until: Option<i64>,
}

/// An open session as its owner sees it in the list of his own.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedSession {
    /// The session.
    pub id: SessionId,
    /// How its token travels: a word of [`Carrier`].
    pub carrier: String,
    /// What it was made with: a word of [`Proof`].
    pub proof: String,
    /// Sealed; [`open_agent`].
    pub agent: Option<Vec<u8>>,
    /// When it began.
    pub created_at: i64,
    /// Over at the latest.
    pub expires_at: i64,
}

/// What a browser calls itself, as it is kept: sealed, since it tells what a person uses.
pub fn seal_agent(secrets: &Secrets, entropy: &dyn Entropy, id: SessionId, agent: &str) -> Vec<u8> {
    secrets.seal_text(&place(id), agent, entropy)
}

/// What [`seal_agent`] sealed.
pub fn open_agent(secrets: &Secrets, id: SessionId, sealed: &[u8]) -> Result<String, StorageError> {
    secrets.open_text(&place(id), sealed).map_err(|_| StorageError::Inconsistent {
        table: "actor_session",
        column: "agent",
        row: id.to_string(),
    })
}

fn place(id: SessionId) -> String {
    format!("session.agent/{id}")
}

/// Opens a session.
pub async fn insert(tx: &mut Tx, session: &NewSession) -> Result<(), StorageError> {
    let NewSession { id, account, token_sha256, carrier, proof, client, agent, created_at, expires_at } =
        session;
    let (carrier, proof) = (carrier.as_str(), proof.as_str());
    let (from, to) = (created_at.0, expires_at.0);
    execute!(tx, INSERT, id, account, &token_sha256[..], carrier, proof, client, agent, from, to).map(drop)
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

/// Ends every session of an account.
pub async fn end_all_of(tx: &mut Tx, account: AccountId, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, END_ALL_OF, account, now.0).map(drop)
}

/// The open sessions of an account, the newest first.
pub async fn of_account(
    tx: &mut Tx,
    account: AccountId,
    now: UnixTime,
) -> Result<Vec<ListedSession>, StorageError> {
    all!(tx, OF_ACCOUNT, account, now.0)
}

/// Ends an open session within `scope`; false if there is none.
pub async fn end_within(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: SessionId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    let Some(account) = scope.into().account() else { return Ok(false) };
    Ok(execute!(tx, END_WITHIN, id, account, now.0)? == 1)
}

/// Ends every open session of an account but `kept`.
pub async fn end_others(
    tx: &mut Tx,
    account: AccountId,
    kept: SessionId,
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, END_OTHERS, account, kept, now.0).map(drop)
}

/// Says anew what a session is good for: its person has proved more, or has taken a proof away. One that the identity
/// provider spoke for stays so: no code makes it good for the work of a unit.
pub async fn set_proof(tx: &mut Tx, id: SessionId, proof: Proof) -> Result<(), StorageError> {
    execute!(tx, SET_PROOF, id, proof.as_str()).map(drop)
}

/// Forgets sessions that were over before `before`.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0).map(drop)
}

statements! {
    INSERT = "INSERT INTO actor_session (id, account, token_sha256, carrier, proof, client, agent, \
        created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND = "SELECT s.id, s.account, s.carrier, s.proof, s.client, s.expires_at, a.login, a.name, a.holder, \
        a.first_password_until \
        FROM actor_session s JOIN actor_account a ON a.id = s.account \
        WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND s.ended_at IS NULL AND a.disabled_at IS NULL";
    IS_OPEN = "SELECT COUNT(*) FROM actor_session s JOIN actor_account a ON a.id = s.account \
        WHERE s.id = $1 AND s.expires_at > $2 AND s.ended_at IS NULL AND a.disabled_at IS NULL";
    END = "UPDATE actor_session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    END_ALL_OF = "UPDATE actor_session SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL";
    OF_ACCOUNT = "SELECT id, carrier, proof, agent, created_at, expires_at FROM actor_session \
        WHERE account = $1 AND expires_at > $2 AND ended_at IS NULL ORDER BY created_at DESC, id DESC";
    END_WITHIN = "UPDATE actor_session SET ended_at = $3 \
        WHERE id = $1 AND (account = $2 OR $2 IS NULL) AND ended_at IS NULL AND expires_at > $3";
    SET_PROOF = "UPDATE actor_session SET proof = $2 WHERE id = $1 AND proof <> 'oidc'";
    END_OTHERS = "UPDATE actor_session SET ended_at = $3 \
        WHERE account = $1 AND id <> $2 AND ended_at IS NULL AND expires_at > $3";
    FORGET = "DELETE FROM actor_session WHERE expires_at < $1";
}
