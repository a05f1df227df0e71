//! Tokens that a full verification has spent.

use liangzheng_core::time::UnixTime;

use crate::storage::sql::{execute, one_value, statements};
use crate::storage::{StorageError, Tx};

/// Spends a token; false if it was spent before.
pub async fn spend(
    tx: &mut Tx,
    key: &[u8; 32],
    now: UnixTime,
    until: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, SPEND, &key[..], now.0, until.0)? == 1)
}

/// When a token was spent.
pub async fn spent_at(tx: &mut Tx, key: &[u8; 32]) -> Result<Option<i64>, StorageError> {
    one_value!(tx, SPENT_AT, &key[..])
}

/// Forgets spent tokens that no verifier would accept any more.
pub async fn forget(tx: &mut Tx, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, now.0).map(drop)
}

statements! {
    SPEND = "INSERT INTO verifying_spent (replay_key, at, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    SPENT_AT = "SELECT at FROM verifying_spent WHERE replay_key = $1";
    FORGET = "DELETE FROM verifying_spent WHERE until < $1";
}
