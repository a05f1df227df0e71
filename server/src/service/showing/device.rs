//! A holder's phones: registering one, listing them, dropping a lost one.

use liangzheng_core::key::{AwsLc, Es256, Jwk, JwkError, PublicKey};

use crate::App;
use crate::domain::access::{ManageDevices, Permit};
use crate::domain::ids::DeviceId;
use crate::domain::showing::device::Device;
use crate::storage::change::{self, Change};
use crate::storage::{self, StorageError};

/// Why a phone was not registered or dropped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The key is not a P-256 public key.
    #[error("not a P-256 public key: {0:?}")]
    Key(JwkError),
    /// The coordinates are no point of the curve.
    #[error("the point is not on the curve")]
    Point,
    /// Not 1 to 64 characters, or with control characters.
    #[error("a device name has 1 to 64 characters")]
    Name,
    /// Nobody has so many phones.
    #[error("too many devices")]
    TooMany,
    /// No such phone of this account.
    #[error("no such device")]
    NotFound,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What registering found.
#[derive(Debug)]
pub enum Registered {
    /// A phone not seen before.
    New(Device),
    /// This account has the key already; the name it was registered under stays.
    Known(Device),
}

/// Registers the phone with the key `jwk`; the same key again is the same phone.
pub async fn register(
    app: &App,
    permit: &Permit<ManageDevices>,
    jwk: &Jwk,
    name: &str,
) -> Result<Registered, DeviceError> {
    let key = PublicKey::from_jwk(jwk).map_err(DeviceError::Key)?;
    // A point off the curve would leak bits of nothing here, but no signature of it could ever be checked.
    AwsLc.key(&key).ok_or(DeviceError::Point)?;
    let name = name.trim();
    if !(1..=64).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(DeviceError::Name);
    }
    let now = app.now();
    let account = permit.principal().account;
    let device = Device {
        id: DeviceId::generate(now, &*app.entropy),
        account,
        name: name.to_owned(),
        key,
        created_at: now,
        dropped_at: None,
    };
    let mut tx = app.db.begin_write().await?;
    if let Some(known) =
        storage::showing::device::find_by_thumbprint(&mut tx, account, &key.thumbprint()).await?
    {
        return Ok(Registered::Known(known));
    }
    if storage::showing::device::of_account(&mut tx, account).await?.len() >= MAX_DEVICES {
        return Err(DeviceError::TooMany);
    }
    if !storage::showing::device::insert(&mut tx, &device).await? {
        // Another server registered it between the two statements.
        let known = storage::showing::device::find_by_thumbprint(&mut tx, account, &key.thumbprint()).await?;
        return known.map(Registered::Known).ok_or(DeviceError::Storage(StorageError::Conflict));
    }
    let added = Change::Device(device.id.to_string());
    change::record(&mut tx, &added, now).await?;
    tx.commit().await?;
    app.apply(&added).await;
    Ok(Registered::New(device))
}

/// The account's phones.
pub async fn list(app: &App, permit: &Permit<ManageDevices>) -> Result<Vec<Device>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let devices = storage::showing::device::of_account(&mut tx, permit.principal().account).await?;
    tx.commit().await?;
    Ok(devices)
}

/// Drops a phone. Its status indexes become final in the same transaction; other phones' stay as they are.
pub async fn drop_one(app: &App, permit: &Permit<ManageDevices>, id: DeviceId) -> Result<(), DeviceError> {
    let now = app.now();
    let mut tx = app.db.begin_write().await?;
    let device = storage::showing::device::find(&mut tx, id).await?;
    let own = device.filter(|d| d.account == permit.principal().account && d.dropped_at.is_none());
    let device = own.ok_or(DeviceError::NotFound)?;
    // Decided by the update, not by the read before it: two requests at once drop it once.
    if !storage::showing::device::drop_one(&mut tx, device.id, now).await? {
        return Err(DeviceError::NotFound);
    }
    let mut changes =
        crate::service::publication::status::device_dropped(&mut tx, &device.id.to_string(), now).await?;
    let dropped = Change::Device(device.id.to_string());
    change::record(&mut tx, &dropped, now).await?;
    changes.push(dropped);
    tx.commit().await?;
    for change in &changes {
        app.apply(change).await;
    }
    Ok(())
}

/// Phones per account, dropped ones not counted: far above a family's drawer, and a bound on a list.
const MAX_DEVICES: usize = 32;
