//! Work that no request waits for: publishing, taking in other servers' changes, renewing, forgetting.

use std::sync::Arc;
use std::time::Duration;

use liangzheng_core::time::{Seconds, UnixTime};
use tokio::task::JoinHandle;

use crate::App;
use crate::service::licence::annual_inspection;
use crate::service::publication::publish;
use crate::storage::{self, StorageError, change};

/// The running workers; dropping this stops them.
#[derive(Debug)]
pub struct Workers(JoinHandle<()>);

impl Drop for Workers {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts the workers on the current runtime.
pub fn start(app: Arc<App>) -> Workers {
    Workers(tokio::spawn(run(app)))
}

async fn run(app: Arc<App>) {
    let mut seen = app.feed_start;
    let mut cleaned_at = UnixTime(0);
    loop {
        // A change made here rings; one made elsewhere is found at the next look.
        let _ = tokio::time::timeout(LOOK_EVERY, app.status_lists.changed.notified()).await;
        if let Err(error) = take_in(&app, &mut seen).await {
            tracing::error!(%error, "the change feed cannot be read; caches may be stale");
        }
        match publish::publish(&app, false).await {
            Ok(true) => tracing::debug!("status lists published"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "status lists cannot be published"),
        }
        let now = app.clock.now();
        if now.since(cleaned_at) >= CLEAN_EVERY {
            cleaned_at = now;
            housekeeping(&app, now).await;
        }
    }
}

/// Reads the change feed from where it was left.
async fn take_in(app: &App, seen: &mut i64) -> Result<(), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let changes = change::since(&mut tx, *seen).await?;
    tx.commit().await?;
    for (seq, change) in changes {
        app.apply(&change).await;
        *seen = seq;
    }
    Ok(())
}

async fn housekeeping(app: &App, now: UnixTime) {
    app.open_shows.sweep(now);
    app.limits.forget_idle();
    if let Err(error) = annual_inspection::mark_overdue(app).await {
        tracing::error!(%error, "overdue inspections cannot be marked");
    }
    if let Err(error) = publish::renew_catalogue(app).await {
        tracing::error!(%error, "the catalogue cannot be renewed");
    }
    if let Err(error) = forget(app, now).await {
        tracing::error!(%error, "old rows cannot be removed");
    }
}

async fn forget(app: &App, now: UnixTime) -> Result<(), StorageError> {
    let mut tx = app.db.begin_write().await?;
    storage::publication::status::forget(
        &mut tx,
        now.minus(Seconds(app.config.tokens.delta_history_seconds)),
    )
    .await?;
    change::forget(&mut tx, now.minus(KEEP_CHANGES)).await?;
    storage::showing::show::forget(&mut tx, now.minus(KEEP_SHOWS)).await?;
    storage::showing::show::forget_spent(&mut tx, now.minus(KEEP_SPENT)).await?;
    storage::actor::session::forget(&mut tx, now.minus(KEEP_SESSIONS)).await?;
    storage::actor::account::forget_failures(&mut tx, now).await?;
    storage::idempotency::forget(&mut tx, now.minus(KEEP_REPLIES)).await?;
    crate::service::publication::status::grow(&mut tx, &app.base_url, now).await?;
    tx.commit().await
}

/// Half the second that a cache of another server may be stale.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const CLEAN_EVERY: Seconds = Seconds(60);
/// Longer than any server is away and comes back with its caches full.
const KEEP_CHANGES: Seconds = Seconds(86_400);
const KEEP_SHOWS: Seconds = Seconds(3600);
/// A day after their end, so that a log line of yesterday still finds its session.
const KEEP_SESSIONS: Seconds = Seconds(86_400);
/// How long a repeated request finds its first answer (ux.md §3).
const KEEP_REPLIES: Seconds = Seconds(86_400);
/// Beyond the verifiers' slack for early codes, so that a spent token can never be spent again.
const KEEP_SPENT: Seconds = Seconds(300);
