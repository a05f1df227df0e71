//! The PIN: six digits that open a show or a grant. Five wrong ones shut it for a quarter of an hour.
//!
//! The counters live in the database, so neither a restart nor another server gives new tries, and no setting lifts
//! them. What a hash takes long to find out is decided again under the account's lock: a wrong PIN in the transaction
//! that counts it, a right one in the transaction of what it opens ([`RightPin::take`]). So of many guesses sent at once,
//! those that come after the fifth wrong one are refused without a word on whether they were right.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
use crate::domain::actor::lockout::Lockout;
use crate::domain::actor::session::Proof;
use crate::domain::ids::AccountId;
use crate::service::actor::own_password::{self, OwnPasswordError};
use crate::service::actor::own_sessions::end_all_others;
use crate::service::actor::password::PasswordError;
use crate::service::actor::turns::{CallerKey, Lane};
use crate::service::work::{Work, WorkError};
use crate::storage::actor::account::AccountRow;
use crate::storage::change::Change;
use crate::storage::{self, StorageError};

/// Why the PIN opened nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PinError {
    /// Not six digits; not counted.
    #[error("a PIN is six digits")]
    Malformed,
    /// Wrong, and counted.
    #[error("wrong PIN, {left} tries left")]
    Wrong {
        /// Tries left before it shuts.
        left: i64,
    },
    /// Shut after too many wrong ones.
    #[error("the PIN is shut")]
    Shut {
        /// For how long yet.
        wait: Seconds,
    },
    /// This account has no PIN.
    #[error("the account has no PIN")]
    NotSet,
    /// Too many checks at once, or the hash failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// By what somebody shows that a PIN is his to change.
#[derive(Clone, Copy)]
pub enum Knowledge<'a> {
    /// The PIN until now.
    OldPin(&'a str),
    /// The password, where there is no PIN yet.
    Password(&'a str),
    /// A session of the identity provider, where there is neither PIN nor password.
    Provider,
}

/// Why the PIN was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangePinError {
    /// The new one is not six digits.
    #[error("a PIN is six digits")]
    NewMalformed,
    /// The new one is the old one.
    #[error("the new PIN is the old one")]
    Same,
    /// There is a PIN; it is asked for, not the password.
    #[error("the old PIN is needed")]
    OldPinNeeded,
    /// The old PIN.
    #[error(transparent)]
    Old(#[from] PinError),
    /// The password.
    #[error(transparent)]
    Password(#[from] OwnPasswordError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ChangePinError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

impl From<PasswordError> for ChangePinError {
    fn from(error: PasswordError) -> Self {
        Self::Old(error.into())
    }
}

/// A PIN that was right when it was checked. It opens nothing before it is taken.
#[must_use = "a right PIN counts only once it is taken in the transaction of what it opens"]
#[derive(Debug)]
pub struct RightPin {
    account: AccountId,
    /// The hash it was right for.
    hash: String,
}

impl RightPin {
    /// Takes it in the transaction of what it opens: the PIN must not have been shut or changed meanwhile. Wrong ones
    /// from before no longer count, if that transaction is committed.
    pub async fn take(self, work: &mut Work<'_>) -> Result<(), PinError> {
        let account = read_and_hold(&mut work.tx, self.account).await?;
        refuse_shut(&account, work.now)?;
        if account.pin.as_ref() != Some(&self.hash) {
            return Err(StorageError::Conflict.into());
        }
        if account.pin_failures > 0 {
            storage::actor::account::set_pin_counters(&mut work.tx, self.account, 0, UnixTime(0)).await?;
        }
        Ok(())
    }
}

/// Checks the PIN of an account; a wrong one is counted.
pub async fn check(app: &App, id: AccountId, pin: &str) -> Result<RightPin, PinError> {
    if !is_well_formed(pin) {
        return Err(PinError::Malformed);
    }
    let mut tx = app.db.begin_read().await?;
    let account = read(&mut tx, id).await?;
    tx.commit().await?;
    // Before the hash: a shut PIN must not keep a core busy.
    refuse_shut(&account, app.now())?;
    if !app.passwords.verify(pin, account.pin.as_deref(), Lane::Pin, key_of(app, id)).await? {
        return Err(count_wrong(app, id).await?);
    }
    Ok(RightPin { account: id, hash: account.pin.unwrap_or_default() })
}

/// Changes the caller's PIN by the old one; where there is none yet, sets it by the password. Every other session and
/// every open show ends.
pub async fn change(
    app: &App,
    permit: &Permit<ManageOwnAccount>,
    by: Knowledge<'_>,
    new: &str,
) -> Result<(), ChangePinError> {
    if !is_well_formed(new) {
        return Err(ChangePinError::NewMalformed);
    }
    let id = permit.account();
    match by {
        Knowledge::OldPin(old) => {
            if old == new {
                return Err(ChangePinError::Same);
            }
            let right = check(app, id, old).await?;
            let hash = app.passwords.hash(new, key_of(app, id), &*app.entropy).await?;
            let mut work = Work::begin(app, permit).await?;
            right.take(&mut work).await?;
            finish_change(work, permit, &hash).await
        }
        Knowledge::Password(password) => {
            let right = own_password::check(app, permit, password).await?;
            let hash = app.passwords.hash(new, key_of(app, id), &*app.entropy).await?;
            let mut work = Work::begin(app, permit).await?;
            right.take(&mut work).await?;
            refuse_known(&mut work, id, false).await?;
            finish_change(work, permit, &hash).await
        }
        Knowledge::Provider if permit.principal().proof == Proof::OpenIdConnect => {
            let hash = app.passwords.hash(new, key_of(app, id), &*app.entropy).await?;
            let mut work = Work::begin(app, permit).await?;
            refuse_known(&mut work, id, true).await?;
            finish_change(work, permit, &hash).await
        }
        Knowledge::Provider => Err(ChangePinError::OldPinNeeded),
    }
}

/// Who does not know what is there must not get past it: a PIN, and, where nothing at all is shown, a password.
async fn refuse_known(work: &mut Work<'_>, id: AccountId, or_password: bool) -> Result<(), ChangePinError> {
    let account = storage::actor::account::find(&mut work.tx, id).await?;
    let is_known =
        account.is_some_and(|account| account.pin.is_some() || (or_password && account.password.is_some()));
    if is_known { Err(ChangePinError::OldPinNeeded) } else { Ok(()) }
}

async fn finish_change(
    mut work: Work<'_>,
    permit: &Permit<ManageOwnAccount>,
    hash: &str,
) -> Result<(), ChangePinError> {
    storage::actor::account::set_pin(&mut work.tx, permit.account(), hash).await?;
    end_all_others(&mut work, permit).await?;
    work.audit("change PIN", &permit.account().to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Sets the PIN, which ends every open show of the account.
pub async fn set(app: &App, account: AccountId, pin: &str) -> Result<(), PinError> {
    if !is_well_formed(pin) {
        return Err(PinError::Malformed);
    }
    let hash = app.passwords.hash(pin, key_of(app, account), &*app.entropy).await?;
    let mut work = Work::of_server(app).await?;
    storage::actor::account::set_pin(&mut work.tx, account, &hash).await?;
    work.changed(Change::Account(account)).await?;
    work.audit("set PIN", &account.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Counts a wrong PIN, reading the counters again under the account's lock; gives what its owner is told.
async fn count_wrong(app: &App, id: AccountId) -> Result<PinError, PinError> {
    let mut tx = app.db.begin_write().await?;
    let account = read_and_hold(&mut tx, id).await?;
    let now = app.now();
    refuse_shut(&account, now)?;
    let Lockout { failures, shut_until } = lockout_of(&account).after_wrong(now);
    storage::actor::account::set_pin_counters(&mut tx, id, failures, shut_until).await?;
    tx.commit().await?;
    let left = Lockout { failures, shut_until }.left();
    if left == 0 {
        tracing::warn!(account = %id, "PIN shut after too many wrong ones");
    }
    Ok(PinError::Wrong { left })
}

async fn read(tx: &mut storage::Tx, id: AccountId) -> Result<AccountRow, PinError> {
    with_pin(storage::actor::account::find(tx, id).await?)
}

async fn read_and_hold(tx: &mut storage::Tx, id: AccountId) -> Result<AccountRow, PinError> {
    with_pin(storage::actor::account::find_and_hold(tx, id).await?)
}

fn with_pin(account: Option<AccountRow>) -> Result<AccountRow, PinError> {
    account.filter(|account| account.pin.is_some()).ok_or(PinError::NotSet)
}

fn refuse_shut(account: &AccountRow, now: UnixTime) -> Result<(), PinError> {
    lockout_of(account).refuse_shut(now).map_err(|wait| PinError::Shut { wait })
}

fn lockout_of(account: &AccountRow) -> Lockout {
    Lockout { failures: account.pin_failures, shut_until: UnixTime(account.pin_shut_until) }
}

/// An account's own places in the lane of PINs.
fn key_of(app: &App, account: AccountId) -> CallerKey {
    app.secrets.fingerprint("account", account.to_string().as_bytes())
}

fn is_well_formed(pin: &str) -> bool {
    pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit())
}
