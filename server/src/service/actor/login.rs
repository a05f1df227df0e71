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
use crate::service::actor::clients::{self, AssertionError};
use crate::service::actor::guesses::{self, TooMany};
use crate::service::actor::known::{self, Origin, Standing};
use crate::service::actor::password::PasswordError;
use crate::service::actor::session::{self, Carrier, Entry, Proof};
use crate::service::actor::totp::{self, CodeError, TotpError};
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
    /// A code of the authenticator, or a recovery code, if one was typed.
    pub totp: Option<&'a str>,
    /// How the token is to travel.
    pub carrier: Carrier,
    /// From where.
    pub origin: Origin<'a>,
    /// What the browser or program calls itself.
    pub agent: Option<&'a str>,
    /// The signed assertion of the registered client through which somebody logs in, if he does.
    pub assertion: Option<&'a str>,
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
    /// The password is right, and a code of the authenticator is needed, too.
    #[error("a code is needed")]
    CodeNeeded,
    /// The code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The authenticator could not be asked.
    #[error(transparent)]
    Totp(TotpError),
    /// The client's assertion.
    #[error(transparent)]
    Client(#[from] AssertionError),
    /// Too many checks at once, or the hash failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<TotpError> for LoginError {
    fn from(error: TotpError) -> Self {
        match error {
            TotpError::Code(error) => Self::Code(error),
            error => Self::Totp(error),
        }
    }
}

impl From<TooMany> for LoginError {
    fn from(TooMany { wait }: TooMany) -> Self {
        Self::TooMany { wait }
    }
}

/// Opens a session.
pub async fn log_in(app: &App, attempt: &Attempt<'_>) -> Result<LoggedIn, LoginError> {
    let Attempt { login, password, totp: code, carrier, origin, agent, assertion } = *attempt;
    // The address may be shared with strangers; a known device is nobody's but its owner's.
    let rate = app.limits.login(origin.address);
    let may_be_known = origin.device(app).is_some();
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
    guesses::room(&mut tx, &bucket, app.now()).await??;
    let found = account::find_by_login(&mut tx, login).await?;
    tx.commit().await?;
    let assertion = match assertion {
        Some(assertion) => Some(clients::check(app, assertion).await?),
        None => None,
    };
    let found = found.filter(|account| account.disabled_at.is_none());
    let stored = found.as_ref().and_then(|account| account.password.as_deref());
    let right = app.passwords.verify(password, stored, lane, caller).await?;

    let mut tx = app.db.begin_write().await?;
    // Again, with the bucket held: of many guesses at once only those that fit it are answered.
    let now = app.now();
    guesses::hold(&mut tx, &bucket, now).await??;
    let Some(checked) = found.filter(|_| right) else {
        guesses::count(&mut tx, &bucket, now).await?;
        tx.commit().await?;
        return Err(LoginError::Wrong);
    };
    // The account, too, as it is now: it may have been disabled, or got another password, while the hash was made.
    let account = account::find_and_hold(&mut tx, checked.id).await?;
    let account = account
        .filter(|account| account.disabled_at.is_none() && account.password == checked.password)
        // A first password that nobody used in time is nobody's.
        .filter(|account| account.first_password_until.is_none_or(|until| now.0 < until))
        .ok_or(LoginError::Wrong)?;
    let proof = match (totp::in_force(&mut tx, account.id).await?, code) {
        (None, _) => Proof::Password,
        (Some(_), None) => return Err(LoginError::CodeNeeded),
        (Some(factor), Some(code)) => {
            if let Err(error) = totp::take(app, &mut tx, &factor, code, now).await? {
                tx.commit().await?;
                return Err(error.into());
            }
            Proof::Totp
        }
    };
    account::clear_failures(&mut tx, &bucket).await?;
    let device = (carrier == Carrier::Cookie).then(|| match origin.device(app) {
        Some(name) => Zeroizing::new(name.to_owned()),
        None => known::new_device(app),
    });
    origin.remember(app, &mut tx, login, device.as_ref().map(|name| name.as_str()), now).await?;
    let through = match assertion {
        Some(assertion) => Some(assertion.take(&mut tx, now).await?.id),
        None => None,
    };
    let entry = Entry { carrier, proof, agent, lives: None, through };
    let opened = session::open(app, &mut tx, account, entry, now).await?;
    tx.commit().await?;
    opened.remember(app, now);
    let principal = opened.principal().clone();
    Ok(LoggedIn { token: opened.token, device, expires_at: opened.expires_at, principal })
}
