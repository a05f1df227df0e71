//! A holder's phones: registering one, listing them, dropping a lost one.

use liangzheng_core::key::{AwsLc, Es256, Jwk, JwkError, PublicKey};
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ManageDevices, Permit, Scope};
use crate::domain::ids::{AccountId, DeviceId};
use crate::domain::showing::device::Device;
use crate::domain::text::{NotPlain, PlainText};
use crate::service::publication::status;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::idempotency::Claim;
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
    /// The name cannot be taken.
    #[error("the name {0}")]
    Name(NotPlain),
    /// Nobody has so many phones.
    #[error("too many devices")]
    TooMany,
    /// No such phone of this account.
    #[error("no such device")]
    NotFound,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for DeviceError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// A phone as its owner sees it; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Device")]
pub struct DeviceOutcome {
    /// Its id.
    pub id: DeviceId,
    /// What its owner calls it.
    pub name: String,
    /// Thumbprint of its key (RFC 7638).
    pub thumbprint: String,
    /// When it was registered, in unix seconds.
    pub created_at: UnixTime,
}

impl DeviceOutcome {
    fn open(app: &App, device: &Device) -> Result<Self, StorageError> {
        let name = app.secrets.open_text(&name_place(device.id), &device.name);
        let broken = |_| StorageError::Inconsistent {
            table: "showing_device",
            column: "name",
            row: device.id.to_string(),
        };
        let (name, thumbprint) = (name.map_err(broken)?, device.key.thumbprint());
        Ok(Self { id: device.id, name, thumbprint, created_at: device.created_at })
    }
}

/// For what a phone's name is sealed.
fn name_place(id: DeviceId) -> String {
    format!("device.name/{id}")
}

/// What registering found.
#[derive(Debug)]
pub enum Registered {
    /// A phone not seen before, or the answer this very request had before.
    New(Reply<DeviceOutcome>),
    /// This account has the key already; the name it was registered under stays.
    Known(DeviceOutcome),
}

/// Registers the phone with the key `jwk`; the same key again is the same phone.
pub async fn register(
    app: &App,
    permit: &Permit<ManageDevices>,
    jwk: &Jwk,
    name: &str,
    claim: Option<Claim>,
) -> Result<Registered, DeviceError> {
    let key = PublicKey::from_jwk(jwk).map_err(DeviceError::Key)?;
    // A point off the curve would leak bits of nothing here, but no signature of it could ever be checked.
    AwsLc.key(&key).ok_or(DeviceError::Point)?;
    let name = PlainText::line(name, MAX_NAME).map_err(DeviceError::Name)?;
    let account = permit.account();
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(claim).await? {
        return Ok(Registered::New(answered));
    }
    let id = DeviceId::generate(work.now, &*app.entropy);
    let device = Device {
        id,
        account,
        name: app.secrets.seal_text(&name_place(id), name.as_str(), &*app.entropy),
        key,
        created_at: work.now,
        dropped_at: None,
    };
    let tx = &mut work.tx;
    if let Some(known) = storage::showing::device::find_by_thumbprint(tx, account, &key.thumbprint()).await? {
        return Ok(Registered::Known(DeviceOutcome::open(app, &known)?));
    }
    if storage::showing::device::of_account(tx, account).await?.len() >= MAX_DEVICES {
        return Err(DeviceError::TooMany);
    }
    if !storage::showing::device::insert(tx, &device).await? {
        // Another server registered it between the two statements.
        let known = storage::showing::device::find_by_thumbprint(tx, account, &key.thumbprint()).await?;
        let known = known.ok_or(StorageError::Conflict)?;
        return Ok(Registered::Known(DeviceOutcome::open(app, &known)?));
    }
    work.audit("register device", &device.id.to_string(), None).await?;
    Ok(Registered::New(work.commit(DeviceOutcome::open(app, &device)?).await?))
}

/// The account's phones.
pub async fn list(app: &App, permit: &Permit<ManageDevices>) -> Result<Vec<DeviceOutcome>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let devices = storage::showing::device::of_account(&mut tx, permit.account()).await?;
    tx.commit().await?;
    devices.iter().map(|device| DeviceOutcome::open(app, device)).collect()
}

/// Drops a phone. Its status indexes become final in the same transaction; other phones' stay as they are.
pub async fn drop_one(app: &App, permit: &Permit<ManageDevices>, id: DeviceId) -> Result<(), DeviceError> {
    let mut work = Work::begin(app, permit).await?;
    let scope = Scope::Account(permit.account());
    let device =
        storage::showing::device::find(&mut work.tx, scope, id).await?.ok_or(DeviceError::NotFound)?;
    // Decided by the update, not by the read before it: two requests at once drop it once.
    if !storage::showing::device::drop_one(&mut work.tx, device.id, work.now).await? {
        return Err(DeviceError::NotFound);
    }
    status::device_dropped(&mut work, device.id).await?;
    work.audit("drop device", &device.id.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Drops every phone of an account, whose owner has lost his way in.
pub(in crate::service) async fn drop_all_of(
    work: &mut Work<'_>,
    account: AccountId,
) -> Result<(), StorageError> {
    for device in storage::showing::device::of_account(&mut work.tx, account).await? {
        if storage::showing::device::drop_one(&mut work.tx, device.id, work.now).await? {
            status::device_dropped(work, device.id).await?;
        }
    }
    Ok(())
}

/// Characters of a phone's name.
const MAX_NAME: usize = 64;
/// Phones per account, dropped ones not counted: far above a family's drawer, and a bound on a list.
const MAX_DEVICES: usize = 32;
