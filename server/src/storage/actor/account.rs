//! Accounts, and the counters of wrong passwords and PINs.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, HolderId};
use crate::secrets::Secrets;
use crate::storage::sql::{columns, execute, one, one_value, statements, value};
use crate::storage::{StorageError, Tx};

/// An account as stored. Password and PIN are argon2id hashes.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// What its owner types.
    pub login: String,
    /// Its name, as [`seal_name`] makes it.
    pub name: Vec<u8>,
    /// The holder this person is.
    pub holder: Option<HolderId>,
    /// PHC string; `None` for one that no password opens.
    pub password: Option<String>,
    /// The password was given by others and is to be changed by then; `None` = it is its owner's own.
    pub first_password_until: Option<i64>,
    /// PHC string; for showing.
    pub pin: Option<String>,
    /// Wrong PINs since the last right one.
    pub pin_failures: i64,
    /// No PIN is looked at before this time.
    pub pin_shut_until: i64,
    /// No login and no session from this time on.
    pub disabled_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

impl AccountRow {
    /// An account that nothing opens yet, nor is any holder's.
    pub fn new(
        secrets: &Secrets,
        entropy: &dyn Entropy,
        id: AccountId,
        login: String,
        name: &str,
        now: UnixTime,
    ) -> Self {
        Self {
            id,
            login,
            name: seal_name(secrets, entropy, id, name),
            holder: None,
            password: None,
            first_password_until: None,
            pin: None,
            pin_failures: 0,
            pin_shut_until: 0,
            disabled_at: None,
            created_at: now.0,
        }
    }
}

/// The name of an account as it is kept: sealed, since it is a person's.
pub fn seal_name(secrets: &Secrets, entropy: &dyn Entropy, id: AccountId, name: &str) -> Vec<u8> {
    secrets.seal_text(&place(id), name, entropy)
}

/// What [`seal_name`] sealed.
pub fn open_name(secrets: &Secrets, id: AccountId, sealed: &[u8]) -> Result<String, StorageError> {
    secrets.open_text(&place(id), sealed).map_err(|_| StorageError::Inconsistent {
        table: "actor_account",
        column: "name",
        row: id.to_string(),
    })
}

fn place(id: AccountId) -> String {
    format!("account.name/{id}")
}

/// Adds an account; false if its login is taken.
pub async fn insert(tx: &mut Tx, row: &AccountRow) -> Result<bool, StorageError> {
    let AccountRow { id, login, name, holder, password, first_password_until, pin, created_at, .. } = row;
    Ok(execute!(tx, INSERT, id, login, name, holder, password, first_password_until, pin, created_at)? == 1)
}

/// An account by its id.
pub async fn find(tx: &mut Tx, id: AccountId) -> Result<Option<AccountRow>, StorageError> {
    one!(tx, FIND, id)
}

/// Holds an account until the transaction ends: what is decided on it, on its sessions and on the number of its shows
/// is decided by one transaction at a time, on whichever server.
pub async fn hold(tx: &mut Tx, id: AccountId) -> Result<(), StorageError> {
    execute!(tx, HOLD, id).map(drop)
}

/// An account as it is now, held until the transaction ends.
pub async fn find_and_hold(tx: &mut Tx, id: AccountId) -> Result<Option<AccountRow>, StorageError> {
    hold(tx, id).await?;
    find(tx, id).await
}

/// An account by its login.
pub async fn find_by_login(tx: &mut Tx, login: &str) -> Result<Option<AccountRow>, StorageError> {
    one!(tx, FIND_BY_LOGIN, login)
}

/// Whether a holder has an account.
pub async fn of_holder(tx: &mut Tx, holder: HolderId) -> Result<bool, StorageError> {
    let accounts: i64 = value!(tx, OF_HOLDER, holder)?;
    Ok(accounts > 0)
}

/// Whether there is any account.
pub async fn any(tx: &mut Tx) -> Result<bool, StorageError> {
    let one: Option<i64> = one_value!(tx, ANY)?;
    Ok(one.is_some())
}

/// Says that an account is this holder's; false if it is one's already.
pub async fn set_holder(tx: &mut Tx, id: AccountId, holder: HolderId) -> Result<bool, StorageError> {
    Ok(execute!(tx, SET_HOLDER, id, holder)? == 1)
}

/// Disables an account.
pub async fn disable(tx: &mut Tx, id: AccountId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, DISABLE, id, now.0)? == 1)
}

/// Lets a disabled account in again.
pub async fn enable(tx: &mut Tx, id: AccountId) -> Result<bool, StorageError> {
    Ok(execute!(tx, ENABLE, id)? == 1)
}

/// Gives an account a password that its owner is to change, and takes its PIN away.
pub async fn restore(
    tx: &mut Tx,
    id: AccountId,
    password: &str,
    first_password_until: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, RESTORE, id, password, first_password_until.0).map(drop)
}

/// Replaces the password's hash.
pub async fn set_password(tx: &mut Tx, id: AccountId, password: &str) -> Result<(), StorageError> {
    execute!(tx, SET_PASSWORD, id, password).map(drop)
}

/// Replaces the PIN's hash and opens it again.
pub async fn set_pin(tx: &mut Tx, id: AccountId, pin: &str) -> Result<(), StorageError> {
    execute!(tx, SET_PIN, id, pin).map(drop)
}

/// Keeps what the PIN counters have become.
pub async fn set_pin_counters(
    tx: &mut Tx,
    id: AccountId,
    failures: i64,
    shut_until: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, SET_PIN_COUNTERS, id, failures, shut_until.0).map(drop)
}

/// When the bucket of wrong passwords for a login name is empty again; the past, or `None`, if it is.
pub async fn failures_until(tx: &mut Tx, login_hmac: &[u8; 32]) -> Result<Option<UnixTime>, StorageError> {
    let until: Option<i64> = one_value!(tx, FAILURES_UNTIL, &login_hmac[..])?;
    Ok(until.map(UnixTime))
}

/// The same, with the bucket held until the transaction ends.
pub async fn failures_until_and_hold(tx: &mut Tx, login_hmac: &[u8; 32]) -> Result<UnixTime, StorageError> {
    let until: i64 = value!(tx, HOLD_FAILURES, &login_hmac[..])?;
    Ok(UnixTime(until))
}

/// Puts one wrong password into the bucket of a login name.
pub async fn add_failure(
    tx: &mut Tx,
    login_hmac: &[u8; 32],
    now: UnixTime,
    each: Seconds,
) -> Result<(), StorageError> {
    execute!(tx, ADD_FAILURE, &login_hmac[..], now.0, each.0).map(drop)
}

/// Empties the bucket of a login name.
pub async fn clear_failures(tx: &mut Tx, login_hmac: &[u8; 32]) -> Result<(), StorageError> {
    execute!(tx, CLEAR_FAILURES, &login_hmac[..]).map(drop)
}

/// Forgets buckets that are empty.
pub async fn forget_failures(tx: &mut Tx, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET_FAILURES, now.0).map(drop)
}

columns!(
    account = "id, login, name, holder, password, first_password_until, pin, pin_failures, pin_shut_until, disabled_at, created_at"
);

statements! {
    INSERT = "INSERT INTO actor_account (id, login, name, holder, password, first_password_until, pin, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    FIND = concat!("SELECT ", account!(), " FROM actor_account WHERE id = $1");
    FIND_BY_LOGIN = concat!("SELECT ", account!(), " FROM actor_account WHERE login = $1");
    OF_HOLDER = "SELECT COUNT(*) FROM actor_account WHERE holder = $1";
    ANY = "SELECT CAST(1 AS BIGINT) FROM actor_account LIMIT 1";
    HOLD = "UPDATE actor_account SET login = login WHERE id = $1";
    SET_HOLDER = "UPDATE actor_account SET holder = $2 WHERE id = $1 AND holder IS NULL";
    DISABLE = "UPDATE actor_account SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
    ENABLE = "UPDATE actor_account SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL";
    RESTORE = "UPDATE actor_account SET password = $2, first_password_until = $3, pin = NULL, pin_failures = 0, \
        pin_shut_until = 0 WHERE id = $1";
    SET_PASSWORD = "UPDATE actor_account SET password = $2, first_password_until = NULL WHERE id = $1";
    SET_PIN = "UPDATE actor_account SET pin = $2, pin_failures = 0, pin_shut_until = 0 WHERE id = $1";
    SET_PIN_COUNTERS = "UPDATE actor_account SET pin_failures = $2, pin_shut_until = $3 WHERE id = $1";
    FAILURES_UNTIL = "SELECT full_until FROM actor_login_failure WHERE login_hmac = $1";
    HOLD_FAILURES = "INSERT INTO actor_login_failure (login_hmac, full_until) VALUES ($1, 0) \
        ON CONFLICT (login_hmac) DO UPDATE SET full_until = actor_login_failure.full_until RETURNING full_until";
    ADD_FAILURE = "INSERT INTO actor_login_failure (login_hmac, full_until) \
        VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT)) ON CONFLICT (login_hmac) DO UPDATE SET full_until = \
        CASE WHEN actor_login_failure.full_until > $2 THEN actor_login_failure.full_until ELSE $2 END + $3";
    CLEAR_FAILURES = "DELETE FROM actor_login_failure WHERE login_hmac = $1";
    FORGET_FAILURES = "DELETE FROM actor_login_failure WHERE full_until <= $1";
}
