//! `[database]`: where rows are kept.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// Where rows are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:FILE` or `postgres://user@host/name`; a password belongs into `password_file`.
    pub url: String,
    /// Connections: readers on SQLite, all on PostgreSQL.
    pub connections: u32,
    /// File with the PostgreSQL password.
    pub password_file: Option<PathBuf>,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite:liangzheng.db".into(), connections: 8, password_file: None }
    }
}

impl DatabaseConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let scheme = self.url.split(':').next().unwrap_or("");
        require(
            matches!(scheme, "sqlite" | "postgres" | "postgresql"),
            "database.url",
            "must begin with sqlite: or postgres:",
        )?;
        let memory = self.url.contains(":memory:") || self.url.contains("mode=memory");
        require(!memory, "database.url", "must be a file: nothing acknowledged may be lost")?;
        require((1..=1000).contains(&self.connections), "database.connections", "must be 1 to 1000")
    }
}
