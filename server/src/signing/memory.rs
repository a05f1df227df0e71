//! A key store that forgets: for tests and for keys that must not outlive the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use liangzheng_core::key::AwsLcSigner;

use super::{KeyStore, KeyStoreError, StoredKey, check_name};

/// Keys in memory only.
#[derive(Debug, Default)]
pub struct MemoryKeyStore {
    keys: Mutex<HashMap<String, StoredKey>>,
}

impl KeyStore for MemoryKeyStore {
    fn generate(&self, kid: &str) -> Result<StoredKey, KeyStoreError> {
        check_name(kid)?;
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.contains_key(kid) {
            return Err(KeyStoreError::Exists { kid: kid.to_owned() });
        }
        let (signer, _pkcs8) = AwsLcSigner::generate(kid)?;
        let key = StoredKey { public: signer.public_key(), signer: Arc::new(signer) };
        keys.insert(kid.to_owned(), key.clone());
        Ok(key)
    }

    fn open(&self, kid: &str) -> Result<StoredKey, KeyStoreError> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(kid).cloned().ok_or_else(|| KeyStoreError::Absent { kid: kid.to_owned() })
    }
}
