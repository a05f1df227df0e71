//! Who has taken a task of the to-do list.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::storage::sql::{all, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ClaimRow {
    /// The id of the draft or case.
    pub task: String,
    /// Who took it.
    pub account: AccountId,
    /// When.
    pub at: i64,
}

/// A claim with the name of who has it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NamedClaim {
    /// The claim.
    #[sqlx(flatten)]
    pub row: ClaimRow,
    /// Sealed; [`crate::storage::actor::account::open_name`].
    pub name: Vec<u8>,
}

/// Takes a task that nobody has; false if somebody has it.
pub async fn take(
    tx: &mut Tx,
    task: &str,
    unit: Uscc,
    account: AccountId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, TAKE, task, unit, account, now.0)? == 1)
}

/// Who has a task of a unit.
pub async fn of(tx: &mut Tx, task: &str, unit: Uscc) -> Result<Option<NamedClaim>, StorageError> {
    one!(tx, OF, task, unit)
}

/// Every claim of a unit.
pub async fn of_unit(tx: &mut Tx, unit: Uscc) -> Result<Vec<NamedClaim>, StorageError> {
    all!(tx, OF_UNIT, unit)
}

/// Gives a task back.
pub async fn release(tx: &mut Tx, task: &str, unit: Uscc) -> Result<(), StorageError> {
    execute!(tx, RELEASE, task, unit).map(drop)
}

/// Gives every task of a unit back.
pub async fn release_all_of(tx: &mut Tx, unit: Uscc) -> Result<(), StorageError> {
    execute!(tx, RELEASE_ALL_OF, unit).map(drop)
}

statements! {
    TAKE = "INSERT INTO issuing_claim (task, unit, account, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    OF = "SELECT c.task, c.account, c.at, a.name FROM issuing_claim c JOIN actor_account a ON a.id = c.account \
        WHERE c.task = $1 AND c.unit = $2";
    OF_UNIT = "SELECT c.task, c.account, c.at, a.name FROM issuing_claim c JOIN actor_account a ON a.id = c.account \
        WHERE c.unit = $1 ORDER BY c.at";
    RELEASE_ALL_OF = "DELETE FROM issuing_claim WHERE unit = $1";
    RELEASE = "DELETE FROM issuing_claim WHERE task = $1 AND unit = $2";
}
