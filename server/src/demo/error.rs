//! Why a demo cannot be made or started.

use std::path::PathBuf;

use crate::secrets::SecretsError;
use crate::service::issuing::seal_life::SealLifeError;
use crate::service::publication::ceremony::CeremonyError;
use crate::service::publication::founding::FoundingError;
use crate::service::publication::key_life::KeyLifeError;
use crate::signing::{KeyStoreError, SealCaError};
use crate::storage::StorageError;

/// Why the demo cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The folder holds something else.
    #[error("{0} is neither empty nor a demo folder; give another --data")]
    NotADemo(PathBuf),
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the folder, or the embedded data, cannot be read.
    #[error("{what}: {problem}")]
    Data {
        /// Which.
        what: String,
        /// What is wrong.
        problem: String,
    },
    /// The licences do not fit.
    #[error("{shards} status lists have room for {room} licences; give more --shards")]
    TooFewShards {
        /// Status lists asked for.
        shards: u32,
        /// What they hold when they are half full, as they are kept.
        room: u64,
    },
    /// A server works on the folder.
    #[error(
        "a server is running on this folder, or was killed a moment ago; stop it, wait 3 s and try again"
    )]
    Running,
    /// Keys.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
    /// The life of keys.
    #[error(transparent)]
    KeyLife(#[from] KeyLifeError),
    /// Signing the trust list.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// Seals.
    #[error(transparent)]
    SealLife(#[from] SealLifeError),
    /// The demo's authority for seals.
    #[error(transparent)]
    SealCa(#[from] SealCaError),
    /// The first catalogue.
    #[error(transparent)]
    Founding(#[from] FoundingError),
    /// The master secret.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What stands in an embedded file, or why it cannot be read.
pub(super) fn embedded<T>(what: &str, read: Result<T, serde_json::Error>) -> Result<T, DemoError> {
    read.map_err(|error| DemoError::Data { what: what.into(), problem: error.to_string() })
}

/// Something of the demo's data is not as it should be.
pub(super) fn wrong(what: &str, problem: &str) -> DemoError {
    DemoError::Data { what: what.to_owned(), problem: problem.to_owned() }
}
