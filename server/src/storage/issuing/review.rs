//! What was done to drafts, and which issuers have approved them.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, LicenceId};
use crate::secrets::Secrets;
use crate::storage::sql::{all, columns, each, execute, statements};
use crate::storage::{StorageError, Tx};

/// One act on a draft, as recorded.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ReviewRow {
    /// The draft.
    pub draft: LicenceId,
    /// The draft's version after the act.
    pub version: i64,
    /// `write`, or the word of a review act.
    pub act: String,
    /// For which unit it was done.
    pub unit: Uscc,
    /// Who did it.
    pub account: AccountId,
    /// Why, as [`seal_reason`] makes it.
    pub reason: Option<Vec<u8>>,
    /// When.
    pub at: i64,
}

/// An issuer that must approve, and who has done so for it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ApprovalRow {
    /// The unit.
    pub unit: Uscc,
    /// Its checker; `None` = not yet.
    pub account: Option<AccountId>,
    /// When.
    pub at: Option<i64>,
}

/// The reason of an act as it is kept: sealed, since it may name persons.
pub fn seal_reason(
    secrets: &Secrets,
    entropy: &dyn Entropy,
    draft: LicenceId,
    version: i64,
    reason: &str,
) -> Vec<u8> {
    secrets.seal_text(&place(draft, version), reason, entropy)
}

/// What [`seal_reason`] sealed.
pub fn open_reason(secrets: &Secrets, row: &ReviewRow) -> Result<Option<String>, StorageError> {
    let Some(sealed) = &row.reason else { return Ok(None) };
    let broken = |_| StorageError::Inconsistent {
        table: "issuing_review",
        column: "reason",
        row: format!("{} {}", row.draft, row.version),
    };
    secrets.open_text(&place(row.draft, row.version), sealed).map(Some).map_err(broken)
}

fn place(draft: LicenceId, version: i64) -> String {
    format!("issuing.reason/{draft}/{version}")
}

/// Records an act.
pub async fn append(tx: &mut Tx, row: &ReviewRow) -> Result<(), StorageError> {
    append_all(tx, std::slice::from_ref(row)).await
}

/// Records acts.
pub async fn append_all(tx: &mut Tx, rows: &[ReviewRow]) -> Result<(), StorageError> {
    each!(tx, APPEND, rows, |row| [
        row.draft,
        row.version,
        &row.act,
        row.unit,
        row.account,
        row.reason.as_deref(),
        row.at,
    ])
    .map(drop)
}

/// The acts on a draft, oldest first.
pub async fn of_draft(tx: &mut Tx, draft: LicenceId) -> Result<Vec<ReviewRow>, StorageError> {
    all!(tx, OF_DRAFT, draft)
}

/// Asks an issuer for its approval.
pub async fn ask(tx: &mut Tx, draft: LicenceId, unit: Uscc) -> Result<(), StorageError> {
    execute!(tx, ASK, draft, unit).map(drop)
}

/// Records an approval that was asked for and not given yet; false if there is no such.
pub async fn approve(
    tx: &mut Tx,
    draft: LicenceId,
    unit: Uscc,
    account: AccountId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, APPROVE, draft, unit, account, now.0)? == 1)
}

/// Records the approval of one issuer for many drafts, asked for and given at once.
pub async fn approved_at_once(
    tx: &mut Tx,
    drafts: &[LicenceId],
    unit: Uscc,
    account: AccountId,
    now: UnixTime,
) -> Result<(), StorageError> {
    each!(tx, APPROVED_AT_ONCE, drafts, |draft| [*draft, unit, account, now.0]).map(drop)
}

/// The approvals of a draft, given or not.
pub async fn approvals(tx: &mut Tx, draft: LicenceId) -> Result<Vec<ApprovalRow>, StorageError> {
    all!(tx, APPROVALS, draft)
}

/// The drafts whose approval a unit owes, with their kinds.
pub async fn owed_by(tx: &mut Tx, unit: Uscc) -> Result<Vec<(LicenceId, KindCode)>, StorageError> {
    all!(tx, OWED_BY, unit)
}

/// Asks another unit for the approval that one owes.
pub async fn move_owed(tx: &mut Tx, draft: LicenceId, from: Uscc, to: Uscc) -> Result<(), StorageError> {
    // Asked already, it approves once for both.
    execute!(tx, MOVE_OWED, draft, from, to)?;
    execute!(tx, DROP_OWED, draft, from).map(drop)
}

/// Forgets the approvals of a draft that goes back to its maker: what was approved will be another text.
pub async fn forget_approvals(tx: &mut Tx, draft: LicenceId) -> Result<(), StorageError> {
    execute!(tx, FORGET, draft).map(drop)
}

columns!(review = "draft, version, act, unit, account, reason, at");

statements! {
    APPEND = concat!("INSERT INTO issuing_review (", review!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7)");
    OF_DRAFT = concat!("SELECT ", review!(), " FROM issuing_review WHERE draft = $1 ORDER BY version");
    ASK = "INSERT INTO issuing_approval (draft, unit) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    APPROVE = "UPDATE issuing_approval SET account = $3, at = $4 \
        WHERE draft = $1 AND unit = $2 AND account IS NULL";
    APPROVED_AT_ONCE = "INSERT INTO issuing_approval (draft, unit, account, at) VALUES ($1, $2, $3, $4)";
    APPROVALS = "SELECT unit, account, at FROM issuing_approval WHERE draft = $1 ORDER BY unit";
    OWED_BY = "SELECT a.draft, d.kind FROM issuing_approval a JOIN issuing_draft d ON d.id = a.draft \
        WHERE a.unit = $1 AND a.account IS NULL";
    MOVE_OWED = "UPDATE issuing_approval SET unit = $3 WHERE draft = $1 AND unit = $2 AND account IS NULL \
        AND NOT EXISTS (SELECT 1 FROM issuing_approval o WHERE o.draft = $1 AND o.unit = $3)";
    DROP_OWED = "DELETE FROM issuing_approval WHERE draft = $1 AND unit = $2 AND account IS NULL";
    FORGET = "DELETE FROM issuing_approval WHERE draft = $1";
}
