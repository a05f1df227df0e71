//! The seal keys in use, and whom to trust for seals.
//!
//! Opened when first needed, so that an installation that issues nothing has none; a key made by the command line while
//! the server runs is found the next time it is asked for.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use liangzheng_core::seal::SealTrust;

use crate::config::SealsConfig;
use crate::signing::{FileSealKeys, KeyStoreError, SealKey, SealKeyStore};

/// Seal keys and authorities.
pub struct Seals {
    config: SealsConfig,
    opened: Mutex<Opened>,
}

#[derive(Default)]
struct Opened {
    store: Option<Arc<dyn SealKeyStore>>,
    keys: HashMap<String, SealKey>,
}

/// The file of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct NoSealTrust {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl Seals {
    /// Those of `config`.
    pub fn new(config: SealsConfig) -> Self {
        Self { config, opened: Mutex::default() }
    }

    /// The key kept under `name`.
    pub fn key(&self, name: &str) -> Result<SealKey, KeyStoreError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = opened.keys.get(name) {
            return Ok(key.clone());
        }
        let store = match &opened.store {
            Some(store) => Arc::clone(store),
            None => {
                let store = FileSealKeys::existing(&self.config.keys, &self.config.keystore_pass_file)?;
                Arc::clone(opened.store.insert(Arc::new(store)))
            }
        };
        let key = store.open(name)?;
        opened.keys.insert(name.to_owned(), key.clone());
        Ok(key)
    }

    /// Whom to trust, read anew each time: revocation lists are replaced while the server runs.
    pub fn trust(&self) -> Result<(String, SealTrust), NoSealTrust> {
        read_trust(&self.config)
    }
}

/// Reads the file of authorities: its text, and what it says.
pub fn read_trust(config: &SealsConfig) -> Result<(String, SealTrust), NoSealTrust> {
    let path = &config.trust;
    let wrong = |why: String| NoSealTrust { path: path.clone(), why };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let trust = SealTrust::from_pem(&text)
        .map_err(|_| wrong("give PEM certificates of authorities and their revocation lists".into()))?;
    Ok((text, trust))
}
