//! Identities of the identity provider bound to accounts, as HMACs of issuer and subject; and those that fitted nobody.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::{AccountId, IdentityTaskId};
use crate::storage::sql::{all, execute, one_value, statements, value};
use crate::storage::{StorageError, Tx};

/// The account an identity is bound to.
pub async fn account_of(tx: &mut Tx, identity: &[u8; 32]) -> Result<Option<AccountId>, StorageError> {
    one_value!(tx, ACCOUNT_OF, &identity[..])
}

/// Binds an identity to an account; false if either is bound already.
pub async fn insert(
    tx: &mut Tx,
    identity: &[u8; 32],
    account: AccountId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, INSERT, &identity[..], account, now.0)? == 1)
}

/// Whether an account is bound to an identity.
pub async fn is_bound(tx: &mut Tx, account: AccountId) -> Result<bool, StorageError> {
    let bound: i64 = value!(tx, IS_BOUND, account)?;
    Ok(bound > 0)
}

/// For what is sealed that an identity said of its person.
pub fn place_of_said(identity: &[u8]) -> String {
    let hex: String = identity.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("identity_task.said/{hex}")
}

/// An identity that fitted nobody.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IdentityTaskRow {
    /// The task.
    pub id: IdentityTaskId,
    /// Of issuer and subject.
    pub identity_hmac: Vec<u8>,
    /// What was said of the person, sealed for [`place_of_said`].
    pub said: Vec<u8>,
    /// The last try.
    pub at: i64,
}

/// Leaves word that an identity fitted no holder; it stands once, with what was said last.
pub async fn leave_task(
    tx: &mut Tx,
    id: IdentityTaskId,
    identity: &[u8; 32],
    said: &[u8],
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, LEAVE_TASK, id, &identity[..], said, now.0).map(drop)
}

/// Identities that fitted nobody, the longest waiting first.
pub async fn tasks(tx: &mut Tx, limit: i64) -> Result<Vec<IdentityTaskRow>, StorageError> {
    all!(tx, TASKS, limit)
}

/// Whether there is such a task.
pub async fn has_task(tx: &mut Tx, id: IdentityTaskId) -> Result<bool, StorageError> {
    let found: i64 = value!(tx, HAS_TASK, id)?;
    Ok(found == 1)
}

/// Ends a task; false if there is none such.
pub async fn end_task(tx: &mut Tx, id: IdentityTaskId) -> Result<bool, StorageError> {
    Ok(execute!(tx, END_TASK, id)? == 1)
}

/// Ends the task of an identity that fits now.
pub async fn end_task_of(tx: &mut Tx, identity: &[u8; 32]) -> Result<(), StorageError> {
    execute!(tx, END_TASK_OF, &identity[..]).map(drop)
}

statements! {
    ACCOUNT_OF = "SELECT account FROM actor_identity WHERE identity_hmac = $1";
    INSERT = "INSERT INTO actor_identity (identity_hmac, account, created_at) VALUES ($1, $2, $3) \
        ON CONFLICT DO NOTHING";
    IS_BOUND = "SELECT COUNT(*) FROM actor_identity WHERE account = $1";
    LEAVE_TASK = "INSERT INTO actor_identity_task (id, identity_hmac, said, at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (identity_hmac) DO UPDATE SET said = excluded.said, at = excluded.at";
    TASKS = "SELECT id, identity_hmac, said, at FROM actor_identity_task ORDER BY at, id LIMIT $1";
    HAS_TASK = "SELECT COUNT(*) FROM actor_identity_task WHERE id = $1";
    END_TASK = "DELETE FROM actor_identity_task WHERE id = $1";
    END_TASK_OF = "DELETE FROM actor_identity_task WHERE identity_hmac = $1";
}
