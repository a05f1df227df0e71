//! Short codes that staff gave and that stood for nothing.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::storage::sql::{execute, statements, values};
use crate::storage::{StorageError, Tx};

/// Counts one.
pub async fn insert(tx: &mut Tx, unit: Uscc, account: AccountId, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, INSERT, unit, account, now.0).map(drop)
}

/// When `account` gave its last `limit` of them since `since`, the newest first.
pub async fn of_account(
    tx: &mut Tx,
    unit: Uscc,
    account: AccountId,
    since: UnixTime,
    limit: i64,
) -> Result<Vec<i64>, StorageError> {
    values!(tx, OF_ACCOUNT, unit, account, since.0, limit)
}

/// The same of all of a unit.
pub async fn of_unit(tx: &mut Tx, unit: Uscc, since: UnixTime, limit: i64) -> Result<Vec<i64>, StorageError> {
    values!(tx, OF_UNIT, unit, since.0, limit)
}

/// Forgets those that count no more.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0).map(drop)
}

statements! {
    INSERT = "INSERT INTO verifying_wrong_code (unit, account, at) VALUES ($1, $2, $3)";
    OF_ACCOUNT = "SELECT at FROM verifying_wrong_code WHERE unit = $1 AND account = $2 AND at > $3 \
        ORDER BY at DESC LIMIT $4";
    OF_UNIT = "SELECT at FROM verifying_wrong_code WHERE unit = $1 AND at > $2 ORDER BY at DESC LIMIT $3";
    FORGET = "DELETE FROM verifying_wrong_code WHERE at < $1";
}
