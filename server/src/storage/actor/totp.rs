//! Authenticators of accounts (RFC 6238), and the codes that let in whose phone is lost. Secrets are sealed; of a recovery
//! code there is an HMAC.

use liangzheng_core::time::UnixTime;

use crate::domain::clock::Entropy;
use crate::domain::ids::AccountId;
use crate::secrets::Secrets;
use crate::storage::sql::{execute, one, statements};
use crate::storage::{StorageError, Tx};

/// An authenticator as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TotpRow {
    /// Whose.
    pub account: AccountId,
    /// Sealed; [`open_secret`].
    pub secret: Vec<u8>,
    /// When its first code was taken; `None`: it is not in force yet.
    pub confirmed_at: Option<i64>,
    /// The step of the newest code taken.
    pub last_step: i64,
    /// Wrong codes since the last right one.
    pub failures: i64,
    /// No code is looked at before this time.
    pub shut_until: i64,
}

/// A secret as it is kept.
pub fn seal_secret(secrets: &Secrets, entropy: &dyn Entropy, account: AccountId, secret: &[u8]) -> Vec<u8> {
    secrets.seal(&place(account), secret, entropy)
}

/// What [`seal_secret`] sealed.
pub fn open_secret(secrets: &Secrets, account: AccountId, sealed: &[u8]) -> Result<Vec<u8>, StorageError> {
    secrets.open(&place(account), sealed).map_err(|_| StorageError::Inconsistent {
        table: "actor_totp",
        column: "secret",
        row: account.to_string(),
    })
}

fn place(account: AccountId) -> String {
    format!("totp.secret/{account}")
}

/// The authenticator of an account. To be believed until the transaction ends only if the account is held.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Option<TotpRow>, StorageError> {
    one!(tx, OF_ACCOUNT, account)
}

/// Begins one in place of another that was only begun; false if one is in force.
pub async fn begin(
    tx: &mut Tx,
    account: AccountId,
    secret: &[u8],
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, BEGIN, account, secret, now.0)? == 1)
}

/// Puts it in force by the code of `step`.
pub async fn confirm(
    tx: &mut Tx,
    account: AccountId,
    step: i64,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, CONFIRM, account, step, now.0)? == 1)
}

/// Takes the code of `step`; false if one of it or later was taken before.
pub async fn take(tx: &mut Tx, account: AccountId, step: i64) -> Result<bool, StorageError> {
    Ok(execute!(tx, TAKE, account, step)? == 1)
}

/// Keeps what the counters of wrong codes have become.
pub async fn set_counters(
    tx: &mut Tx,
    account: AccountId,
    failures: i64,
    shut_until: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, SET_COUNTERS, account, failures, shut_until.0).map(drop)
}

/// Removes it with its recovery codes.
pub async fn remove(tx: &mut Tx, account: AccountId) -> Result<(), StorageError> {
    execute!(tx, REMOVE_RECOVERY, account)?;
    execute!(tx, REMOVE, account).map(drop)
}

/// Adds a recovery code.
pub async fn add_recovery(tx: &mut Tx, account: AccountId, code_hmac: &[u8; 32]) -> Result<(), StorageError> {
    execute!(tx, ADD_RECOVERY, account, &code_hmac[..]).map(drop)
}

/// Takes a recovery code; false if there is none such.
pub async fn take_recovery(
    tx: &mut Tx,
    account: AccountId,
    code_hmac: &[u8; 32],
) -> Result<bool, StorageError> {
    Ok(execute!(tx, TAKE_RECOVERY, account, &code_hmac[..])? == 1)
}

statements! {
    OF_ACCOUNT = "SELECT account, secret, confirmed_at, last_step, failures, shut_until FROM actor_totp \
        WHERE account = $1";
    BEGIN = "INSERT INTO actor_totp (account, secret, created_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at \
        WHERE actor_totp.confirmed_at IS NULL";
    CONFIRM = "UPDATE actor_totp SET confirmed_at = $3, last_step = $2, failures = 0, shut_until = 0 \
        WHERE account = $1 AND confirmed_at IS NULL";
    TAKE = "UPDATE actor_totp SET last_step = $2, failures = 0, shut_until = 0 \
        WHERE account = $1 AND confirmed_at IS NOT NULL AND last_step < $2";
    SET_COUNTERS = "UPDATE actor_totp SET failures = $2, shut_until = $3 WHERE account = $1";
    REMOVE = "DELETE FROM actor_totp WHERE account = $1";
    REMOVE_RECOVERY = "DELETE FROM actor_totp_recovery WHERE account = $1";
    ADD_RECOVERY = "INSERT INTO actor_totp_recovery (account, code_hmac) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    TAKE_RECOVERY = "DELETE FROM actor_totp_recovery WHERE account = $1 AND code_hmac = $2";
}
