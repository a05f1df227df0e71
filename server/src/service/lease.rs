//! A lease: this server's turn at a job that one server at a time does.
//!
//! It lasts [`LEASE`] by the database's clock and is renewed in time by a job. What must not be done twice is guarded
//! by [`Lease::hold`] in its own transaction: a server that was stopped or asleep may believe for a while that it is
//! still its turn, and is then told otherwise.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::domain::clock::Entropy;
use crate::storage::{Db, StorageError, Tx, job_lease};

/// One lease, as this server knows it.
#[derive(Debug)]
pub struct Lease {
    name: &'static str,
    /// Of this start of this server: one that was restarted is another holder.
    server: String,
    held: Mutex<Option<Held>>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    epoch: i64,
    /// By this machine's steady clock, counted from before the database was asked: never later than the database's end.
    renewed: Instant,
}

impl Lease {
    /// The lease `name`, not held yet.
    pub fn new(name: &'static str, entropy: &dyn Entropy) -> Self {
        let server = Base64UrlUnpadded::encode_string(&entropy.bytes::<16>());
        Self { name, server, held: Mutex::new(None) }
    }

    /// The epoch under which it is this server's turn; `None` if it is another's.
    pub fn epoch(&self) -> Option<i64> {
        self.held().filter(|held| held.renewed.elapsed() < LEASE).map(|held| held.epoch)
    }

    /// Takes the lease if it is free, or renews it if it was not renewed for a while; returns whether it is held.
    ///
    /// A server without it only reads, so that waiting costs no write.
    pub async fn keep(&self, db: &Db) -> Result<bool, StorageError> {
        if self.held().is_some_and(|held| held.renewed.elapsed() < RENEW_AFTER) {
            return Ok(true);
        }
        let renewed = Instant::now();
        if !self.is_free(db).await? {
            self.set(None);
            return Ok(false);
        }
        let mut tx = db.begin_write().await?;
        let now = tx.clock_ms().await?;
        let until = now.saturating_add(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX));
        let epoch = job_lease::take(&mut tx, self.name, &self.server, now, until).await?;
        tx.commit().await?;
        let before = self.held().map(|held| held.epoch);
        if let Some(epoch) = epoch.filter(|_| epoch != before) {
            tracing::info!(lease = self.name, epoch, "this server has the lease now");
        }
        self.set(epoch.map(|epoch| Held { epoch, renewed }));
        Ok(epoch.is_some())
    }

    /// Whether the lease under `epoch` is still this server's; if so, nobody can take it before `tx` ends.
    pub async fn hold(&self, tx: &mut Tx, epoch: i64) -> Result<bool, StorageError> {
        let is_ours = job_lease::hold(tx, self.name, &self.server, epoch).await?;
        if !is_ours {
            self.set(None);
        }
        Ok(is_ours)
    }

    /// Gives the lease up, so that another server takes over at once.
    pub async fn release(&self, db: &Db) -> Result<(), StorageError> {
        if self.held().is_none() {
            return Ok(());
        }
        self.set(None);
        let mut tx = db.begin_write().await?;
        job_lease::release(&mut tx, self.name, &self.server).await?;
        tx.commit().await
    }

    /// Whether this server has or may take it.
    async fn is_free(&self, db: &Db) -> Result<bool, StorageError> {
        Ok(holder(db, self.name).await?.is_none_or(|server| server == self.server))
    }

    fn held(&self) -> Option<Held> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, held: Option<Held>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

/// Whether some server has the lease `name`.
pub async fn is_held(db: &Db, name: &str) -> Result<bool, StorageError> {
    Ok(holder(db, name).await?.is_some())
}

/// Who has the lease `name` at this moment.
async fn holder(db: &Db, name: &str) -> Result<Option<String>, StorageError> {
    let mut tx = db.begin_read().await?;
    let now = tx.clock_ms().await?;
    let row = job_lease::find(&mut tx, name).await?;
    tx.commit().await?;
    Ok(row.filter(|row| row.until_ms > now).map(|row| row.server))
}

/// With the second a publication takes at most, an act is on the wire within 5 s although its server was just killed.
pub const LEASE: Duration = Duration::from_secs(3);
/// Two renewals may be late or fail before the lease ends.
const RENEW_AFTER: Duration = Duration::from_secs(1);
