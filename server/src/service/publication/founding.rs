//! The beginning of an installation: a key for every purpose, and the first catalogue.
//!
//! The first trust list comes between the two or after them, from whoever holds the root keys.

use liangzheng_core::limits::EARLY_SLACK;
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::{Catalogue, Purpose};

use crate::config::TokensConfig;
use crate::domain::clock::Entropy;
use crate::service::publication::catalogue::sign_catalogue_row;
use crate::service::publication::key_life::{self, KeyLifeError};
use crate::service::publication::keys::{ALL_PURPOSES, NoActiveKey, purpose_name};
use crate::service::publication::publisher::PublishError;
use crate::service::work::Work;
use crate::signing::{KeyStore, KeyStoreError};
use crate::storage::change::Change;
use crate::storage::{self, Db, StorageError};

/// Why the first catalogue could not be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoundingError {
    /// The key store.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// Signing.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whether nobody has begun an installation in this database.
pub async fn is_untouched(db: &Db) -> Result<bool, StorageError> {
    let mut tx = db.begin_read().await?;
    let is_used = storage::actor::account::any(&mut tx).await?
        || !storage::publication::keys::all(&mut tx).await?.is_empty()
        || !storage::publication::trust::lists(&mut tx).await?.is_empty();
    tx.commit().await?;
    Ok(!is_used)
}

/// Makes a key for every purpose.
pub async fn make_keys(
    db: &Db,
    store: &dyn KeyStore,
    entropy: &dyn Entropy,
    now: UnixTime,
) -> Result<(), KeyLifeError> {
    // A minute back, so that a verifier whose clock is a little slow takes the first tokens too.
    let nbf = now.minus(EARLY_SLACK);
    for purpose in ALL_PURPOSES {
        key_life::add(db, store, purpose, nbf, entropy, now).await?;
    }
    Ok(())
}

/// Signs `content` with the key that [`make_keys`] made, and publishes it as the first catalogue.
pub async fn publish_first_catalogue(
    db: &Db,
    store: &dyn KeyStore,
    content: Catalogue,
    tokens: &TokensConfig,
    now: UnixTime,
) -> Result<(), FoundingError> {
    let purpose = Purpose::Catalogue;
    let keys = key_life::list(db).await?;
    let key = keys.iter().find(|key| key.purpose == purpose_name(purpose));
    let key = key.ok_or(NoActiveKey { purpose }).map_err(PublishError::from)?;
    let row = sign_catalogue_row(content, &*store.open(&key.kid)?.signer, tokens, now)?;
    let mut work = Work::without_server(db, now).await?;
    storage::publication::trust::insert_catalogue(&mut work.tx, &row).await?;
    work.changed(Change::Catalogue).await?;
    work.audit("publish catalogue", &row.version.to_string(), None).await?;
    Ok(work.finish().await?)
}
