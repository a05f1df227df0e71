//! Where the owner of an account is reached. Addresses are sealed; of a code there is an HMAC.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::{AccountId, HolderId};
use crate::domain::outbox::mail_address::MailAddress;
use crate::secrets::Secrets;
use crate::storage::sql::{all, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// The contact of an account as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ContactRow {
    /// Whose.
    pub account: AccountId,
    /// The address in force, sealed for [`place`].
    pub address: Option<Vec<u8>>,
    /// Since when.
    pub confirmed_at: Option<i64>,
    /// The address that is to be confirmed, sealed for [`place`].
    pub wanted: Option<Vec<u8>>,
    /// HMAC of the code that was sent there.
    pub code_hmac: Option<Vec<u8>>,
    /// When it was.
    pub asked_at: Option<i64>,
}

impl ContactRow {
    /// The address in force.
    pub fn address(&self, secrets: &Secrets) -> Result<Option<MailAddress>, StorageError> {
        self.address.as_deref().map(|sealed| open(secrets, self.account, sealed)).transpose()
    }

    /// The address that is to be confirmed.
    pub fn wanted(&self, secrets: &Secrets) -> Result<Option<MailAddress>, StorageError> {
        self.wanted.as_deref().map(|sealed| open(secrets, self.account, sealed)).transpose()
    }
}

#[derive(sqlx::FromRow)]
struct AddressRow {
    account: AccountId,
    address: Vec<u8>,
}

/// The contact of an account.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Option<ContactRow>, StorageError> {
    one!(tx, OF_ACCOUNT, account)
}

/// Addresses of a holder: his own account's, and those of who acts for him or it in all matters.
pub async fn of_holder(
    tx: &mut Tx,
    secrets: &Secrets,
    holder: HolderId,
    now: UnixTime,
) -> Result<Vec<(AccountId, MailAddress)>, StorageError> {
    let rows: Vec<AddressRow> = all!(tx, OF_HOLDER, holder, now.0)?;
    rows.into_iter().map(|row| Ok((row.account, open(secrets, row.account, &row.address)?))).collect()
}

/// Notes the address that is to be confirmed, and the code that was sent there.
pub async fn ask(
    tx: &mut Tx,
    account: AccountId,
    wanted: &[u8],
    code_hmac: &[u8; 32],
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, ASK, account, wanted, &code_hmac[..], now.0).map(drop)
}

/// Puts the address that was to be confirmed in force; false if there is none with this code.
pub async fn confirm(
    tx: &mut Tx,
    account: AccountId,
    code_hmac: &[u8; 32],
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, CONFIRM, account, &code_hmac[..], now.0)? == 1)
}

/// Removes the addresses of an account; when a code was last sent stays, so that nobody is sent one after the other.
pub async fn remove(tx: &mut Tx, account: AccountId) -> Result<(), StorageError> {
    execute!(tx, REMOVE, account).map(drop)
}

/// For what addresses of an account are sealed.
pub fn place(account: AccountId) -> String {
    format!("actor.contact/{account}")
}

fn open(secrets: &Secrets, account: AccountId, sealed: &[u8]) -> Result<MailAddress, StorageError> {
    let broken =
        || StorageError::Inconsistent { table: "actor_contact", column: "address", row: account.to_string() };
    let text = secrets.open_text(&place(account), sealed).map_err(|_| broken())?;
    MailAddress::parse(&text).map_err(|_| broken())
}

statements! {
    OF_ACCOUNT = "SELECT account, address, confirmed_at, wanted, code_hmac, asked_at FROM actor_contact \
        WHERE account = $1";
    OF_HOLDER = "SELECT c.account, c.address FROM actor_contact c JOIN actor_account a ON a.id = c.account \
        WHERE c.address IS NOT NULL AND a.disabled_at IS NULL AND (a.holder = $1 OR EXISTS (SELECT 1 \
        FROM actor_agency g WHERE g.account = a.id AND g.holder = $1 AND g.ended_at IS NULL \
        AND (g.ends_at > $2 OR g.ends_at IS NULL) AND g.level <> 'handler')) ORDER BY c.account";
    ASK = "INSERT INTO actor_contact (account, wanted, code_hmac, asked_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (account) DO UPDATE SET wanted = excluded.wanted, code_hmac = excluded.code_hmac, \
        asked_at = excluded.asked_at";
    CONFIRM = "UPDATE actor_contact SET address = wanted, confirmed_at = $3, wanted = NULL, code_hmac = NULL, \
        asked_at = NULL WHERE account = $1 AND code_hmac = $2";
    REMOVE = "UPDATE actor_contact SET address = NULL, confirmed_at = NULL, wanted = NULL, code_hmac = NULL \
        WHERE account = $1";
}
