//! Looks of counters at licences of holders who stand before them. Append only.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, CaseId, CounterLookUpId};
use crate::storage::sql::{execute, statements, value};
use crate::storage::{StorageError, Tx};

/// A look, as it is kept.
#[derive(Clone, Debug)]
pub struct LookUpRow {
    /// Its id.
    pub id: CounterLookUpId,
    /// For which unit.
    pub unit: Uscc,
    /// Who looked.
    pub account: AccountId,
    /// For which case, as it was named.
    pub case: CaseId,
    /// At which kind.
    pub kind: KindCode,
    /// What was looked at of the holder himself.
    pub evidence: &'static str,
    /// Why, sealed for [`place`].
    pub reason: Vec<u8>,
    /// How many licences were shown.
    pub found: i64,
    /// When.
    pub at: UnixTime,
}

/// For what a reason is sealed.
pub fn place(id: CounterLookUpId) -> String {
    format!("look_up.reason/{id}")
}

/// Keeps a look.
pub async fn insert(tx: &mut Tx, row: &LookUpRow) -> Result<(), StorageError> {
    let LookUpRow { id, unit, account, case, kind, evidence, reason, found, at } = row;
    execute!(tx, INSERT, id, unit, account, case, kind, evidence, reason, found, at.0).map(drop)
}

/// How often a clerk has looked since `since`.
pub async fn count(tx: &mut Tx, account: AccountId, since: UnixTime) -> Result<i64, StorageError> {
    value!(tx, COUNT, account, since.0)
}

statements! {
    INSERT = "INSERT INTO issuing_look_up (id, unit, account, case_id, kind, evidence, reason, found, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    COUNT = "SELECT COUNT(*) FROM issuing_look_up WHERE account = $1 AND at >= $2";
}
