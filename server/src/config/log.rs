//! `[log]`: what is written to stdout.

use serde::{Deserialize, Serialize};

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What is written to stdout. Never personal data, tokens or keys, at any level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `info`, or directives like `liangzheng_server=debug,sqlx=warn`.
    pub filter: String,
    /// How log lines look.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        // What strangers send that is not HTTP is their error: at actix's own level they could fill a disk with it.
        let filter = "info,sqlx=warn,actix_http=off,actix_server=warn".into();
        Self { filter, format: LogFormat::Text }
    }
}
