//! Everything that signs, publishes and remembers tokens, put together once at start.

use std::sync::Arc;

use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::RootSet;
use liangzheng_core::verify::Verifier;

use crate::config::TokensConfig;
use crate::domain::clock::{Clock, Entropy};
use crate::service::publication::keys::Keys;
use crate::service::publication::publish::{self, PublishError, Publisher};
use crate::service::publication::status::StatusBook;
use crate::service::publication::trust::{TrustBook, TrustError};
use crate::service::showing::open_shows::Hot;
use crate::service::trace::access_log::AccessLog;
use crate::signing::{KeyStore, KeyStoreError};
use crate::storage::change::Change;
use crate::storage::{self, Db, StorageError};

/// The signing side of a running server. One per process, shared by all workers.
pub struct Tokens {
    /// The operator's name and the lifetimes.
    pub config: TokensConfig,
    /// How this server is named in tokens, without a slash at its end.
    pub base_url: String,
    /// The signing keys.
    pub keys: Keys,
    /// Trust lists and catalogue.
    pub trust: TrustBook,
    /// Status lists.
    pub status: StatusBook,
    /// Open shows.
    pub hot: Hot,
    /// The access log's writer.
    pub log: AccessLog,
    /// Signs status lists.
    pub publisher: Publisher,
    /// What `POST /api/v1/verify` judges by.
    pub judge: Judge,
    /// The newest change when this server began to read what is published: where the poller goes on.
    pub feed_start: i64,
}

/// What the verify route judges by.
#[derive(Default)]
pub enum Judge {
    /// The lists this server publishes, and the current status in its database.
    #[default]
    Own,
    /// Lists given from outside and no database, as an offline verifier has them: the server then answers as the
    /// command line and the browser do on the same lists, which the shared vectors assert.
    Given {
        /// Holds the given lists.
        verifier: Box<Verifier>,
        /// Whether accepted presentations are remembered, and a second showing refused.
        remember: bool,
    },
}

/// Why the signing side cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
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

/// Reads keys, lists and shards, signs what is due, and starts the access log's writer.
pub async fn start(
    db: &Db,
    config: TokensConfig,
    base_url: String,
    store: Arc<dyn KeyStore>,
    roots: RootSet,
    judge: Judge,
    clock: &dyn Clock,
) -> Result<Tokens, StartError> {
    let now = clock.now();
    let mut tx = db.begin_write().await?;
    crate::service::publication::status::ensure_list(&mut tx, &base_url, now).await?;
    let feed_start = storage::change::head(&mut tx).await?;
    tx.commit().await?;
    let tokens = Tokens {
        trust: TrustBook::load(db, roots, now).await?,
        keys: Keys::new(store),
        status: StatusBook::default(),
        hot: Hot::default(),
        log: AccessLog::start(db.clone()),
        publisher: Publisher::default(),
        judge,
        feed_start,
        config,
        base_url,
    };
    tokens.reload_keys(db).await?;
    tokens.status.reload(db).await?;
    publish::renew_catalogue(db, &tokens, now).await?;
    match publish::publish(db, &tokens, clock, true).await {
        // What is published stays good for a while; an operator with a wrong clock needs a running server to see it.
        Err(error @ PublishError::ClockBehind { .. }) => tracing::error!(%error, "status lists not renewed"),
        outcome => drop(outcome?),
    }
    Ok(tokens)
}

/// Reads the pinned root file.
pub fn read_roots(path: &std::path::Path) -> Result<RootSet, StartError> {
    let problem = |problem: String| StartError::Roots { path: path.display().to_string(), problem };
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| problem(error.to_string()))
}

impl Tokens {
    /// Opens the keys that are published and not withdrawn, in the list or in the register.
    ///
    /// The register counts at once: between a compromise and the list that tells of it, this server must already
    /// have stopped signing with that key.
    pub async fn reload_keys(&self, db: &Db) -> Result<(), StartError> {
        let mut tx = db.begin_read().await?;
        let register = storage::publication::keys::all(&mut tx).await?;
        tx.commit().await?;
        let state = self.trust.current();
        let id = &self.config.operator;
        let mut operator =
            state.operator(id).cloned().ok_or_else(|| TrustError::NotNamed { id: id.clone() })?;
        operator.keys.retain(|key| {
            !register
                .iter()
                .any(|row| row.kid == key.kid && (row.compromised == 1 || row.revoked_at.is_some()))
        });
        Ok(self.keys.reload(&operator)?)
    }

    /// Forgets and reads again what a change made old. Called right after a commit here, and by the poller for
    /// changes of other servers; doing it twice harms nothing.
    pub async fn apply(&self, db: &Db, change: &Change, now: UnixTime) {
        self.hot.apply(change);
        let outcome = match change {
            Change::Trust | Change::Catalogue => self.reload_trust(db, now).await,
            Change::Keys => self.reload_keys(db).await,
            Change::Published => self.status.reload(db).await.map_err(StartError::from),
            Change::Status => {
                self.status.changed.notify_one();
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, ?change, "a change could not be taken in; the old state stays in force");
        }
    }

    async fn reload_trust(&self, db: &Db, now: UnixTime) -> Result<(), StartError> {
        self.trust.reload(db, now).await?;
        self.reload_keys(db).await
    }

    /// A fresh token name.
    pub fn jti(entropy: &dyn Entropy) -> liangzheng_core::token::Jti {
        liangzheng_core::token::Jti::from_bytes(entropy.bytes())
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("base_url", &self.base_url)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}
