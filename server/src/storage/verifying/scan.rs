//! Receipts of offline scans. Append only.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::AccountId;
use crate::domain::verifying::scan::Scan;
use crate::storage::sql::{execute, statements};
use crate::storage::{StorageError, Tx};

/// Keeps a receipt; false if this account handed it in before, and then nothing changes.
pub async fn insert(
    tx: &mut Tx,
    account: AccountId,
    scan: &Scan,
    now: UnixTime,
) -> Result<bool, StorageError> {
    let kept = execute!(
        tx,
        INSERT,
        account,
        &scan.id,
        scan.at.0,
        now.0,
        scan.verdict(),
        scan.code.as_str(),
        scan.scene.as_ref(),
        scan.licence.as_ref().map(ToString::to_string),
        &scan.token,
        scan.status_as_of.map(|as_of| as_of.0),
        scan.trust_version,
        &scan.matter,
        i64::from(scan.compared)
    )?;
    Ok(kept == 1)
}

/// Ties a receipt to the row of the access log that its holder reads.
pub async fn tie(tx: &mut Tx, account: AccountId, scan: &Scan, log_seq: i64) -> Result<(), StorageError> {
    execute!(tx, TIE, account, &scan.id, log_seq).map(drop)
}

statements! {
    INSERT = "INSERT INTO verifying_scan (account, id, at, received_at, verdict, code, scene, licence, \
    token, status_as_of, trust_version, matter, compared) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
    ON CONFLICT (account, id) DO NOTHING";
    TIE = "UPDATE verifying_scan SET log_seq = $3 WHERE account = $1 AND id = $2";
}
