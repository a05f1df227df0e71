//! Publishing status lists: a publication holds the state of all shards at one moment.
//!
//! A status change is on the wire about a second after its commit. A publication costs what the shards cost that
//! changed: their arrays are unpacked, brought up to date, hashed and packed; nothing is signed until it is asked for
//! ([`super::status_lists`]). One is made at half the lists' `ttl` too, so that a verifier that fetches on time never
//! holds an ageing list, when another key becomes the active one, and at each start.
//!
//! Of several servers the one that has the lease publishes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use liangzheng_core::key::SignError;
use liangzheng_core::status::{SHARD_BYTES, StatusArray, StatusValue, packed};
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::trust::Purpose;
use tokio::sync::{Mutex, Notify};
use tokio::task::spawn_blocking;

use crate::App;
use crate::domain::clock::{Clock, Entropy};
use crate::service::lease::{self, Lease};
use crate::service::publication::clock_watch::ClockWatch;
use crate::service::publication::keys::NoActiveKey;
use crate::service::work::Work;
use crate::storage::change::{self, Change};
use crate::storage::publication::status;
use crate::storage::publication::status_publication::{self as publications, ArrayRow, PublicationRow};
use crate::storage::{Db, StorageError, Tx};

/// This server as a publisher.
#[derive(Debug)]
pub struct Publisher {
    /// Under which it publishes.
    pub lease: Lease,
    /// Rung when an index changed here, so that the publisher need not wait for its next look.
    pub changed: Notify,
    /// Whether the machine's clock may be believed.
    pub clock: ClockWatch,
    /// Two publications of one process would be of the same second.
    turn: Mutex<()>,
    /// Whether the last turn failed for a reason that does not pass by itself.
    is_failing: AtomicBool,
}

/// Why acts do not reach verifiers that have no network at the moment of verifying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// This machine's clock jumped or is in doubt, or what is published lies ahead of it.
    Clock,
    /// Publishing fails; the log says why.
    Publication,
}

impl Trouble {
    /// For programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Publication => "publication",
        }
    }
}

impl Publisher {
    /// A publisher without the lease.
    pub fn new(clock: &dyn Clock, entropy: &dyn Entropy) -> Self {
        Self {
            lease: Lease::new(LEASE_NAME, entropy),
            changed: Notify::new(),
            clock: ClockWatch::new(clock),
            turn: Mutex::new(()),
            is_failing: AtomicBool::new(false),
        }
    }

    /// Keeps how a turn ended; whether that is news worth a line in the log.
    pub fn note(&self, error: Option<&PublishError>) -> bool {
        // A database that fails is told apart already, and passes.
        let is_failing = error.is_some_and(|error| !matches!(error, PublishError::Storage(_)));
        let before = self.is_failing.swap(is_failing, Ordering::Relaxed);
        error.is_some() && !(before && is_failing)
    }
}

/// Why nothing could be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// No key of the purpose may sign now.
    #[error(transparent)]
    NoKey(#[from] NoActiveKey),
    /// Signing failed.
    #[error("signing failed: {0}")]
    Sign(#[from] SignError),
    /// The machine's clock stands before the last publication.
    #[error("the clock stands {behind} s before the last publication; lists may not go back in time")]
    ClockBehind {
        /// By how much.
        behind: i64,
    },
    /// The machine's clock went otherwise than time did.
    #[error("the clock jumped by {by} s; nothing is signed for verifiers until it is set right")]
    ClockJumped {
        /// By how much; negative if back.
        by: i64,
    },
    /// The newest publication lay back further, when the server started, than an outage lasts.
    #[error(
        "the newest lists lay {gap} s back at start; nothing is signed for verifiers until the clock is known to be right"
    )]
    ClockDoubted {
        /// By how much.
        gap: i64,
    },
    /// The thread in which an array was packed came to an end.
    #[error("an array could not be packed: {0}")]
    Pack(#[from] tokio::task::JoinError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl PublishError {
    /// Whether it is the clock that keeps things from being published.
    pub const fn is_of_the_clock(&self) -> bool {
        matches!(self, Self::ClockBehind { .. } | Self::ClockJumped { .. } | Self::ClockDoubted { .. })
    }
}

/// Makes a publication if this server has the lease and a change waits, half the `ttl` has passed, the status key is
/// another, or `force`.
///
/// Returns whether something new is on the wire.
pub async fn publish(app: &App, force: bool) -> Result<bool, PublishError> {
    let _turn = app.publisher.turn.lock().await;
    let Some(epoch) = app.publisher.lease.epoch() else { return Ok(false) };
    believed(app)?;
    let now = app.now();
    let signer = app.keys.signer(Purpose::Status, now)?;
    let mut tx = app.db.begin_read().await?;
    let seq = change::head(&mut tx).await?;
    let newest = publications::newest(&mut tx).await?;
    let touched = touched(&mut tx, newest.as_ref(), seq).await?;

    let age = newest.as_ref().map_or(Seconds(i64::MAX), |newest| now.since(UnixTime(newest.iat)));
    let renewal = age.0 >= app.config.tokens.status_ttl_seconds / 2;
    let other_key = newest.as_ref().is_none_or(|newest| newest.kid != signer.kid());
    if touched.is_empty() && !(renewal || other_key || force) {
        return Ok(false);
    }
    if age.0 <= 0 {
        // The same second is waited out; verifiers refuse what lies ahead of their clocks.
        return if age.0 == 0 { Ok(false) } else { Err(PublishError::ClockBehind { behind: -age.0 }) };
    }
    let mut shards = Vec::with_capacity(touched.len());
    for (list, changes) in touched {
        shards.push(bring_up(&mut tx, list, changes).await?);
    }
    tx.commit().await?;
    let exp = now.plus(app.config.tokens.status_lifetime()).0;
    let row = PublicationRow { iat: now.0, exp, seq, kid: signer.kid().to_owned(), epoch };
    Ok(keep(app, &row, shards).await?)
}

/// Nothing that verifiers order by its time is signed by a clock that jumped.
pub fn believed(app: &App) -> Result<(), PublishError> {
    let clock = &app.publisher.clock;
    if let Some(by) = clock.look(&*app.clock) {
        return Err(PublishError::ClockJumped { by: by.0 });
    }
    clock.doubted().map_or(Ok(()), |gap| Err(PublishError::ClockDoubted { gap: gap.0 }))
}

/// What keeps acts from being published, if anything does.
pub fn trouble(app: &App) -> Option<Trouble> {
    let newest = app.status_lists.newest_seen();
    let is_ahead = newest.is_some_and(|newest| UnixTime(newest.iat).since(app.now()) > SERVERS_DIFFER);
    let clock = &app.publisher.clock;
    if is_ahead || clock.jumped().is_some() || clock.doubted().is_some() {
        return Some(Trouble::Clock);
    }
    let fails = app.publisher.is_failing.load(Ordering::Relaxed) && app.publisher.lease.epoch().is_some();
    fails.then_some(Trouble::Publication)
}

/// Whether some server is publishing: one is running on this database.
pub async fn lease_is_held(db: &Db) -> Result<bool, StorageError> {
    lease::is_held(db, LEASE_NAME).await
}

/// The shards that changed since `newest` or are in no publication yet, with their changes up to `seq`, oldest first.
async fn touched(
    tx: &mut Tx,
    newest: Option<&PublicationRow>,
    seq: i64,
) -> Result<BTreeMap<i64, Vec<(i64, i64)>>, StorageError> {
    let mut touched: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    for (list, idx, value) in status::changes(tx, newest.map_or(0, |row| row.seq), seq).await? {
        touched.entry(list).or_default().push((idx, value));
    }
    for list in publications::unpublished_lists(tx).await? {
        touched.entry(list).or_default();
    }
    Ok(touched)
}

/// A shard as it is published now.
struct Shard {
    list: i64,
    /// Packed, and the hash; `None`: the array came out as it was.
    new: Option<(String, [u8; 32])>,
    is_first: bool,
}

/// Brings a shard's array up to date, in a thread where it keeps no other work waiting: it is half a megabyte.
async fn bring_up(tx: &mut Tx, list: i64, changes: Vec<(i64, i64)>) -> Result<Shard, PublishError> {
    let held = publications::array(tx, list).await?;
    let before = held.as_ref().and_then(|row| <[u8; 32]>::try_from(row.sha256.as_slice()).ok());
    let is_first = held.is_none();
    if let Some(row) = held {
        let new = spawn_blocking(move || Some(pack(unpack(&row)?, before, changes))).await?;
        if let Some(new) = new {
            return Ok(Shard { list, new, is_first });
        }
        // Verifiers compare what they have with the hash, so nothing may be built on an array that has another.
        tracing::error!(
            list,
            "the kept array has another hash than was published; it is made again from its indexes"
        );
    }
    let all = status::not_valid(tx, list).await?;
    let new = spawn_blocking(move || pack(StatusArray::new(), before, all)).await?;
    Ok(Shard { list, new, is_first })
}

/// The array that was published last; `None` if it is not the one whose hash was.
fn unpack(row: &ArrayRow) -> Option<StatusArray> {
    let array = StatusArray::from_bytes(packed::inflate(&row.packed, SHARD_BYTES).ok()?)?;
    (array.sha256()[..] == row.sha256[..]).then_some(array)
}

/// The array with `changes` (idx, value) in it, unless it has the hash `before` again.
fn pack(
    mut array: StatusArray,
    before: Option<[u8; 32]>,
    changes: Vec<(i64, i64)>,
) -> Option<(String, [u8; 32])> {
    for (idx, value) in changes {
        let value = u8::try_from(value).ok().and_then(StatusValue::from_wire);
        // The tables' CHECKs allow no other; should one slip through, a licence must not read as valid.
        let value = value.unwrap_or(StatusValue::Final);
        if let Ok(idx) = u32::try_from(idx) {
            array.set(idx, value);
        }
    }
    let sha256 = array.sha256();
    (before != Some(sha256)).then(|| (packed::deflate(array.bytes()), sha256))
}

async fn keep(app: &App, row: &PublicationRow, shards: Vec<Shard>) -> Result<bool, StorageError> {
    let mut work = Work::of_server(app).await?;
    // The feed's head is locked first, as by every command that changes a status.
    work.changed(Change::Published).await?;
    if !app.publisher.lease.hold(&mut work.tx, row.epoch).await? {
        tracing::warn!(epoch = row.epoch, "a publication came too late: another server has the lease");
        return Ok(false);
    }
    if !publications::insert(&mut work.tx, row).await? {
        return Ok(false); // the one before was of the same second
    }
    for shard in shards {
        if let Some((packed, sha256)) = &shard.new {
            publications::put_array(&mut work.tx, shard.list, row.iat, packed, sha256).await?;
        }
        if shard.is_first {
            publications::set_first_published(&mut work.tx, shard.list, row.iat).await?;
        }
    }
    work.finish().await?;
    Ok(true)
}

/// Clocks of servers that a time server keeps differ by less.
const SERVERS_DIFFER: Seconds = Seconds(10);

const LEASE_NAME: &str = "publisher";
