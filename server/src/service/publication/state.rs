//! The published state in memory: read at start, read again when a change made it old.

use std::path::Path;
use std::time::Duration;

use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::RootSet;

use super::publisher::{self, PublishError};
use super::trust::TrustError;
use super::{catalogue, clock_start, status};
use crate::App;
use crate::signing::KeyStoreError;
use crate::storage::change::Change;
use crate::storage::{self, Db, StorageError};

/// Why the published state cannot be read or renewed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The root file.
    #[error("{path}: {problem}")]
    Roots {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The key store.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// The published objects.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The first publication of status lists.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Makes the first status list if there is none. Returns the number of the newest change: whatever is read from the
/// database afterwards has all changes up to it.
pub async fn prepare(db: &Db, base_url: &str, now: UnixTime) -> Result<i64, StorageError> {
    let mut tx = db.begin_write().await?;
    status::ensure_lists(&mut tx, base_url, 1, now).await?;
    let head = storage::change::head(&mut tx).await?;
    tx.commit().await?;
    Ok(head)
}

/// Opens the keys and publishes what is due, unless another server does. Once, before the first request.
pub async fn start(app: &App) -> Result<(), StateError> {
    reload_keys(app).await?;
    clock_start::judge(app).await?;
    loop {
        if app.publisher.lease.keep(&app.db).await? {
            match catalogue::renew(app).await {
                Err(error) if error.is_of_the_clock() => tracing::error!(%error, "catalogue not renewed"),
                outcome => drop(outcome?),
            }
            match publisher::publish(app, true).await {
                // What is published stays good for a while; an operator with a wrong clock needs a running server to
                // see it.
                Err(error) if error.is_of_the_clock() => {
                    tracing::error!(%error, "status lists not renewed");
                    // Nothing will be published before somebody has looked at the clock.
                    app.status_lists.reload(&app.db).await?;
                    return Ok(());
                }
                outcome => drop(outcome?),
            }
        }
        app.status_lists.reload(&app.db).await?;
        if app.status_lists.newest_seen().is_some() {
            return Ok(());
        }
        // Another server has the lease and has published nothing yet, or has just been killed.
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Reads again what `change` made old; what cannot be read stays in force as it was, and the log says so.
pub async fn apply(app: &App, change: &Change) {
    let outcome = match change {
        Change::Trust | Change::Catalogue => reload_trust(app).await,
        Change::Keys => reload_keys(app).await,
        Change::Published => app.status_lists.reload(&app.db).await.map_err(StateError::from),
        Change::Clock(at) => accept_clock(app, *at).await,
        Change::Status => {
            app.publisher.changed.notify_one();
            Ok(())
        }
        _ => Ok(()),
    };
    if let Err(error) = outcome {
        tracing::error!(%error, ?change, "a change could not be read; the old state stays in force");
    }
}

/// Opens the keys that are published and not withdrawn, in the list or in the register.
///
/// The register counts at once: between a compromise and the list that tells of it, this server must already have
/// stopped signing with that key.
async fn reload_keys(app: &App) -> Result<(), StateError> {
    let mut tx = app.db.begin_read().await?;
    let register = storage::publication::keys::all(&mut tx).await?;
    tx.commit().await?;
    let state = app.trust.current();
    let id = &app.config.tokens.operator;
    let mut operator = state.operator(id).cloned().ok_or_else(|| TrustError::NotNamed { id: id.clone() })?;
    operator.keys.retain(|key| {
        !register.iter().any(|row| row.kid == key.kid && (row.compromised == 1 || row.revoked_at.is_some()))
    });
    Ok(app.keys.reload(&operator)?)
}

/// An operator said at `at` that this is the time. What was remembered may have been taken back.
async fn accept_clock(app: &App, at: UnixTime) -> Result<(), StateError> {
    let off = app.now().since(at);
    if off.0.unsigned_abs() > SAME_TIME {
        tracing::error!(
            off = off.0,
            "this machine's clock is not the one that is right: nothing is published here"
        );
    } else {
        app.publisher.clock.accept(&*app.clock);
    }
    app.status_lists.forget();
    app.status_lists.reload(&app.db).await?;
    app.publisher.changed.notify_one();
    Ok(())
}

async fn reload_trust(app: &App) -> Result<(), StateError> {
    app.trust.reload(&app.db, app.now()).await?;
    reload_keys(app).await
}

/// Reads the pinned root file.
pub fn read_roots(path: &Path) -> Result<RootSet, StateError> {
    let problem = |problem: String| StateError::Roots { path: path.display().to_string(), problem };
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| problem(error.to_string()))
}

/// Seconds between the operator's clock and this one, the change's way here included.
const SAME_TIME: u64 = 30;
/// How soon a server that starts looks again for the first publication.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
