//! Where private keys are kept and how a signer is got from them.
//!
//! A key store holds PKCS#8 documents by `kid` and hands out ready signers; which key signs what, and when,
//! is decided by [`crate::service::publication::keys`]. What a store never does: publish, choose, or delete a key.
//! A PKCS#11 or KMS module would be one more [`KeyStore`]: it need only answer with its own signer.

mod file;
mod memory;
mod root;
mod root_folder;
mod seal;
mod seal_ca;

use std::fmt;
use std::sync::Arc;

use liangzheng_core::key::{PublicKey, SignError, Signer};

pub use file::{FileKeyStore, write_public};
pub use memory::MemoryKeyStore;
pub use root::{RootKey, write_root_key};
pub use root_folder::{NewRoots, root_files};
pub use seal::{FileSealKeys, SealKey, SealKeyStore, SealSigner, Signing};
pub(crate) use seal_ca::request as seal_request;
pub use seal_ca::{SealCa, SealCaError, Subject};

/// A private key together with the public half that goes into the trust list.
#[derive(Clone)]
pub struct StoredKey {
    /// Makes low-S ES256 signatures; parsed once, shared by every worker.
    pub signer: Arc<dyn Signer>,
    /// The public half.
    pub public: PublicKey,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKey").field("kid", &self.signer.kid()).finish_non_exhaustive()
    }
}

/// Keeps the operator's private keys.
pub trait KeyStore: Send + Sync {
    /// Makes a new P-256 key under `kid` and keeps it; a `kid` already held is refused.
    fn generate(&self, kid: &str) -> Result<StoredKey, KeyStoreError>;
    /// The key kept under `kid`.
    fn open(&self, kid: &str) -> Result<StoredKey, KeyStoreError>;
}

/// Why a key store could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// No key has this name.
    #[error("no key {kid:?} in the key store")]
    Absent {
        /// The name asked for.
        kid: String,
    },
    /// A key with this name exists; keys are never overwritten.
    #[error("the key store already holds a key {kid:?}")]
    Exists {
        /// The name asked for.
        kid: String,
    },
    /// A key name outside `[A-Za-z0-9_-]{1,64}`, which is also what a verifier accepts as `kid`.
    #[error("{kid:?} cannot name a key: use 1-64 of A-Z a-z 0-9 _ -")]
    Name {
        /// The name refused.
        kid: String,
    },
    /// The file is not a sealed key of this store, or its pass phrase is another one.
    #[error("{path} does not open: wrong keystore.pass, or the file was changed")]
    Sealed {
        /// The file.
        path: String,
    },
    /// A secret file that others may read.
    #[error("{path} may be read by others (mode {mode:o}); make it 0600")]
    Exposed {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// The PKCS#8 or PEM text is malformed.
    #[error("{path} is not a P-256 private key (PKCS#8)")]
    Malformed {
        /// The file.
        path: String,
    },
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The signature library refused.
    #[error("the signature library refused: {0}")]
    Sign(#[from] SignError),
    /// The random generator or the cipher failed, which a sound machine never shows.
    #[error("cryptographic library failure")]
    Crypto,
}

/// Whether `kid` may name a key: the rule a verifier applies (`E_KID_FORMAT`), which also keeps it a safe file name.
pub(crate) fn check_name(kid: &str) -> Result<(), KeyStoreError> {
    let fits = (1..=64).contains(&kid.len())
        && kid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits { Ok(()) } else { Err(KeyStoreError::Name { kid: kid.to_owned() }) }
}
