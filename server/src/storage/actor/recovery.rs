//! Accounts being restored at a counter.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, RecoveryId};
use crate::storage::sql::{all, columns, execute, one, statements, values};
use crate::storage::{StorageError, Tx};

/// One restoring.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RecoveryRow {
    /// Its id.
    pub id: RecoveryId,
    /// The account.
    pub account: AccountId,
    /// A word of `RecoveryState`.
    pub state: String,
    /// Who began it.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: i64,
    /// Who agreed.
    pub confirmed_by: Option<AccountId>,
    /// When it takes effect.
    pub effective_at: Option<i64>,
    /// PHC string; the account's password from then on.
    pub password: Option<String>,
    /// When it was done, objected to, or over.
    pub ended_at: Option<i64>,
}

/// Begins one; false if one is under way for the account.
pub async fn insert(
    tx: &mut Tx,
    id: RecoveryId,
    account: AccountId,
    asked_by: AccountId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, INSERT, id, account, asked_by, now.0)? == 1)
}

/// The one that is under way for an account.
pub async fn open_of(tx: &mut Tx, account: AccountId) -> Result<Option<RecoveryRow>, StorageError> {
    one!(tx, OPEN_OF, account)
}

/// The newest one of an account, whatever became of it.
pub async fn newest_of(tx: &mut Tx, account: AccountId) -> Result<Option<RecoveryRow>, StorageError> {
    one!(tx, NEWEST_OF, account)
}

/// When an account was last restored, in unix seconds.
pub async fn done_at(tx: &mut Tx, account: AccountId) -> Result<Option<i64>, StorageError> {
    Ok(values!(tx, DONE_AT, account)?.pop())
}

/// Notes who agreed, from when it counts, and the password's hash; false if it is not waiting for that.
pub async fn confirm(
    tx: &mut Tx,
    id: RecoveryId,
    confirmed_by: AccountId,
    effective_at: UnixTime,
    password: &str,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, CONFIRM, id, confirmed_by, effective_at.0, password)? == 1)
}

/// Ends it in `state`; false if it had ended. Its password's hash is needed no more.
pub async fn end(tx: &mut Tx, id: RecoveryId, state: &str, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, state, now.0)? == 1)
}

/// Accounts with one that takes effect by `now`.
pub async fn due(tx: &mut Tx, now: UnixTime, limit: i64) -> Result<Vec<AccountId>, StorageError> {
    values!(tx, DUE, now.0, limit)
}

/// Those that members of a unit began or agreed to, the newest first, those before `before`.
pub async fn of_unit(
    tx: &mut Tx,
    unit: Uscc,
    before: Option<RecoveryId>,
    limit: i64,
) -> Result<Vec<RecoveryRow>, StorageError> {
    all!(tx, OF_UNIT, unit, before, limit)
}

columns!(recovery = "id, account, state, asked_by, asked_at, confirmed_by, effective_at, password, ended_at");

statements! {
    INSERT = "INSERT INTO actor_recovery (id, account, state, asked_by, asked_at) \
        VALUES ($1, $2, 'asked', $3, $4) ON CONFLICT DO NOTHING";
    OPEN_OF = concat!("SELECT ", recovery!(), " FROM actor_recovery WHERE account = $1 AND ended_at IS NULL");
    NEWEST_OF = concat!("SELECT ", recovery!(), " FROM actor_recovery WHERE account = $1 ORDER BY id DESC LIMIT 1");
    DONE_AT = "SELECT ended_at FROM actor_recovery WHERE account = $1 AND state = 'done' ORDER BY ended_at DESC LIMIT 1";
    OF_UNIT = concat!("SELECT ", recovery!(), " FROM actor_recovery \
        WHERE (asked_by IN (SELECT account FROM actor_membership WHERE unit = $1) \
            OR confirmed_by IN (SELECT account FROM actor_membership WHERE unit = $1)) \
        AND (id < $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3");
    CONFIRM = "UPDATE actor_recovery SET state = 'confirmed', confirmed_by = $2, effective_at = $3, password = $4 \
        WHERE id = $1 AND state = 'asked' AND ended_at IS NULL";
    END = "UPDATE actor_recovery SET state = $2, ended_at = $3, password = NULL WHERE id = $1 AND ended_at IS NULL";
    DUE = "SELECT account FROM actor_recovery \
        WHERE ended_at IS NULL AND effective_at <= $1 ORDER BY effective_at LIMIT $2";
}
