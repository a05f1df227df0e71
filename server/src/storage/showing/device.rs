//! Phones registered by holders.

use liangzheng_core::key::PublicKey;
use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::ids::{AccountId, DeviceId};
use crate::domain::showing::device::Device;
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: DeviceId,
    account: AccountId,
    name: Vec<u8>,
    sec1: Vec<u8>,
    created_at: i64,
    dropped_at: Option<i64>,
}

/// Registers a phone; false if this account already has one with the same key.
pub async fn insert(tx: &mut Tx, device: &Device) -> Result<bool, StorageError> {
    let Device { id, account, name, key, created_at, .. } = device;
    Ok(execute!(tx, INSERT, id, account, name, &key.sec1()[..], key.thumbprint(), created_at.0)? == 1)
}

/// A phone within `scope`, not dropped.
pub async fn find(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: DeviceId,
) -> Result<Option<Device>, StorageError> {
    let Some(account) = scope.into().account() else { return Ok(None) };
    let row: Option<DeviceRow> = one!(tx, FIND, id, account)?;
    row.map(Device::try_from).transpose()
}

/// A phone as it is now, held until the transaction ends: it is not dropped while an index is given to it.
pub async fn find_and_hold(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: DeviceId,
) -> Result<Option<Device>, StorageError> {
    execute!(tx, HOLD, id)?;
    find(tx, scope, id).await
}

/// An account's phone with this key, not dropped.
pub async fn find_by_thumbprint(
    tx: &mut Tx,
    account: AccountId,
    thumbprint: &str,
) -> Result<Option<Device>, StorageError> {
    let row: Option<DeviceRow> = one!(tx, FIND_BY_THUMBPRINT, account, thumbprint)?;
    row.map(Device::try_from).transpose()
}

/// An account's phones, not dropped, in the order of their registration.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Device>, StorageError> {
    let rows: Vec<DeviceRow> = all!(tx, OF_ACCOUNT, account)?;
    rows.into_iter().map(Device::try_from).collect()
}

/// Drops a phone; false if it was dropped before.
pub async fn drop_one(tx: &mut Tx, id: DeviceId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, DROP, id, now.0)? == 1)
}

impl TryFrom<DeviceRow> for Device {
    type Error = StorageError;

    fn try_from(row: DeviceRow) -> Result<Self, StorageError> {
        let key = PublicKey::from_sec1(&row.sec1).ok_or_else(|| StorageError::Inconsistent {
            table: "showing_device",
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

columns!(device = "id, account, name, sec1, created_at, dropped_at");

statements! {
    INSERT = "INSERT INTO showing_device (id, account, name, sec1, thumbprint, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, thumbprint) WHERE dropped_at IS NULL DO NOTHING";
    FIND = concat!("SELECT ", device!(), " FROM showing_device \
        WHERE id = $1 AND (account = $2 OR $2 IS NULL) AND dropped_at IS NULL");
    FIND_BY_THUMBPRINT = concat!("SELECT ", device!(), " FROM showing_device \
        WHERE account = $1 AND thumbprint = $2 AND dropped_at IS NULL");
    OF_ACCOUNT = concat!("SELECT ", device!(), " FROM showing_device \
        WHERE account = $1 AND dropped_at IS NULL ORDER BY id");
    HOLD = "UPDATE showing_device SET name = name WHERE id = $1";
    DROP = "UPDATE showing_device SET dropped_at = $2 WHERE id = $1 AND dropped_at IS NULL";
}
