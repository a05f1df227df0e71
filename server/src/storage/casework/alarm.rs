//! Word to the manager that tries of a unit to fetch were refused.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::ScopeAlarmId;
use crate::storage::sql::{all, execute, one_value, statements};
use crate::storage::{StorageError, Tx};

/// An alarm that nobody has seen to yet.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AlarmRow {
    /// Its id.
    pub id: ScopeAlarmId,
    /// The unit.
    pub unit: Uscc,
    /// How many of its tries were refused within the hour before the last.
    pub tries: i64,
    /// When it was raised.
    pub first_at: i64,
    /// The last refused try.
    pub last_at: i64,
}

/// Raises an alarm of a unit; false if there is an open one, which then tells of the newest try.
pub async fn raise(
    tx: &mut Tx,
    id: ScopeAlarmId,
    unit: Uscc,
    tries: i64,
    now: UnixTime,
) -> Result<bool, StorageError> {
    if execute!(tx, RAISE, id, unit, tries, now.0)? == 1 {
        return Ok(true);
    }
    execute!(tx, AGAIN, unit, tries, now.0)?;
    Ok(false)
}

/// Open alarms, the longest open first.
pub async fn open(tx: &mut Tx, limit: i64) -> Result<Vec<AlarmRow>, StorageError> {
    all!(tx, OPEN, limit)
}

/// Whether an alarm is open.
pub async fn is_open(tx: &mut Tx, id: ScopeAlarmId) -> Result<bool, StorageError> {
    let one: Option<i64> = one_value!(tx, IS_OPEN, id)?;
    Ok(one.is_some())
}

/// Ends an alarm; false if it is not open.
pub async fn end(tx: &mut Tx, id: ScopeAlarmId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, now.0)? == 1)
}

statements! {
    RAISE = "INSERT INTO casework_alarm (id, unit, tries, first_at, last_at) VALUES ($1, $2, $3, $4, $4) \
        ON CONFLICT DO NOTHING";
    AGAIN = "UPDATE casework_alarm SET tries = $2, last_at = $3 WHERE unit = $1 AND ended_at IS NULL";
    OPEN = "SELECT id, unit, tries, first_at, last_at FROM casework_alarm WHERE ended_at IS NULL ORDER BY id LIMIT $1";
    IS_OPEN = "SELECT CAST(1 AS BIGINT) FROM casework_alarm WHERE id = $1 AND ended_at IS NULL";
    END = "UPDATE casework_alarm SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}
