//! `[secrets]`: files that hold secrets.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Files that hold secrets. Each must be readable by the server's own user only (0600).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretsConfig {
    /// 32 random bytes from which the keys for personal data at rest, for idempotency fingerprints and the
    /// password pepper are derived. Made at the first start; back it up apart from the database, for without it
    /// the faces of licences cannot be read and no login works. All servers of one database share it.
    pub master_file: PathBuf,
    /// A token with which `/metrics` may be read from elsewhere than this machine.
    pub metrics_token_file: Option<PathBuf>,
}

impl Default for SecretsConfig {
    fn default() -> Self {
        Self { master_file: "master.key".into(), metrics_token_file: None }
    }
}
