//! `[clients]`: programs of others.

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// Programs of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientsConfig {
    /// Whether codes are made for any program that logs in with a person's password; else for our own pages and
    /// registered clients only.
    ///
    /// `true` is for demonstrations and scripts: a program that asks people for their passwords is nobody's you know.
    pub bearer_sessions: bool,
    /// Life of a registered client's token, in seconds; at most a quarter of an hour.
    pub token_seconds: i64,
}

impl Default for ClientsConfig {
    fn default() -> Self {
        Self { bearer_sessions: false, token_seconds: 900 }
    }
}

impl ClientsConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        require((60..=900).contains(&self.token_seconds), "clients.token_seconds", "must be 60 to 900")
    }
}
