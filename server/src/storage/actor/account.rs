//! Accounts, and the counters of wrong passwords and PINs.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::domain::actor::account::Role;
use crate::domain::ids::{AccountId, HolderId};
use crate::storage::{StorageError, Tx, on_conn};

/// An account as stored. Password and PIN are argon2id hashes.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// What its owner types.
    pub login: String,
    /// Its name.
    pub name: String,
    /// Its role, as [`Role::as_str`].
    pub role: String,
    /// The staff's unit (USCC).
    pub unit: Option<String>,
    /// The holder it is.
    pub holder: Option<HolderId>,
    /// PHC string.
    pub password: String,
    /// PHC string; holders only.
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
    /// Its role.
    pub fn role(&self) -> Result<Role, StorageError> {
        self.role.parse().map_err(|_| StorageError::Inconsistent {
            table: "account",
            column: "role",
            row: self.id.to_string(),
        })
    }
}

/// Adds an account; false if its login is taken.
pub async fn insert(tx: &mut Tx, row: &AccountRow) -> Result<bool, StorageError> {
    let inserted = on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(row.id)
        .bind(&row.login)
        .bind(&row.name)
        .bind(&row.role)
        .bind(&row.unit)
        .bind(row.holder)
        .bind(&row.password)
        .bind(&row.pin)
        .bind(row.created_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// An account by its id.
pub async fn find(tx: &mut Tx, id: AccountId) -> Result<Option<AccountRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(FIND).bind(id).fetch_optional(conn).await)?)
}

/// An account by its login.
pub async fn find_by_login(tx: &mut Tx, login: &str) -> Result<Option<AccountRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(FIND_BY_LOGIN).bind(login).fetch_optional(conn).await)?)
}

/// Disables an account.
pub async fn disable(tx: &mut Tx, id: AccountId, now: UnixTime) -> Result<bool, StorageError> {
    let done = on_conn!(tx, |conn| sqlx::query(DISABLE)
        .bind(id)
        .bind(now.0)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Replaces the PIN's hash and opens it again.
pub async fn set_pin(tx: &mut Tx, id: AccountId, pin: &str) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(SET_PIN).bind(id).bind(pin).execute(conn).await.map(drop))?)
}

/// Keeps what the PIN counters have become.
pub async fn set_pin_counters(
    tx: &mut Tx,
    id: AccountId,
    failures: i64,
    shut_until: UnixTime,
) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(SET_PIN_COUNTERS)
        .bind(id)
        .bind(failures)
        .bind(shut_until.0)
        .execute(conn)
        .await
        .map(drop))?)
}

/// When the bucket of wrong passwords for a login name is empty again; the past, or `None`, if it is.
pub async fn failures_until(tx: &mut Tx, login_hmac: &[u8; 32]) -> Result<Option<UnixTime>, StorageError> {
    let until: Option<i64> = on_conn!(tx, |conn| sqlx::query_scalar(FAILURES_UNTIL)
        .bind(&login_hmac[..])
        .fetch_optional(conn)
        .await)?;
    Ok(until.map(UnixTime))
}

/// Puts one wrong password into the bucket of a login name.
pub async fn add_failure(
    tx: &mut Tx,
    login_hmac: &[u8; 32],
    now: UnixTime,
    each: Seconds,
) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(ADD_FAILURE)
        .bind(&login_hmac[..])
        .bind(now.0)
        .bind(each.0)
        .execute(conn)
        .await
        .map(drop))?)
}

/// Empties the bucket of a login name.
pub async fn clear_failures(tx: &mut Tx, login_hmac: &[u8; 32]) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(CLEAR_FAILURES).bind(&login_hmac[..]).execute(conn).await.map(drop))?)
}

/// Forgets buckets that are empty.
pub async fn forget_failures(tx: &mut Tx, now: UnixTime) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(FORGET_FAILURES).bind(now.0).execute(conn).await.map(drop))?)
}

pub(super) const INSERT: &str = "INSERT INTO account \
    (id, login, name, role, unit, holder, password, pin, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
pub(super) const FIND: &str = "SELECT id, login, name, role, unit, holder, password, pin, pin_failures, \
    pin_shut_until, disabled_at, created_at FROM account WHERE id = $1";
pub(super) const FIND_BY_LOGIN: &str = "SELECT id, login, name, role, unit, holder, password, pin, pin_failures, \
    pin_shut_until, disabled_at, created_at FROM account WHERE login = $1";
pub(super) const DISABLE: &str = "UPDATE account SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
pub(super) const SET_PIN: &str =
    "UPDATE account SET pin = $2, pin_failures = 0, pin_shut_until = 0 WHERE id = $1";
pub(super) const SET_PIN_COUNTERS: &str =
    "UPDATE account SET pin_failures = $2, pin_shut_until = $3 WHERE id = $1";
pub(super) const FAILURES_UNTIL: &str = "SELECT full_until FROM login_failure WHERE login_hmac = $1";
pub(super) const ADD_FAILURE: &str = "INSERT INTO login_failure (login_hmac, full_until) \
    VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT)) ON CONFLICT (login_hmac) DO UPDATE SET full_until = \
    CASE WHEN login_failure.full_until > $2 THEN login_failure.full_until ELSE $2 END + $3";
pub(super) const CLEAR_FAILURES: &str = "DELETE FROM login_failure WHERE login_hmac = $1";
pub(super) const FORGET_FAILURES: &str = "DELETE FROM login_failure WHERE full_until <= $1";
