//! The caller's own password: asked again before what matters, and changed.
//!
//! Who sits at a session that was left open must not get more than the session. Wrong ones are counted as a login's, in a
//! bucket of the account's own, which no stranger can fill: it takes a session to ask.

use zeroize::Zeroizing;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
use crate::domain::ids::AccountId;
use crate::service::actor::guesses::{self, Bucket, TooMany};
use crate::service::actor::own_sessions::end_all_others;
use crate::service::actor::password::PasswordError;
use crate::service::actor::turns::{CallerKey, Lane};
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;
use crate::storage::actor::account;

/// Why nothing was done for want of the password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OwnPasswordError {
    /// It is not the account's.
    #[error("wrong password")]
    Wrong,
    /// Too many wrong ones.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The account has none: it logs in by an identity provider.
    #[error("the account has no password")]
    NotSet,
    /// The new one cannot be taken.
    #[error("the new password is not taken")]
    Unfit(Unfit),
    /// Too many checks at once, or the hash failed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for OwnPasswordError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Shorter or longer than a password may be.
    Length,
    /// The same as before.
    Same,
    /// The login, or what holds it.
    Login,
}

/// A password that was right when it was checked. It counts only once it is taken.
#[must_use = "a right password counts only once it is taken in the transaction of what it is asked for"]
pub struct RightPassword {
    account: AccountId,
    /// The hash it was right for.
    hash: String,
    bucket: Bucket,
}

impl RightPassword {
    /// Takes it in the transaction of what it was asked for: it must not have been changed meanwhile, nor too many wrong
    /// ones have come.
    pub async fn take(self, work: &mut Work<'_>) -> Result<(), OwnPasswordError> {
        guesses::hold(&mut work.tx, &self.bucket, work.now).await??;
        let account = account::find(&mut work.tx, self.account).await?.ok_or(OwnPasswordError::NotSet)?;
        if account.password.as_ref() != Some(&self.hash) {
            return Err(StorageError::Conflict.into());
        }
        Ok(account::clear_failures(&mut work.tx, &self.bucket).await?)
    }
}

/// Checks the caller's password; a wrong one is counted.
pub async fn check(
    app: &App,
    permit: &Permit<ManageOwnAccount>,
    password: &str,
) -> Result<RightPassword, OwnPasswordError> {
    let id = permit.account();
    let key = key_of(app, id);
    let bucket = app.secrets.fingerprint("own password", id.to_string().as_bytes());
    let mut tx = app.db.begin_read().await?;
    guesses::room(&mut tx, &bucket, app.now()).await??;
    let account = account::find(&mut tx, id).await?;
    tx.commit().await?;
    let hash = account.and_then(|account| account.password).ok_or(OwnPasswordError::NotSet)?;
    if app.passwords.verify(password, Some(&hash), Lane::Pin, key).await? {
        return Ok(RightPassword { account: id, hash, bucket });
    }
    let mut tx = app.db.begin_write().await?;
    let now = app.now();
    guesses::hold(&mut tx, &bucket, now).await??;
    guesses::count(&mut tx, &bucket, now).await?;
    tx.commit().await?;
    Err(OwnPasswordError::Wrong)
}

/// Changes it. Every other session and every open show ends: whoever came in by the old one is out.
pub async fn change(
    app: &App,
    permit: &Permit<ManageOwnAccount>,
    old: &str,
    new: &str,
) -> Result<(), OwnPasswordError> {
    // Looked at first: an unfit one must not cost two hashes.
    fit(new, old, &permit.principal().login).map_err(OwnPasswordError::Unfit)?;
    let right = check(app, permit, old).await?;
    let hash = Zeroizing::new(app.passwords.hash(new, key_of(app, permit.account()), &*app.entropy).await?);
    let mut work = Work::begin(app, permit).await?;
    right.take(&mut work).await?;
    account::set_password(&mut work.tx, permit.account(), &hash).await?;
    end_all_others(&mut work, permit).await?;
    work.audit("change password", &permit.account().to_string(), None).await?;
    Ok(work.finish().await?)
}

fn fit(new: &str, old: &str, login: &str) -> Result<(), Unfit> {
    if new.len() > MAX_BYTES || new.chars().count() < MIN_CHARACTERS {
        return Err(Unfit::Length);
    }
    if new == old {
        return Err(Unfit::Same);
    }
    if new.to_lowercase().contains(&login.to_lowercase()) {
        return Err(Unfit::Login);
    }
    Ok(())
}

/// An account's own places in the lane of those who are logged in.
fn key_of(app: &App, account: AccountId) -> CallerKey {
    app.secrets.fingerprint("account", account.to_string().as_bytes())
}

/// NIST SP 800-63B-4 asks for 15 where a password is all there is and 8 beside a second factor; the rates above make ten
/// enough for a wallet, whose shows ask for a PIN as well.
const MIN_CHARACTERS: usize = 10;
/// As at login.
const MAX_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_long_enough_another_one_and_not_the_login() {
        for (new, want) in [
            ("correct horse", Ok(())),
            ("正确的马与电池订书钉", Ok(())),
            ("too short", Err(Unfit::Length)),
            ("the old password", Err(Unfit::Same)),
            ("I am LIN.xiaozhou!", Err(Unfit::Login)),
        ] {
            assert_eq!(fit(new, "the old password", "lin.xiaozhou"), want, "{new}");
        }
        assert_eq!(fit(&"x".repeat(257), "", "lin"), Err(Unfit::Length));
    }
}
