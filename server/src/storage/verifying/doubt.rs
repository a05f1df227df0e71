//! What staff found doubtful at a scan.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, DoubtId, LicenceId};
use crate::storage::sql::{all, execute, statements, value};
use crate::storage::{StorageError, Tx};

/// One that is to be kept.
#[derive(Clone, Debug)]
pub struct DoubtRow<'a> {
    /// Its id.
    pub id: DoubtId,
    /// Who found it.
    pub account: AccountId,
    /// At which of his scans.
    pub scan: &'a str,
    /// For which unit he verified.
    pub unit: Uscc,
    /// The licence, if it is one of this installation's.
    pub licence: Option<LicenceId>,
    /// His words, sealed for [`place`].
    pub said: Vec<u8>,
}

/// One that waits, with what it is about.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WaitingDoubt {
    /// Its id.
    pub id: DoubtId,
    /// Who found it.
    pub account: AccountId,
    /// His name; [`crate::storage::actor::account::open_name`].
    pub name: Vec<u8>,
    /// For which unit he verified.
    pub unit: Uscc,
    /// His words, sealed for [`place`].
    pub said: Vec<u8>,
    /// When it was scanned.
    pub at: i64,
    /// The code of the verdict.
    pub code: String,
    /// The licence's number under GB/T 36904.
    pub identifier: Option<String>,
    /// Its kind.
    pub kind: Option<KindCode>,
}

/// Whose task it is to look into it.
#[derive(Clone, Copy, Debug)]
pub struct Looker {
    /// A unit: that which issued the licence, or came after it.
    pub unit: Uscc,
    /// Whether the manager: for him is what no licence is known of.
    pub is_manager: bool,
}

/// For what words are sealed.
pub fn place(id: DoubtId) -> String {
    format!("doubt.said/{id}")
}

/// Keeps one; of each scan the first.
pub async fn insert(tx: &mut Tx, row: &DoubtRow<'_>, at: UnixTime) -> Result<(), StorageError> {
    let DoubtRow { id, account, scan, unit, licence, said } = row;
    execute!(tx, INSERT, id, account, scan, unit, licence, said, at.0).map(drop)
}

/// Those that wait for `looker`, the longest waiting first.
pub async fn waiting(tx: &mut Tx, looker: Looker, limit: i64) -> Result<Vec<WaitingDoubt>, StorageError> {
    all!(tx, WAITING, looker.unit, i64::from(looker.is_manager), limit)
}

/// Whether one waits for `looker`.
pub async fn waits(tx: &mut Tx, looker: Looker, id: DoubtId) -> Result<bool, StorageError> {
    let found: i64 = value!(tx, WAITS, looker.unit, i64::from(looker.is_manager), id)?;
    Ok(found == 1)
}

/// Ends one; false if it had ended.
pub async fn end(tx: &mut Tx, id: DoubtId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, now.0)? == 1)
}

statements! {
    INSERT = "INSERT INTO verifying_doubt (id, account, scan, unit, licence, said, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account, scan) DO NOTHING";
    WAITING = "SELECT doubt.id, doubt.account, person.name, doubt.unit, doubt.said, doubt.at, scan.code, \
        record.identifier, record.kind FROM verifying_doubt doubt \
        JOIN verifying_scan scan ON scan.account = doubt.account AND scan.id = doubt.scan \
        JOIN actor_account person ON person.id = doubt.account \
        LEFT JOIN licence_record record ON record.id = doubt.licence \
        WHERE doubt.ended_at IS NULL AND (record.unit = $1 OR (doubt.licence IS NULL AND $2 = 1)) \
        ORDER BY doubt.at, doubt.id LIMIT $3";
    WAITS = "SELECT COUNT(*) FROM verifying_doubt doubt LEFT JOIN licence_record record ON record.id = doubt.licence \
        WHERE doubt.id = $3 AND doubt.ended_at IS NULL AND (record.unit = $1 OR (doubt.licence IS NULL AND $2 = 1))";
    END = "UPDATE verifying_doubt SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
}
