//! Phones registered by holders.

use liangzheng_core::key::PublicKey;
use liangzheng_core::time::UnixTime;

use crate::domain::ids::{AccountId, DeviceId};
use crate::domain::showing::device::Device;
use crate::storage::{StorageError, Tx, on_conn};

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: DeviceId,
    account: AccountId,
    name: String,
    sec1: Vec<u8>,
    created_at: i64,
    dropped_at: Option<i64>,
}

/// Registers a phone; false if this account already has one with the same key.
pub async fn insert(tx: &mut Tx, device: &Device) -> Result<bool, StorageError> {
    let inserted = on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(device.id)
        .bind(device.account)
        .bind(&device.name)
        .bind(&device.key.sec1()[..])
        .bind(device.key.thumbprint())
        .bind(device.created_at.0)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// A phone by its id, dropped or not.
pub async fn find(tx: &mut Tx, id: DeviceId) -> Result<Option<Device>, StorageError> {
    let row: Option<DeviceRow> =
        on_conn!(tx, |conn| sqlx::query_as(FIND).bind(id).fetch_optional(conn).await)?;
    row.map(Device::try_from).transpose()
}

/// A phone as it is now, held until the transaction ends: it is not dropped while an index is given to it.
pub async fn find_and_hold(tx: &mut Tx, id: DeviceId) -> Result<Option<Device>, StorageError> {
    on_conn!(&mut *tx, |conn| sqlx::query(HOLD).bind(id).execute(conn).await.map(drop))?;
    find(tx, id).await
}

/// An account's phone with this key, not dropped.
pub async fn find_by_thumbprint(
    tx: &mut Tx,
    account: AccountId,
    thumbprint: &str,
) -> Result<Option<Device>, StorageError> {
    let row: Option<DeviceRow> = on_conn!(tx, |conn| sqlx::query_as(FIND_BY_THUMBPRINT)
        .bind(account)
        .bind(thumbprint)
        .fetch_optional(conn)
        .await)?;
    row.map(Device::try_from).transpose()
}

/// An account's phones, not dropped, in the order of their registration.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Device>, StorageError> {
    let rows: Vec<DeviceRow> =
        on_conn!(tx, |conn| sqlx::query_as(OF_ACCOUNT).bind(account).fetch_all(conn).await)?;
    rows.into_iter().map(Device::try_from).collect()
}

/// Drops a phone; false if it was dropped before.
pub async fn drop_one(tx: &mut Tx, id: DeviceId, now: UnixTime) -> Result<bool, StorageError> {
    let dropped = on_conn!(tx, |conn| sqlx::query(DROP)
        .bind(id)
        .bind(now.0)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(dropped == 1)
}

impl TryFrom<DeviceRow> for Device {
    type Error = StorageError;

    fn try_from(row: DeviceRow) -> Result<Self, StorageError> {
        let key = PublicKey::from_sec1(&row.sec1).ok_or_else(|| StorageError::Inconsistent {
            table: "device",
            column: "sec1",
            row: row.id.to_string(),
        })?;
        Ok(Self {
            id: row.id,
            account: row.account,
            name: row.name,
            key,
            created_at: UnixTime(row.created_at),
            dropped_at: row.dropped_at.map(UnixTime),
        })
    }
}

pub(super) const INSERT: &str = "INSERT INTO device (id, account, name, sec1, thumbprint, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, thumbprint) WHERE dropped_at IS NULL DO NOTHING";
pub(super) const FIND: &str =
    "SELECT id, account, name, sec1, created_at, dropped_at FROM device WHERE id = $1";
pub(super) const FIND_BY_THUMBPRINT: &str = "SELECT id, account, name, sec1, created_at, dropped_at FROM device \
    WHERE account = $1 AND thumbprint = $2 AND dropped_at IS NULL";
pub(super) const OF_ACCOUNT: &str = "SELECT id, account, name, sec1, created_at, dropped_at FROM device \
    WHERE account = $1 AND dropped_at IS NULL ORDER BY id";
pub(super) const HOLD: &str = "UPDATE device SET name = name WHERE id = $1";
pub(super) const DROP: &str = "UPDATE device SET dropped_at = $2 WHERE id = $1 AND dropped_at IS NULL";
