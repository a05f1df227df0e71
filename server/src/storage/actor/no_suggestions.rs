//! Who wants no suggestions.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::AccountId;
use crate::storage::sql::{execute, one_value, statements};
use crate::storage::{StorageError, Tx};

/// Whether an account has switched them off.
pub async fn is_off(tx: &mut Tx, account: AccountId) -> Result<bool, StorageError> {
    let off: Option<i64> = one_value!(tx, IS_OFF, account)?;
    Ok(off.is_some())
}

/// Switches them on or off.
pub async fn put(tx: &mut Tx, account: AccountId, on: bool, now: UnixTime) -> Result<(), StorageError> {
    if on { execute!(tx, ON, account) } else { execute!(tx, OFF, account, now.0) }.map(drop)
}

statements! {
    IS_OFF = "SELECT CAST(1 AS BIGINT) FROM actor_no_suggestions WHERE account = $1";
    ON = "DELETE FROM actor_no_suggestions WHERE account = $1";
    OFF = "INSERT INTO actor_no_suggestions (account, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
}
