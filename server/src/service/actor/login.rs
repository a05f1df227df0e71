//! Logging in: which wrong passwords are counted where, and who waits for whom.
//!
//! Ten wrong passwords for a login, then one every five seconds, whether the login exists or not. Where that login has
//! succeeded before ([`super::known`]) it has a count of its own, and a lane of its own to the cores, so that strangers who
//! guess cannot keep its owner out. Counts live in the database: neither a restart nor another server gives new tries.

use liangzheng_core::time::{Seconds, UnixTime};
use zeroize::Zeroizing;

use crate::App;
use crate::domain::actor::account::Principal;
use crate::service::access::limits::network;
use crate::service::actor::known::{self, Origin, Standing};
use crate::service::actor::password::PasswordError;
use crate::service::actor::session::{self, Carrier};
use crate::service::actor::turns::Lane;
use crate::storage::StorageError;
use crate::storage::actor::account;

/// What somebody logs in with, and from where.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// What its owner types.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// How the token is to travel.
    pub carrier: Carrier,
    /// From where.
    pub origin: Origin<'a>,
}

/// A new session.
#[derive(Debug)]
pub struct LoggedIn {
    /// The token; shown once, never stored.
    pub token: Zeroizing<String>,
    /// What the browser is known by from now on; `None` for a program.
    pub device: Option<Zeroizing<String>>,
    /// Over at the latest.
    pub expires_at: UnixTime,
    /// Who logged in.
    pub principal: Principal,
}

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// Unknown login, wrong password, or a disabled account: not told apart.
    #[error("wrong login or password")]
    Wrong,
    /// Too many logins from this address, or too many wrong passwords for this login.
    #[error("too many logins")]
    TooMany {
        /// How long to wait.
        wait: Seconds,
    },
    /// Too many checks at once, or the hash failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Opens a session.
pub async fn log_in(app: &App, attempt: &Attempt<'_>) -> Result<LoggedIn, LoginError> {
    let Attempt { login, password, carrier, origin } = *attempt;
    // The address may be shared with strangers; a known device is nobody's but its owner's.
    let rate = app.limits.login(origin.address);
    let may_be_known = origin.device().is_some();
    rate.or_else(|wait| if may_be_known { Ok(()) } else { Err(LoginError::TooMany { wait }) })?;
    let mut tx = app.db.begin_read().await?;
    let standing = origin.standing(app, &mut tx, login, app.now()).await?;
    let (bucket, lane, caller) = match standing {
        Standing::Device(place) | Standing::Address(place) => (place, Lane::Known, place),
        Standing::Stranger => {
            let address = network(origin.address).to_string();
            let caller = app.secrets.fingerprint("address", address.as_bytes());
            (app.secrets.fingerprint("login", login.as_bytes()), Lane::Stranger, caller)
        }
    };
    if !matches!(standing, Standing::Device(_)) {
        rate.map_err(|wait| LoginError::TooMany { wait })?;
    }
    refuse_full(account::failures_until(&mut tx, &bucket).await?.unwrap_or(UnixTime(0)), app.now())?;
    let found = account::find_by_login(&mut tx, login).await?;
    tx.commit().await?;
    let found = found.filter(|account| account.disabled_at.is_none());
    let stored = found.as_ref().map(|account| account.password.as_str());
    let right = app.passwords.verify(password, stored, lane, caller).await?;

    let mut tx = app.db.begin_write().await?;
    // Again, with the bucket held: of many guesses at once only those that fit it are answered.
    let full_until = account::failures_until_and_hold(&mut tx, &bucket).await?;
    let now = app.now();
    refuse_full(full_until, now)?;
    let Some(checked) = found.filter(|_| right) else {
        account::add_failure(&mut tx, &bucket, now, FAILURE_COOLS_IN).await?;
        tx.commit().await?;
        return Err(LoginError::Wrong);
    };
    // The account, too, as it is now: it may have been disabled, or got another password, while the hash was made.
    let account = account::find_and_hold(&mut tx, checked.id).await?;
    let account = account
        .filter(|account| account.disabled_at.is_none() && account.password == checked.password)
        .ok_or(LoginError::Wrong)?;
    account::clear_failures(&mut tx, &bucket).await?;
    let device = (carrier == Carrier::Cookie).then(|| match origin.device() {
        Some(name) => Zeroizing::new(name.to_owned()),
        None => known::new_device(app),
    });
    origin.remember(app, &mut tx, login, device.as_ref().map(|name| name.as_str()), now).await?;
    let (token, expires_at, principal) = session::open(app, &mut tx, account, carrier, now).await?;
    tx.commit().await?;
    // Read into memory now: from its first request on, it is counted by account ([`session::remembered_account`]) and not with its address. If that fails,
    // the first request reads it.
    drop(session::authenticate(app, &token, carrier).await);
    Ok(LoggedIn { token, device, expires_at, principal })
}

/// Whether the bucket that is empty again at `full_until` has room for one more failure.
fn refuse_full(full_until: UnixTime, now: UnixTime) -> Result<(), LoginError> {
    let room_at = full_until.minus(Seconds(FAILURE_COOLS_IN.0.saturating_mul(FAILURES_AT_ONCE - 1)));
    let wait = room_at.since(now);
    if wait > Seconds(0) { Err(LoginError::TooMany { wait }) } else { Ok(()) }
}

/// Wrong passwords per bucket that are answered at once; then one every [`FAILURE_COOLS_IN`].
const FAILURES_AT_ONCE: i64 = 10;
const FAILURE_COOLS_IN: Seconds = Seconds(5);
