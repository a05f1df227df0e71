//! Sessions: opening and ending them, and whom a request speaks for.
//!
//! A token is a random name ([`super::mark`]); the database has its SHA-256. Open sessions are remembered in memory, so that a request
//! reads no database, and forgotten by the change feed ([`crate::storage::change`]): a logout or a disabled account
//! counts here at once and on other servers within a second.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use liangzheng_core::text::is_hidden;
use liangzheng_core::time::{Seconds, UnixTime};
use zeroize::Zeroizing;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
pub use crate::domain::actor::account::Principal;
pub use crate::domain::actor::session::{Carrier, Proof};
use crate::domain::ids::{AccountId, ClientId, SessionId};
use crate::service::actor::mark::{self, Mark};
use crate::service::actor::members;
use crate::service::work::{Work, WorkError};
use crate::storage::actor::account::{AccountRow, open_name};
use crate::storage::actor::session::{NewSession, SessionRow, seal_agent};
use crate::storage::change::Change;
use crate::storage::{self, StorageError, Tx};

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
    members::disable(&mut work, account).await?;
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
    if !is_ours(app, token) {
        return Ok(None);
    }
    let now = app.now();
    let epoch = app.sessions.epoch();
    if let Some(known) = app.sessions.find(&hash).filter(|known| now < known.fresh_until) {
        return Ok(known.speaks_for(carrier));
    }
    let mut tx = app.db.begin_read().await?;
    let row = storage::actor::session::find(&mut tx, &hash, now).await?;
    let Some(row) = row else { return Ok(None) };
    let known = known(app, &mut tx, row, now).await?;
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

/// Whether the token was given out here, though its session may be over.
pub fn is_ours(app: &App, token: &str) -> bool {
    token.strip_prefix(TOKEN_PREFIX).is_some_and(|name| Mark::Session.is_ours(&app.secrets, name))
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
async fn known(app: &App, tx: &mut Tx, row: SessionRow, now: UnixTime) -> Result<Known, StorageError> {
    let broken =
        |column| StorageError::Inconsistent { table: "actor_session", column, row: row.id.to_string() };
    let carrier = row.carrier.parse().map_err(|_| broken("carrier"))?;
    let proof: Proof = row.proof.parse().map_err(|_| broken("proof"))?;
    let account = row.account;
    let role_ends = storage::actor::membership::next_end(tx, account, now).await?;
    let agency_ends = storage::actor::agency::next_end(tx, account, now).await?;
    let matters = match proof {
        Proof::Client => Some(storage::actor::client::matters_of(tx, account).await?),
        Proof::Password | Proof::Totp | Proof::OpenIdConnect => None,
    };
    let has_client = row.client.is_some();
    let principal = Principal {
        account,
        session: row.id,
        name: open_name(&app.secrets, account, &row.name)?,
        login: row.login,
        holder: row.holder,
        agencies: storage::actor::agency::of_account(tx, account, now).await?,
        membership: storage::actor::membership::of_account(tx, account, now).await?,
        must_change_password: row.first_password_until.is_some(),
        carrier,
        proof,
        member_bar: proof.bar(app.config.access.staff_factor),
        is_recognised: carrier == Carrier::Cookie || has_client || app.config.clients.bearer_sessions,
        matters,
    };
    let expires_at = UnixTime(row.expires_at);
    let fresh_until = role_ends.into_iter().chain(agency_ends).fold(expires_at, UnixTime::min);
    Ok(Known { principal: Arc::new(principal), carrier, fresh_until })
}

/// How somebody comes into a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// How the token is to travel.
    pub(super) carrier: Carrier,
    /// What proved who it is.
    pub(super) proof: Proof,
    /// What the browser or program calls itself.
    pub(super) agent: Option<&'a str>,
    /// How long it lives; `None`: as long as a person's.
    pub(super) lives: Option<Seconds>,
    /// The registered client through which a person came.
    pub(super) through: Option<ClientId>,
}

/// A session that has just begun.
pub(super) struct Opened {
    /// Its token.
    pub(super) token: Zeroizing<String>,
    /// When it is over.
    pub(super) expires_at: UnixTime,
    known: Known,
    epoch: u64,
}

impl Opened {
    /// Whom it speaks for.
    pub(super) fn principal(&self) -> &Principal {
        &self.known.principal
    }

    /// Keeps it in memory, once it is committed: from its first request on it is counted by account
    /// ([`remembered_account`]) and not with its address.
    pub(super) fn remember(&self, app: &App, now: UnixTime) {
        app.sessions.keep(sha256(self.token.as_bytes()), self.known.clone(), self.epoch, now);
    }
}

/// Opens a session of `account`.
pub(super) async fn open(
    app: &App,
    tx: &mut Tx,
    account: AccountRow,
    entry: Entry<'_>,
    now: UnixTime,
) -> Result<Opened, StorageError> {
    let epoch = app.sessions.epoch();
    let (token, session) = new_session(app, account.id, entry, now);
    storage::actor::session::insert(tx, &session).await?;
    storage::actor::membership::seen(tx, account.id, now).await?;
    let expires_at = session.expires_at;
    let row = SessionRow {
        id: session.id,
        account: account.id,
        carrier: entry.carrier.as_str().to_owned(),
        proof: entry.proof.as_str().to_owned(),
        client: entry.through,
        expires_at: expires_at.0,
        login: account.login,
        name: account.name,
        holder: account.holder,
        first_password_until: account.first_password_until,
    };
    let known = known(app, tx, row, now).await?;
    Ok(Opened { token, expires_at, known, epoch })
}

fn new_session(
    app: &App,
    account: AccountId,
    entry: Entry<'_>,
    now: UnixTime,
) -> (Zeroizing<String>, NewSession) {
    let name = Mark::Session.invent(&app.secrets, &*app.entropy);
    let token = Zeroizing::new(format!("{TOKEN_PREFIX}{}", name.as_str()));
    let id = SessionId::generate(now, &*app.entropy);
    let seal = |agent: &str| {
        let shortened: String = agent.chars().filter(|c| !is_hidden(*c)).take(MAX_AGENT).collect();
        seal_agent(&app.secrets, &*app.entropy, id, &shortened)
    };
    let session = NewSession {
        id,
        account,
        token_sha256: sha256(token.as_bytes()),
        carrier: entry.carrier,
        proof: entry.proof,
        client: entry.through,
        agent: entry.agent.map(seal),
        created_at: now,
        expires_at: now.plus(entry.lives.unwrap_or(Seconds(app.config.sessions.lifetime_seconds))),
    };
    (token, session)
}

/// The hash of a text that looks like a token of ours; anything else is not worth a look.
fn hash_of(token: &str) -> Option<[u8; 32]> {
    (token.len() == TOKEN_PREFIX.len() + mark::LENGTH && token.starts_with(TOKEN_PREFIX))
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
/// Characters kept of what a browser calls itself; it may send kilobytes.
const MAX_AGENT: usize = 200;
