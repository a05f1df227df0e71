//! Electronic seals: where their keys are and whom to trust for them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[seals]`: keys that set the units' seals, apart from those of tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SealsConfig {
    /// Folder of the sealed seal keys.
    pub keys: PathBuf,
    /// Pass phrase of that folder, mode 0600.
    pub keystore_pass_file: PathBuf,
    /// Certificates of the authorities to trust for seals, and their revocation lists, PEM.
    pub trust: PathBuf,
}

impl Default for SealsConfig {
    fn default() -> Self {
        Self {
            keys: "seal-keys".into(),
            keystore_pass_file: "seal-keys.pass".into(),
            trust: "seal-trust.pem".into(),
        }
    }
}
