//! Whether the database does its work, found out by having it do some.
//!
//! A database that only reads (a full disk, a writer that hangs, a standby) answers a `SELECT` as ever. So something is
//! written too. Anybody may ask `/readyz`, and each write costs a flush of the disk: one asker at a time looks, and
//! what was found is told to all for `FRESH`.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::storage::{Db, StorageError, job_lease};

/// What was found last.
#[derive(Debug, Default)]
pub struct Readiness {
    last: Mutex<Option<(Instant, Result<(), NotReady>)>>,
}

/// Why the database cannot do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// It does not answer.
    Database,
    /// It answers and takes nothing.
    Writer,
}

impl NotReady {
    /// For programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Writer => "database-writer",
        }
    }
}

impl Readiness {
    /// Looks, or tells what was seen a moment ago; within `LOOK` whatever the database does.
    pub async fn database(&self, db: &Db) -> Result<(), NotReady> {
        let look = async {
            let mut last = self.last.lock().await;
            if let Some((_, found)) = last.filter(|(at, _)| at.elapsed() < FRESH) {
                return found;
            }
            let found = timeout(LOOK, prove(db)).await.unwrap_or(Err(NotReady::Database));
            *last = Some((Instant::now(), found));
            found
        };
        // Who waits for another's look need not wait longer than for its own.
        timeout(LOOK, look).await.unwrap_or(Err(NotReady::Database))
    }
}

async fn prove(db: &Db) -> Result<(), NotReady> {
    tell(db.ping().await, NotReady::Database)?;
    tell(write(db).await, NotReady::Writer)
}

async fn write(db: &Db) -> Result<(), StorageError> {
    let mut tx = db.begin_write().await?;
    let now = tx.clock_ms().await?;
    job_lease::touch(&mut tx, now).await?;
    tx.commit().await
}

fn tell(outcome: Result<(), StorageError>, reason: NotReady) -> Result<(), NotReady> {
    outcome.map_err(|error| {
        tracing::warn!(%error, reason = reason.as_str(), "not ready");
        reason
    })
}

/// Who asks (a load balancer, an operator) gets an answer within two seconds, so that it need not guess.
const LOOK: Duration = Duration::from_millis(1500);
const FRESH: Duration = Duration::from_secs(1);
