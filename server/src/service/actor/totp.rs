//! The authenticator: six digits of a phone that change every 30 seconds (RFC 6238), as a second factor of login.
//!
//! Setting one up takes the password and a first code; from then on the account's logins ask for a code, or for one of ten
//! recovery codes. A code counts once: none of its step or an earlier one is taken again. Five wrong codes in a row shut it
//! for a quarter of an hour. All of that is decided with the account held, so neither two requests nor two servers take
//! one code twice.

use liangzheng_core::time::{Seconds, UnixTime};
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
use crate::domain::actor::lockout::Lockout;
use crate::domain::actor::session::Proof;
use crate::domain::ids::AccountId;
use crate::service::actor::own_password::{self, OwnPasswordError};
use crate::service::actor::own_sessions::end_all_others;
use crate::service::actor::password::invented;
use crate::service::work::{Work, WorkError};
use crate::storage::actor::session;
use crate::storage::actor::totp::{self as stored, TotpRow, open_secret, seal_secret};
use crate::storage::{StorageError, Tx};

/// An authenticator that is being set up.
pub struct Begun {
    /// The secret in base 32, to be typed where no camera is.
    pub secret: Zeroizing<String>,
    /// `otpauth://…`, to be scanned.
    pub uri: Zeroizing<String>,
}

/// Why a code lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Wrong, too old, or used before; counted.
    #[error("wrong code, {left} tries left")]
    Wrong {
        /// Tries left before it shuts.
        left: i64,
    },
    /// Shut after too many wrong ones.
    #[error("no code is taken for now")]
    Shut {
        /// For how long yet.
        wait: Seconds,
    },
}

/// Why an authenticator was not set up, confirmed or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TotpError {
    /// There is one in force.
    #[error("there is an authenticator already")]
    AlreadySet,
    /// There is none that was begun, or none in force.
    #[error("there is no authenticator")]
    NotSet,
    /// The code.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The password.
    #[error(transparent)]
    Password(#[from] OwnPasswordError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// The library refused a secret of ours, which it does for no secret of 20 bytes.
    #[error("the authenticator's secret cannot be used")]
    Library,
}

impl From<StorageError> for TotpError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Begins to set one up: a new secret, in force once a code of it has come.
pub async fn begin(app: &App, permit: &Permit<ManageOwnAccount>, password: &str) -> Result<Begun, TotpError> {
    let right = own_password::check(app, permit, password).await?;
    let account = permit.account();
    let secret = Zeroizing::new(app.entropy.bytes::<20>());
    let totp = Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(labelled(&permit.principal().login))
        .with_issuer(Some(labelled(&app.config.tokens.operator_names.zh)))
        .build()
        .map_err(|_| TotpError::Library)?;
    let uri = Zeroizing::new(totp.to_url().map_err(|_| TotpError::Library)?);
    let mut work = Work::begin(app, permit).await?;
    right.take(&mut work).await?;
    let sealed = seal_secret(&app.secrets, &*app.entropy, account, &*secret);
    if !stored::begin(&mut work.tx, account, &sealed, work.now).await? {
        return Err(TotpError::AlreadySet);
    }
    work.audit("begin authenticator", &account.to_string(), None).await?;
    work.finish().await?;
    Ok(Begun { secret: Zeroizing::new(totp.secret().to_base32()), uri })
}

/// Puts it in force by its first code. The session is as good as one made with a code from now on, every other session and
/// every open show ends; gives the recovery codes, told only here.
pub async fn confirm(
    app: &App,
    permit: &Permit<ManageOwnAccount>,
    code: &str,
) -> Result<Vec<Zeroizing<String>>, TotpError> {
    let account = permit.account();
    let mut work = Work::begin(app, permit).await?;
    let row = stored::of_account(&mut work.tx, account).await?.ok_or(TotpError::NotSet)?;
    if row.confirmed_at.is_some() {
        return Err(TotpError::AlreadySet);
    }
    refuse_shut(&row, work.now)?;
    let Some(step) = step_of(app, &row, code, work.now)? else {
        let error = count_wrong(&mut work.tx, &row, work.now).await?;
        work.finish().await?;
        return Err(error.into());
    };
    if !stored::confirm(&mut work.tx, account, step, work.now).await? {
        return Err(TotpError::AlreadySet);
    }
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = Zeroizing::new(invented(&*app.entropy));
        stored::add_recovery(&mut work.tx, account, &recovery_hmac(app, account, &code)).await?;
        codes.push(code);
    }
    session::set_proof(&mut work.tx, permit.principal().session, Proof::Totp).await?;
    end_all_others(&mut work, permit).await?;
    work.audit("set authenticator", &account.to_string(), None).await?;
    work.finish().await?;
    Ok(codes)
}

/// Removes it by one of its codes, or by a recovery code. Every other session ends, and this one is as one made by a
/// password alone.
pub async fn remove(app: &App, permit: &Permit<ManageOwnAccount>, code: &str) -> Result<(), TotpError> {
    let account = permit.account();
    let mut work = Work::begin(app, permit).await?;
    let row = in_force(&mut work.tx, account).await?.ok_or(TotpError::NotSet)?;
    let now = work.now;
    if let Err(error) = take(app, &mut work.tx, &row, code, now).await? {
        work.finish().await?;
        return Err(error.into());
    }
    stored::remove(&mut work.tx, account).await?;
    session::set_proof(&mut work.tx, permit.principal().session, Proof::Password).await?;
    end_all_others(&mut work, permit).await?;
    work.audit("remove authenticator", &account.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Whether the account has one in force.
pub async fn is_set(tx: &mut Tx, account: AccountId) -> Result<bool, StorageError> {
    Ok(in_force(tx, account).await?.is_some())
}

/// The authenticator in force.
pub(in crate::service) async fn in_force(
    tx: &mut Tx,
    account: AccountId,
) -> Result<Option<TotpRow>, StorageError> {
    Ok(stored::of_account(tx, account).await?.filter(|row| row.confirmed_at.is_some()))
}

/// Takes a code, or a recovery code, of an authenticator in force whose account is held; a wrong one is counted, if the
/// transaction is committed.
pub(in crate::service) async fn take(
    app: &App,
    tx: &mut Tx,
    row: &TotpRow,
    code: &str,
    now: UnixTime,
) -> Result<Result<(), CodeError>, TotpError> {
    if let Err(shut) = refuse_shut(row, now) {
        return Ok(Err(shut));
    }
    let spelled = spelled(code);
    let taken = if spelled.len() == DIGITS {
        match step_of(app, row, &spelled, now)? {
            Some(step) => stored::take(tx, row.account, step).await?,
            None => false,
        }
    } else {
        let hmac = recovery_hmac(app, row.account, &spelled);
        let taken = stored::take_recovery(tx, row.account, &hmac).await?;
        if taken {
            stored::set_counters(tx, row.account, 0, UnixTime(0)).await?;
        }
        taken
    };
    if taken { Ok(Ok(())) } else { Ok(Err(count_wrong(tx, row, now).await?)) }
}

/// What is kept of a recovery code: it has 60 random bits, so nothing slower than an HMAC is needed.
fn recovery_hmac(app: &App, account: AccountId, code: &str) -> [u8; 32] {
    app.secrets.fingerprint("recovery code", format!("{account}\0{code}").as_bytes())
}

/// The step whose code it is, one before or after now included: clocks of phones differ.
fn step_of(app: &App, row: &TotpRow, code: &str, now: UnixTime) -> Result<Option<i64>, TotpError> {
    let code = spelled(code);
    let (Ok(now), true) = (u64::try_from(now.0), is_digits(&code)) else { return Ok(None) };
    let secret = open_secret(&app.secrets, row.account, &row.secret)?;
    let totp: Totp = Builder::new().with_secret(secret).build().map_err(|_| TotpError::Library)?;
    Ok(totp.check(&code, now).and_then(|step| i64::try_from(step).ok()))
}

fn refuse_shut(row: &TotpRow, now: UnixTime) -> Result<(), CodeError> {
    lockout_of(row).refuse_shut(now).map_err(|wait| CodeError::Shut { wait })
}

fn lockout_of(row: &TotpRow) -> Lockout {
    Lockout { failures: row.failures, shut_until: UnixTime(row.shut_until) }
}

async fn count_wrong(tx: &mut Tx, row: &TotpRow, now: UnixTime) -> Result<CodeError, StorageError> {
    let lockout = lockout_of(row).after_wrong(now);
    stored::set_counters(tx, row.account, lockout.failures, lockout.shut_until).await?;
    if lockout.left() == 0 {
        tracing::warn!(account = %row.account, "authenticator shut after too many wrong codes");
    }
    Ok(CodeError::Wrong { left: lockout.left() })
}

/// A code as typed: blanks and hyphens, which people write between the groups, taken out.
pub(super) fn spelled(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

fn is_digits(code: &str) -> bool {
    code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit())
}

/// A label of `otpauth:`, in which a colon parts issuer and account.
fn labelled(text: &str) -> String {
    text.replace(':', " ")
}

const DIGITS: usize = 6;
const RECOVERY_CODES: usize = 10;
