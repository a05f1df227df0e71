//! Open shows.

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{AccountId, DelegationId, LicenceId, SessionId, ShowId};
use crate::storage::sql::{columns, execute, one, statements, values};
use crate::storage::{StorageError, Tx};

/// One showing of one licence in one scene.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ShowRow {
    /// Its id, random.
    pub id: ShowId,
    /// The account that gave the PIN.
    pub account: AccountId,
    /// The session that opened it; it ends with it.
    pub session: SessionId,
    /// The licence shown.
    pub licence: LicenceId,
    /// The scene.
    pub scene: SceneCode,
    /// The delegation by which it is shown.
    pub delegation: Option<DelegationId>,
    /// What names its tokens, sealed.
    pub secret: Vec<u8>,
    /// Opened at.
    pub opened_at: i64,
    /// Over at the latest.
    pub closes_at: i64,
    /// Ended before its time.
    pub ended_at: Option<i64>,
}

/// Opens a show.
pub async fn insert(tx: &mut Tx, show: &ShowRow) -> Result<(), StorageError> {
    let ShowRow { id, account, session, licence, scene, delegation, secret, opened_at, closes_at, .. } = show;
    execute!(tx, INSERT, id, account, session, licence, scene, delegation, secret, opened_at, closes_at)
        .map(drop)
}

/// A show within `scope`.
pub async fn find(tx: &mut Tx, scope: impl Into<Scope>, id: ShowId) -> Result<Option<ShowRow>, StorageError> {
    let Some(account) = scope.into().account() else { return Ok(None) };
    one!(tx, FIND, id, account)
}

/// When each of the account's open shows closes, soonest first.
pub async fn open_until(tx: &mut Tx, account: AccountId, now: UnixTime) -> Result<Vec<i64>, StorageError> {
    values!(tx, OPEN_UNTIL, account, now.0)
}

/// Ends a show; false if it was over.
pub async fn end(tx: &mut Tx, id: ShowId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, now.0)? == 1)
}

/// The open shows of a delegate.
pub async fn open_of_delegation(
    tx: &mut Tx,
    delegation: DelegationId,
    now: UnixTime,
) -> Result<Vec<ShowId>, StorageError> {
    values!(tx, OPEN_OF_DELEGATION, delegation, now.0)
}

/// Ends every open show of a session.
pub async fn end_of_session(tx: &mut Tx, session: SessionId, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, END_OF_SESSION, session, now.0).map(drop)
}

/// Ends every open show of an account.
pub async fn end_of_account(tx: &mut Tx, account: AccountId, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, END_OF_ACCOUNT, account, now.0).map(drop)
}

/// Ends every open show of a licence.
pub async fn end_of_licence(tx: &mut Tx, licence: LicenceId, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, END_OF_LICENCE, licence, now.0).map(drop)
}

/// Forgets shows that closed before `before`.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0).map(drop)
}

columns!(show = "id, account, session, licence, scene, delegation, secret, opened_at, closes_at, ended_at");

statements! {
    INSERT = "INSERT INTO showing_show (id, account, session, licence, scene, delegation, secret, opened_at, \
        closes_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    FIND = concat!("SELECT ", show!(), " FROM showing_show WHERE id = $1 AND (account = $2 OR $2 IS NULL)");
    OPEN_UNTIL = "SELECT closes_at FROM showing_show \
        WHERE account = $1 AND closes_at > $2 AND ended_at IS NULL ORDER BY closes_at";
    OPEN_OF_DELEGATION = "SELECT id FROM showing_show \
        WHERE delegation = $1 AND closes_at > $2 AND ended_at IS NULL ORDER BY id";
    END = "UPDATE showing_show SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND closes_at > $2";
    END_OF_SESSION =
        "UPDATE showing_show SET ended_at = $2 WHERE session = $1 AND ended_at IS NULL AND closes_at > $2";
    END_OF_ACCOUNT =
        "UPDATE showing_show SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL AND closes_at > $2";
    END_OF_LICENCE =
        "UPDATE showing_show SET ended_at = $2 WHERE licence = $1 AND ended_at IS NULL AND closes_at > $2";
    FORGET = "DELETE FROM showing_show WHERE closes_at < $1";
}
