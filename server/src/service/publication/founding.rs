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
use crate::storage::{self, StorageError, Tx};

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
///
/// Asked in the transaction that begins one, behind [`claim`], the answer holds until its end.
pub async fn is_untouched(tx: &mut Tx) -> Result<bool, StorageError> {
    let is_used = storage::actor::account::any(tx).await?
        || !storage::publication::keys::all(tx).await?.is_empty()
        || !storage::publication::trust::lists(tx).await?.is_empty();
    Ok(!is_used)
}

/// Makes everybody else who begins an installation in this database wait until `work` has ended. False: there is one.
pub async fn claim(work: &mut Work<'_>) -> Result<bool, StorageError> {
    // The feed's head is one row, which each change takes and holds.
    work.changed(Change::Keys).await?;
    is_untouched(&mut work.tx).await
}

/// Makes a key for every purpose.
pub async fn make_keys(
    work: &mut Work<'_>,
    store: &dyn KeyStore,
    entropy: &dyn Entropy,
) -> Result<(), KeyLifeError> {
    // A minute back, so that a verifier whose clock is a little slow takes the first tokens too.
    let nbf = work.now.minus(EARLY_SLACK);
    for purpose in ALL_PURPOSES {
        key_life::add_within(work, store, purpose, nbf, entropy).await?;
    }
    Ok(())
}

/// Signs `content` with the key that [`make_keys`] made, and publishes it as the first catalogue.
pub async fn publish_first_catalogue(
    work: &mut Work<'_>,
    store: &dyn KeyStore,
    tokens: &TokensConfig,
) -> Result<(), FoundingError> {
    let content = empty_catalogue();
    let purpose = Purpose::Catalogue;
    let keys = storage::publication::keys::all(&mut work.tx).await?;
    let key = keys.iter().find(|key| key.purpose == purpose_name(purpose));
    let key = key.ok_or(NoActiveKey { purpose }).map_err(PublishError::from)?;
    let row = sign_catalogue_row(content, &*store.open(&key.kid)?.signer, tokens, work.now)?;
    storage::publication::trust::insert_catalogue(&mut work.tx, &row).await?;
    work.changed(Change::Catalogue).await?;
    work.audit("publish catalogue", &row.version.to_string(), None).await?;
    Ok(())
}

/// Version 1 names nothing yet; its times are set when it is signed.
fn empty_catalogue() -> Catalogue {
    Catalogue {
        iss: String::new(),
        version: 1,
        iat: UnixTime(0),
        exp: UnixTime(0),
        units: Vec::new(),
        kinds: Vec::new(),
        scenes: Vec::new(),
    }
}
