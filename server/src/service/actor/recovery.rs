//! Restoring an account whose owner has lost his way in, at a counter, by two persons of units that the manager named.
//!
//! The first looks at the document and begins, the second looks again and agrees; a day later the new password counts,
//! and everything that the old way in had opened is gone. Until then its owner is told wherever he is still logged in,
//! and may object: who stole a document cannot take an account from under its owner unseen.

use liangzheng_core::time::{Seconds, UnixTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit, RecoverAccount, ViewRecoveries};
use crate::domain::actor::holder::HolderNumber;
use crate::domain::ids::{AccountId, RecoveryId};
use crate::domain::text::PlainText;
use crate::service::actor::password::{PasswordError, invented};
use crate::service::actor::person as persons;
use crate::service::outbox::telling;
use crate::service::showing::device;
use crate::service::work::{Work, WorkError};
use crate::storage::actor::recovery::{self as stored, RecoveryRow};
use crate::storage::actor::{account, person, session, totp};
use crate::storage::catalogue::unit;
use crate::storage::change::Change;
use crate::storage::{StorageError, Tx, page};
use crate::words;

words! {
    /// Where a restoring stands.
    pub enum RecoveryState: "state of a recovery" {
        /// One person has begun.
        Asked = "asked" / "待第二人确认" / "waits for a second person",
        /// A second agreed; its owner may object.
        Confirmed = "confirmed" / "已确认，待生效" / "confirmed, not in effect yet",
        /// The new password counts.
        Done = "done" / "已生效" / "in effect",
        /// Its owner objected.
        Objected = "objected" / "本人提出异议" / "its owner objected",
        /// Nobody agreed in time.
        Over = "over" / "已失效" / "over",
    }
}

words! {
    /// What was looked at.
    pub enum EvidenceType: "type of evidence" {
        /// The document was read by a machine.
        IdCardRead = "id_card_read" / "读取证件" / "document read",
        /// The person was compared with the photo.
        PhotoCompared = "photo_compared" / "人证比对" / "photo compared",
    }
}

/// What stands at a counter.
#[derive(Clone, Debug)]
pub struct AtCounter {
    /// The person's name.
    pub name: PlainText,
    /// The person's number.
    pub number: HolderNumber,
    /// What was looked at.
    pub evidence: EvidenceType,
    /// Why.
    pub reason: PlainText,
}

/// Which account is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By its id.
    Id(AccountId),
    /// By what its owner typed.
    Login(String),
}

/// A restoring as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recovery {
    /// Its id.
    pub id: RecoveryId,
    /// Where it stands.
    pub state: RecoveryState,
    /// When the new password counts, in unix seconds; null until a second person agreed.
    pub effective_at: Option<i64>,
    /// The password to begin with, told only to who agreed, for its owner; it counts from `effective_at` on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_password: Option<String>,
}

/// A restoring as the counter sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its id.
    pub id: RecoveryId,
    /// The login of the account.
    pub login: String,
    /// Its owner's name.
    pub name: String,
    /// Where it stands.
    pub state: RecoveryState,
    /// Who began it.
    pub asked_by: String,
    /// Whether that was the caller: another agrees.
    pub is_own: bool,
    /// When, in unix seconds.
    pub asked_at: i64,
    /// Until when a second person may agree.
    pub lapses_at: i64,
    /// Who agreed.
    pub confirmed_by: Option<String>,
    /// When the new password counts.
    pub effective_at: Option<i64>,
    /// When it was done, objected to, or over.
    pub ended_at: Option<i64>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// No such account, or it is another person's.
    #[error("no such account of this person")]
    NotFound,
    /// The manager did not name this unit for it.
    #[error("the unit restores no accounts")]
    NotThisUnit,
    /// Nobody restores his own account, and nobody agrees with himself.
    #[error("another person must do this")]
    TwoPersons,
    /// One is confirmed already.
    #[error("the account is being restored")]
    UnderWay {
        /// When it takes effect.
        effective_at: i64,
    },
    /// Nothing to object to.
    #[error("the account is not being restored")]
    NothingOpen,
    /// Too many passwords at once.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for RecoveryError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Begins the restoring of an account, or agrees with who began it.
pub async fn recover(
    app: &App,
    permit: &Permit<RecoverAccount>,
    named: &Named,
    at_counter: &AtCounter,
) -> Result<Recovery, RecoveryError> {
    // The hash first: the one writer must not wait for Argon2.
    let password = invented(&*app.entropy);
    let caller = app.secrets.fingerprint("account", permit.account().to_string().as_bytes());
    let hash = app.passwords.hash(&password, caller, &*app.entropy).await?;
    let mut work = Work::begin(app, permit).await?;
    let own_unit = unit::find_kept(&mut work.tx, &app.secrets, permit.scope()).await?;
    if !own_unit.is_some_and(|unit| unit.recovers) {
        return Err(RecoveryError::NotThisUnit);
    }
    let id = meant(app, &mut work.tx, named, at_counter).await?.ok_or(RecoveryError::NotFound)?;
    if persons::is_same(&mut work.tx, id, permit.account()).await? {
        return Err(RecoveryError::TwoPersons);
    }
    account::hold(&mut work.tx, id).await?;
    let mut open = stored::open_of(&mut work.tx, id).await?;
    if let Some(old) = open.take_if(|row| row.confirmed_by.is_none() && is_over(row, work.now)) {
        stored::end(&mut work.tx, old.id, RecoveryState::Over.as_str(), work.now).await?;
    }
    let Some(open) = open else {
        let recovery = RecoveryId::generate(work.now, &*app.entropy);
        let now = work.now;
        if !stored::insert(&mut work.tx, recovery, id, permit.account(), now).await? {
            return Err(StorageError::Conflict.into());
        }
        record(&mut work, "begin recovery", recovery, at_counter).await?;
        work.finish().await?;
        return Ok(Recovery {
            id: recovery,
            state: RecoveryState::Asked,
            effective_at: None,
            first_password: None,
        });
    };
    if let Some(effective_at) = open.effective_at {
        return Err(RecoveryError::UnderWay { effective_at });
    }
    if open.asked_by == permit.account() {
        return Ok(told(&open));
    }
    if persons::is_same(&mut work.tx, open.asked_by, permit.account()).await? {
        return Err(RecoveryError::TwoPersons);
    }
    let effective_at = work.now.plus(WAIT);
    if !stored::confirm(&mut work.tx, open.id, permit.account(), effective_at, &hash).await? {
        return Err(StorageError::Conflict.into());
    }
    record(&mut work, "confirm recovery", open.id, at_counter).await?;
    telling::of_recovery(app, &mut work, open.id, id, effective_at.0).await?;
    work.finish().await?;
    Ok(Recovery {
        id: open.id,
        state: RecoveryState::Confirmed,
        effective_at: Some(effective_at.0),
        first_password: Some(password),
    })
}

/// Those that the caller's unit began or agreed to, newest first, and where the next page begins.
pub async fn of_unit(
    app: &App,
    permit: &Permit<ViewRecoveries>,
    before: Option<RecoveryId>,
    limit: i64,
) -> Result<(Vec<Seen>, Option<RecoveryId>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let mut rows = stored::of_unit(&mut tx, permit.scope(), before, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(seen(app, &mut tx, permit.account(), row).await?);
    }
    tx.commit().await?;
    Ok((found, next))
}

async fn seen(app: &App, tx: &mut Tx, caller: AccountId, row: RecoveryRow) -> Result<Seen, StorageError> {
    let owner = account::find(tx, row.account).await?.ok_or_else(|| StorageError::Inconsistent {
        table: "actor_recovery",
        column: "account",
        row: row.id.to_string(),
    })?;
    let lapsed = row.ended_at.is_none() && row.confirmed_by.is_none() && is_over(&row, app.now());
    let confirmed_by = match row.confirmed_by {
        Some(id) => persons::name(tx, &app.secrets, id).await?,
        None => None,
    };
    Ok(Seen {
        id: row.id,
        name: account::open_name(&app.secrets, owner.id, &owner.name)?,
        login: owner.login,
        state: if lapsed { RecoveryState::Over } else { told(&row).state },
        asked_by: persons::name(tx, &app.secrets, row.asked_by).await?.unwrap_or_default(),
        is_own: persons::is_same(tx, row.asked_by, caller).await?,
        asked_at: row.asked_at,
        lapses_at: UnixTime(row.asked_at).plus(WAIT).0,
        confirmed_by,
        effective_at: row.effective_at,
        ended_at: row.ended_at,
    })
}

/// The restoring of the own account: under way, or the last one.
pub async fn of_own(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<Option<Recovery>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let row = stored::newest_of(&mut tx, permit.account()).await?;
    tx.commit().await?;
    Ok(row.as_ref().map(told))
}

/// Its owner objects: nothing comes of it.
pub async fn object(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<Recovery, RecoveryError> {
    let mut work = Work::begin(app, permit).await?;
    let open = stored::open_of(&mut work.tx, permit.account()).await?.ok_or(RecoveryError::NothingOpen)?;
    if !stored::end(&mut work.tx, open.id, RecoveryState::Objected.as_str(), work.now).await? {
        return Err(RecoveryError::NothingOpen);
    }
    work.audit("object to recovery", &open.id.to_string(), None).await?;
    work.finish().await?;
    tracing::warn!(recovery = %open.id, "the owner of an account objects to its being restored");
    Ok(Recovery { state: RecoveryState::Objected, ..told(&open) })
}

/// Lets those take effect whose day of waiting is over; whether there may be more.
pub async fn carry_out_due(app: &App) -> Result<bool, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let due = stored::due(&mut tx, app.now(), AT_ONCE).await?;
    tx.commit().await?;
    for id in &due {
        let mut work = Work::of_server(app).await?;
        account::hold(&mut work.tx, *id).await?;
        let now = work.now;
        let open = stored::open_of(&mut work.tx, *id).await?;
        let open = open.filter(|row| row.effective_at.is_some_and(|at| at <= now.0));
        let Some((open, password)) = open.and_then(|row| row.password.clone().map(|hash| (row, hash))) else {
            continue;
        };
        account::restore(&mut work.tx, *id, &password, now.plus(FIRST_PASSWORD_LASTS)).await?;
        totp::remove(&mut work.tx, *id).await?;
        session::end_all_of(&mut work.tx, *id, now).await?;
        device::drop_all_of(&mut work, *id).await?;
        stored::end(&mut work.tx, open.id, RecoveryState::Done.as_str(), now).await?;
        work.changed(Change::Account(*id)).await?;
        work.audit("restore account", &id.to_string(), None).await?;
        work.finish().await?;
    }
    Ok(i64::try_from(due.len()).is_ok_and(|done| done >= AT_ONCE))
}

/// Until when an account that was restored may not yet do what asks for the person himself; `None` if it may.
pub(crate) async fn shut_until(
    tx: &mut Tx,
    account: AccountId,
    now: UnixTime,
) -> Result<Option<UnixTime>, StorageError> {
    let until = stored::done_at(tx, account).await?.map(|at| UnixTime(at).plus(SHUT_AFTERWARDS));
    Ok(until.filter(|until| now < *until))
}

/// The account that is named, if it is this person's: a stranger's answers like one that is not there.
async fn meant(
    app: &App,
    tx: &mut Tx,
    named: &Named,
    at_counter: &AtCounter,
) -> Result<Option<AccountId>, StorageError> {
    let row = match named {
        Named::Id(id) => account::find(tx, *id).await?,
        Named::Login(login) => account::find_by_login(tx, login).await?,
    };
    let Some(row) = row.filter(|row| row.disabled_at.is_none()) else { return Ok(None) };
    let owner = person::account_of(tx, &app.secrets, &at_counter.number).await?;
    let is_named = account::open_name(&app.secrets, row.id, &row.name)? == at_counter.name.as_str();
    Ok((owner == Some(row.id) && is_named).then_some(row.id))
}

async fn record(
    work: &mut Work<'_>,
    action: &'static str,
    id: RecoveryId,
    at_counter: &AtCounter,
) -> Result<(), StorageError> {
    let reason = format!("{}: {}", at_counter.evidence, at_counter.reason.as_str());
    work.audit(action, &id.to_string(), Some(&reason)).await
}

fn told(row: &RecoveryRow) -> Recovery {
    Recovery {
        id: row.id,
        // A word this version does not know is of a newer one, and none that anybody waits for.
        state: row.state.parse().unwrap_or(RecoveryState::Over),
        effective_at: row.effective_at,
        first_password: None,
    }
}

fn is_over(row: &RecoveryRow, now: UnixTime) -> bool {
    now.since(UnixTime(row.asked_at)) >= WAIT
}

/// Its owner has a day to object; as long a second person may take.
const WAIT: Seconds = Seconds(86_400);
/// Who has deceived a counter gets a day less to use it: a new authenticator proves nothing yet.
const SHUT_AFTERWARDS: Seconds = Seconds(86_400);
/// As for a new account.
const FIRST_PASSWORD_LASTS: Seconds = Seconds(7 * 86_400);
const AT_ONCE: i64 = 100;
