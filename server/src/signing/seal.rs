//! Keys that set seals: SM2, in a store of their own, never used for tokens.
//!
//! [`SealSigner`] is asked for a signature and may take its time: a signing server (签章服务器) or a cryptographic module
//! would be one more implementation, with keys that never leave it. Here is the one that keeps keys in sealed files.

use std::future::{Future, ready};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use liangzheng_core::seal::Sm2Key;
use zeroize::Zeroizing;

use super::{FileKeyStore, KeyStoreError};
use crate::domain::clock::Entropy;

/// A signature under way.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, KeyStoreError>> + Send + 'a>>;

/// Signs with one seal key.
pub trait SealSigner: Send + Sync {
    /// SM2 with SM3 over `message`, DER.
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a>;
}

/// A seal key: its signer and its public half.
#[derive(Clone)]
pub struct SealKey {
    /// Signs with it.
    pub signer: Arc<dyn SealSigner>,
    /// SubjectPublicKeyInfo, DER.
    pub public: Vec<u8>,
}

/// Keeps seal keys.
pub trait SealKeyStore: Send + Sync {
    /// Makes a key; a name already held is refused.
    fn generate(&self, name: &str, entropy: &dyn Entropy) -> Result<SealKey, KeyStoreError>;
    /// The key kept under `name`.
    fn open(&self, name: &str) -> Result<SealKey, KeyStoreError>;
}

/// Seal keys in a folder, each sealed as operator keys are, under a pass phrase of its own.
#[derive(Debug)]
pub struct FileSealKeys(FileKeyStore);

impl FileSealKeys {
    /// Opens the store in `folder`, making it and its pass phrase if they are absent.
    pub fn open_or_create(folder: &Path, pass_file: &Path) -> Result<Self, KeyStoreError> {
        FileKeyStore::open_or_create(folder, pass_file).map(Self)
    }

    /// Opens the store in `folder`, making nothing.
    pub fn existing(folder: &Path, pass_file: &Path) -> Result<Self, KeyStoreError> {
        FileKeyStore::existing(folder, pass_file).map(Self)
    }

    /// Makes a key and hands it out as it is: for an authority that signs by hand.
    pub(super) fn make(&self, name: &str, entropy: &dyn Entropy) -> Result<Sm2Key, KeyStoreError> {
        let key = fresh(entropy);
        let pkcs8 = Zeroizing::new(key.to_pkcs8().ok_or(KeyStoreError::Crypto)?);
        self.0.keep(name, &pkcs8)?;
        Ok(key)
    }

    /// A key as it is.
    pub(super) fn take(&self, name: &str) -> Result<Sm2Key, KeyStoreError> {
        Sm2Key::from_pkcs8(&self.0.kept(name)?).ok_or(KeyStoreError::Crypto)
    }
}

impl SealKeyStore for FileSealKeys {
    fn generate(&self, name: &str, entropy: &dyn Entropy) -> Result<SealKey, KeyStoreError> {
        seal_key(self.make(name, entropy)?)
    }

    fn open(&self, name: &str) -> Result<SealKey, KeyStoreError> {
        seal_key(self.take(name)?)
    }
}

fn seal_key(key: Sm2Key) -> Result<SealKey, KeyStoreError> {
    let public = key.public().ok_or(KeyStoreError::Crypto)?;
    Ok(SealKey { public, signer: Arc::new(InProcess(key)) })
}

/// A key in this process.
struct InProcess(Sm2Key);

impl SealSigner for InProcess {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(ready(self.0.sign(message).ok_or(KeyStoreError::Crypto)))
    }
}

/// One secret in 2^32 or so is none: then the next.
fn fresh(entropy: &dyn Entropy) -> Sm2Key {
    loop {
        let secret = Zeroizing::new(entropy.bytes::<32>());
        if let Some(key) = Sm2Key::from_secret(&secret) {
            return key;
        }
    }
}
