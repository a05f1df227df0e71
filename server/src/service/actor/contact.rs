//! Where the owner of an account is reached: an address of mail, in force once its owner has sent back the code that was
//! sent there, so that notices go to nobody who was named by mistake. Where it changes, the old address is told.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
use crate::domain::outbox::letter::Channel;
use crate::domain::outbox::mail_address::MailAddress;
use crate::service::actor::password::invented;
use crate::service::actor::totp::spelled;
use crate::service::outbox::telling;
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;
use crate::storage::actor::contact::{self as stored, ContactRow, place};

/// The contact of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Whether this installation sends mail.
    pub is_available: bool,
    /// The address in force.
    pub address: Option<MailAddress>,
    /// Since when.
    pub confirmed_at: Option<UnixTime>,
    /// The address that is to be confirmed.
    pub wanted: Option<MailAddress>,
    /// Until when its code counts.
    pub code_until: Option<UnixTime>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContactError {
    /// This installation sends no mail.
    #[error("no mail is sent here")]
    NoMail,
    /// A code was sent a moment ago.
    #[error("a code was sent a moment ago")]
    TooSoon {
        /// For how long yet.
        wait: Seconds,
    },
    /// No address is to be confirmed, or its code is too old.
    #[error("no address is to be confirmed")]
    NothingAsked,
    /// Another code was sent.
    #[error("wrong code")]
    WrongCode,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ContactError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// The contact of the own account.
pub async fn read(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<Contact, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let row = stored::of_account(&mut tx, permit.account()).await?;
    tx.commit().await?;
    open(app, row)
}

/// Sends a code to an address; it is in force when the code has come back.
pub async fn ask(
    app: &App,
    permit: &Permit<ManageOwnAccount>,
    address: &MailAddress,
) -> Result<Contact, ContactError> {
    if !app.outbox.has(Channel::Mail) {
        return Err(ContactError::NoMail);
    }
    let account = permit.account();
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let before = stored::of_account(&mut work.tx, account).await?;
    // Whoever is logged in could otherwise fill anybody's mailbox.
    let since = before.and_then(|row| row.asked_at).map(|at| now.since(UnixTime(at)));
    if let Some(since) = since.filter(|since| (0..BETWEEN_CODES.0).contains(&since.0)) {
        return Err(ContactError::TooSoon { wait: Seconds(BETWEEN_CODES.0 - since.0) });
    }
    let code = invented(&*app.entropy);
    let sealed = app.secrets.seal_text(&place(account), address.as_str(), &*app.entropy);
    let hmac = app.secrets.fingerprint("contact code", format!("{account}\0{code}").as_bytes());
    stored::ask(&mut work.tx, account, &sealed, &hmac, now).await?;
    telling::of_contact_code(app, &mut work, address, &code).await?;
    work.audit("ask contact", &account.to_string(), None).await?;
    let row = stored::of_account(&mut work.tx, account).await?;
    work.finish().await?;
    Ok(open(app, row)?)
}

/// Puts the address in force by the code that was sent there.
pub async fn confirm(
    app: &App,
    permit: &Permit<ManageOwnAccount>,
    code: &str,
) -> Result<Contact, ContactError> {
    let account = permit.account();
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let row = stored::of_account(&mut work.tx, account).await?.ok_or(ContactError::NothingAsked)?;
    let asked_at = row.asked_at.filter(|_| row.wanted.is_some());
    if asked_at.is_none_or(|at| now.since(UnixTime(at)) >= CODE_LASTS) {
        return Err(ContactError::NothingAsked);
    }
    let code = spelled(code);
    let hmac = app.secrets.fingerprint("contact code", format!("{account}\0{code}").as_bytes());
    if !stored::confirm(&mut work.tx, account, &hmac, now).await? {
        return Err(ContactError::WrongCode);
    }
    let (old, new) = (row.address(&app.secrets)?, row.wanted(&app.secrets)?);
    if let Some(old) = old.filter(|old| new.as_ref() != Some(old)) {
        telling::of_contact_change(app, &mut work, &old).await?;
    }
    work.audit("confirm contact", &account.to_string(), None).await?;
    let row = stored::of_account(&mut work.tx, account).await?;
    work.finish().await?;
    Ok(open(app, row)?)
}

/// Removes the contact; the address is told.
pub async fn remove(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<(), ContactError> {
    let account = permit.account();
    let mut work = Work::begin(app, permit).await?;
    let Some(row) = stored::of_account(&mut work.tx, account).await? else { return Ok(()) };
    stored::remove(&mut work.tx, account).await?;
    if let Some(old) = row.address(&app.secrets)? {
        telling::of_contact_change(app, &mut work, &old).await?;
    }
    work.audit("remove contact", &account.to_string(), None).await?;
    Ok(work.finish().await?)
}

fn open(app: &App, row: Option<ContactRow>) -> Result<Contact, StorageError> {
    let is_available = app.outbox.has(Channel::Mail);
    let Some(row) = row else { return Ok(Contact { is_available, ..Contact::default() }) };
    Ok(Contact {
        is_available,
        address: row.address(&app.secrets)?,
        confirmed_at: row.confirmed_at.map(UnixTime),
        wanted: row.wanted(&app.secrets)?,
        code_until: row.asked_at.filter(|_| row.wanted.is_some()).map(|at| UnixTime(at).plus(CODE_LASTS)),
    })
}

/// Time to find the mail.
const CODE_LASTS: Seconds = Seconds(3600);
/// One mail a minute is no flood.
const BETWEEN_CODES: Seconds = Seconds(60);
