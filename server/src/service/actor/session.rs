//! Sessions: opening and ending them, and whom a request speaks for.
//!
//! A token is 256 random bits; the database has its SHA-256. Open sessions are remembered in memory, so that a request
//! reads no database, and forgotten by the change feed ([`crate::storage::change`]): a logout or a disabled account
//! counts here at once and on other servers within a second.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use liangzheng_core::time::{Seconds, UnixTime};
use zeroize::Zeroizing;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
pub use crate::domain::actor::account::Principal;
use crate::domain::ids::{AccountId, HolderId, SessionId};
use crate::secrets::Secrets;
use crate::service::work::{Work, WorkError};
use crate::storage::actor::account::{AccountRow, open_name};
use crate::storage::actor::session::{NewSession, SessionRow};
use crate::storage::change::Change;
use crate::storage::{self, StorageError, Tx};

/// How a token travels. One given as a cookie is no Bearer token and the reverse: a script on a page can read neither
/// from the other, and the checks of cookies cannot be stepped around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// `Authorization: Bearer`, for programs.
    Bearer,
    /// A `__Host-` cookie, for our own pages.
    Cookie,
}

impl Carrier {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Cookie => "cookie",
        }
    }
}

/// Ends the session; its shows end with it.
pub async fn log_out(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<(), WorkError> {
    let mut work = Work::begin(app, permit).await?;
    let session = permit.principal().session;
    storage::actor::session::end(&mut work.tx, session, work.now).await?;
    work.changed(Change::Session(session)).await?;
    work.audit("end session", &session.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Disables an account: its next request is refused.
pub async fn disable(app: &App, account: AccountId) -> Result<(), StorageError> {
    let mut work = Work::of_server(app).await?;
    storage::actor::account::disable(&mut work.tx, account, work.now).await?;
    work.changed(Change::Account(account)).await?;
    work.audit("disable account", &account.to_string(), None).await?;
    work.finish().await
}

/// Whom a token speaks for; `None` if for nobody.
pub async fn authenticate(
    app: &App,
    token: &str,
    carrier: Carrier,
) -> Result<Option<Arc<Principal>>, StorageError> {
    let Some(hash) = hash_of(token) else { return Ok(None) };
    let now = app.now();
    let epoch = app.sessions.epoch();
    if let Some(known) = app.sessions.find(&hash).filter(|known| now < known.fresh_until) {
        return Ok(known.speaks_for(carrier));
    }
    let mut tx = app.db.begin_read().await?;
    let row = storage::actor::session::find(&mut tx, &hash, now).await?;
    let Some(row) = row else { return Ok(None) };
    let known = known(&mut tx, &app.secrets, row, now).await?;
    tx.commit().await?;
    let principal = known.speaks_for(carrier);
    app.sessions.keep(hash, known, epoch, now);
    Ok(principal)
}

/// The account of a session remembered here. It may be over by now: [`authenticate`] says.
pub fn remembered_account(app: &App, token: &str, carrier: Carrier) -> Option<AccountId> {
    let known = app.sessions.find(&hash_of(token)?)?;
    (known.carrier == carrier).then(|| known.principal.account)
}

/// Sessions remembered in memory.
#[derive(Debug, Default)]
pub struct SessionCache {
    known: RwLock<HashMap<[u8; 32], Known>>,
    epoch: AtomicU64,
}

#[derive(Clone, Debug)]
struct Known {
    principal: Arc<Principal>,
    carrier: Carrier,
    /// When the session is over, or the first of the principal's roles and agencies ends: then it is read
    /// again.
    fresh_until: UnixTime,
}

impl Known {
    fn speaks_for(&self, carrier: Carrier) -> Option<Arc<Principal>> {
        (self.carrier == carrier).then(|| Arc::clone(&self.principal))
    }
}

impl SessionCache {
    /// Forgets what a change made old.
    pub fn apply(&self, change: &Change) {
        let stale = |known: &Known| match change {
            Change::Session(id) => known.principal.session == *id,
            Change::Account(id) => known.principal.account == *id,
            _ => false,
        };
        if !matches!(change, Change::Session(_) | Change::Account(_)) {
            return;
        }
        let mut sessions = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Raised under the lock: a reader that began before cannot put its old copy back.
        self.epoch.fetch_add(1, Ordering::SeqCst);
        sessions.retain(|_, known| !stale(known));
    }

    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    fn find(&self, hash: &[u8; 32]) -> Option<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn keep(&self, hash: [u8; 32], known: Known, epoch: u64, now: UnixTime) {
        let mut sessions = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if self.epoch() != epoch {
            return;
        }
        if sessions.len() >= MAX_REMEMBERED {
            sessions.retain(|_, known| now < known.fresh_until);
        }
        if sessions.len() < MAX_REMEMBERED {
            sessions.insert(hash, known);
        }
    }
}

/// A session as remembered: with everything its account may act as now.
async fn known(
    tx: &mut Tx,
    secrets: &Secrets,
    row: SessionRow,
    now: UnixTime,
) -> Result<Known, StorageError> {
    let carrier = match row.carrier.as_str() {
        "bearer" => Carrier::Bearer,
        "cookie" => Carrier::Cookie,
        _ => {
            return Err(StorageError::Inconsistent {
                table: "actor_session",
                column: "carrier",
                row: row.id.to_string(),
            });
        }
    };
    let role_ends = storage::actor::membership::next_end(tx, row.account, now).await?;
    let agency_ends = storage::actor::agency::next_end(tx, row.account, now).await?;
    let expires_at = UnixTime(row.expires_at);
    let name = open_name(secrets, row.account, &row.name)?;
    let identity = Identity { account: row.account, login: row.login, name, holder: row.holder };
    let principal = principal_of(tx, identity, row.id, now).await?;
    let fresh_until = role_ends.into_iter().chain(agency_ends).fold(expires_at, UnixTime::min);
    Ok(Known { principal: Arc::new(principal), carrier, fresh_until })
}

/// Opens a session of `account`: its token, when it is over, and whom it speaks for.
pub(super) async fn open(
    app: &App,
    tx: &mut Tx,
    account: AccountRow,
    carrier: Carrier,
    now: UnixTime,
) -> Result<(Zeroizing<String>, UnixTime, Principal), StorageError> {
    let (token, session) = new_session(app, account.id, carrier, now);
    storage::actor::session::insert(tx, &session).await?;
    let name = open_name(&app.secrets, account.id, &account.name)?;
    let identity = Identity { account: account.id, login: account.login, name, holder: account.holder };
    let principal = principal_of(tx, identity, session.id, now).await?;
    Ok((token, session.expires_at, principal))
}

fn new_session(
    app: &App,
    account: AccountId,
    carrier: Carrier,
    now: UnixTime,
) -> (Zeroizing<String>, NewSession) {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let secret = Zeroizing::new(app.entropy.bytes::<32>());
    let token = Zeroizing::new(format!("{TOKEN_PREFIX}{}", Base64UrlUnpadded::encode_string(&*secret)));
    let session = NewSession {
        id: SessionId::generate(now, &*app.entropy),
        account,
        token_sha256: sha256(token.as_bytes()),
        carrier: carrier.as_str(),
        created_at: now,
        expires_at: now.plus(Seconds(app.config.sessions.lifetime_seconds)),
    };
    (token, session)
}

/// Who an account is.
struct Identity {
    account: AccountId,
    login: String,
    name: String,
    holder: Option<HolderId>,
}

/// What the account may act as at `now`.
async fn principal_of(
    tx: &mut Tx,
    identity: Identity,
    session: SessionId,
    now: UnixTime,
) -> Result<Principal, StorageError> {
    let Identity { account, login, name, holder } = identity;
    let agencies = storage::actor::agency::of_account(tx, account, now).await?;
    let membership = storage::actor::membership::of_account(tx, account, now).await?;
    Ok(Principal { account, session, login, name, holder, agencies, membership })
}

/// The hash of a text that looks like a token of ours; anything else is not worth a look.
fn hash_of(token: &str) -> Option<[u8; 32]> {
    (token.len() == TOKEN_PREFIX.len() + 43 && token.starts_with(TOKEN_PREFIX))
        .then(|| sha256(token.as_bytes()))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap_or_default()
}

/// What tokens begin with, so that a leaked one is recognised for what it is.
const TOKEN_PREFIX: &str = "lzs_";
/// Sessions remembered per server, about 400 bytes each; others are read from the database each time.
const MAX_REMEMBERED: usize = 100_000;
