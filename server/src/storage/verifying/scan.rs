//! Receipts of offline scans. Append only.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::AccountId;
use crate::domain::verifying::scan::Scan;
use crate::storage::{StorageError, Tx, on_conn};

/// Keeps a receipt; false if this account handed it in before, and then nothing changes.
pub async fn insert(
    tx: &mut Tx,
    account: AccountId,
    scan: &Scan,
    now: UnixTime,
) -> Result<bool, StorageError> {
    let kept = on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(account)
        .bind(&scan.id)
        .bind(scan.at.0)
        .bind(now.0)
        .bind(scan.verdict())
        .bind(scan.code.as_str())
        .bind(&scan.scene)
        .bind(scan.licence.as_ref().map(ToString::to_string))
        .bind(&scan.token)
        .bind(scan.status_as_of.map(|as_of| as_of.0))
        .bind(scan.trust_version)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(kept == 1)
}

/// Writes the use that a receipt tells of into the log of its licence, under the account that handed it in, and ties
/// the two together.
pub async fn log_use(
    tx: &mut Tx,
    account: AccountId,
    scan: &Scan,
    licence: &str,
) -> Result<(), StorageError> {
    let seq: i64 = on_conn!(&mut *tx, |conn| sqlx::query_scalar(LOG)
        .bind(scan.at.0)
        .bind(licence)
        .bind(account)
        .bind(scan.code.as_str())
        .bind(scan.scene.as_deref().unwrap_or(""))
        .bind(&b""[..])
        .fetch_one(conn)
        .await)?;
    Ok(on_conn!(tx, |conn| sqlx::query(TIE)
        .bind(account)
        .bind(&scan.id)
        .bind(seq)
        .execute(conn)
        .await
        .map(drop))?)
}

pub(super) const INSERT: &str = "INSERT INTO scan (account, id, at, received_at, verdict, code, scene, licence, \
    token, status_as_of, trust_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
    ON CONFLICT (account, id) DO NOTHING";
pub(super) const LOG: &str = "INSERT INTO access_log (at, kind, licence, actor, subject, scene, token) \
    VALUES ($1, 4, $2, $3, $4, $5, $6) RETURNING seq";
pub(super) const TIE: &str = "UPDATE scan SET log_seq = $3 WHERE account = $1 AND id = $2";
