//! `[sessions]`: how long logins last.

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// How long logins last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsConfig {
    /// Life of a session, in seconds.
    pub lifetime_seconds: i64,
}

impl Default for SessionsConfig {
    fn default() -> Self {
        // 12 hours: one shift at a counter; a wallet asks for the PIN at each showing anyway (ASVS 7.3.2).
        Self { lifetime_seconds: 12 * 3600 }
    }
}

impl SessionsConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        require(
            (60..=30 * 86_400).contains(&self.lifetime_seconds),
            "sessions.lifetime_seconds",
            "must be 60 (a minute) to 2592000 (30 days)",
        )
    }
}
