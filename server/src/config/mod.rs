//! What an operator may set: one struct per section, each with its defaults and its own `validate`.
//!
//! Sources, later ones win: defaults, a TOML file, the environment (`LZ__SECTION__KEY`), flags. Secrets are paths
//! of files, never values, so that neither `ps` nor a crash report shows them. An unknown key is an error that
//! names where it stands: a misspelt limit must not silently stay at its default.

mod access;
mod analyses;
mod clients;
mod clock;
mod database;
mod deadlines;
mod limits;
mod log;
mod notices;
mod oidc;
mod registers;
mod seals;
mod secrets;
mod server;
mod sessions;
mod tokens;

use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub use access::AccessConfig;
pub use analyses::AnalysesConfig;
pub use clients::ClientsConfig;
pub use clock::ClockConfig;
pub use database::DatabaseConfig;
pub use deadlines::DeadlinesConfig;
pub use limits::{LimitsConfig, RateConfig};
pub use log::{LogConfig, LogFormat};
pub use notices::{NoticesConfig, SmtpConfig, SmtpSecurity, WebhookConfig};
pub use oidc::OidcConfig;
pub use registers::RegistersConfig;
pub use seals::SealsConfig;
pub use secrets::SecretsConfig;
pub use server::ServerConfig;
pub use sessions::SessionsConfig;
pub use tokens::TokensConfig;

/// The whole configuration. Every field works when absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Addresses, names and folders.
    pub server: ServerConfig,
    /// Where rows are kept.
    pub database: DatabaseConfig,
    /// Files that hold secrets.
    pub secrets: SecretsConfig,
    /// How long logins last.
    pub sessions: SessionsConfig,
    /// What a session must have been made with.
    pub access: AccessConfig,
    /// Who approves counts over licences.
    pub analyses: AnalysesConfig,
    /// Programs of others.
    pub clients: ClientsConfig,
    /// The identity provider by which citizens log in.
    pub oidc: OidcConfig,
    /// Rates and queues.
    pub limits: LimitsConfig,
    /// The operator's name in tokens, its keys, and lifetimes.
    pub tokens: TokensConfig,
    /// By what the machine's clock is judged at start.
    pub clock: ClockConfig,
    /// The base registers with which holders are compared.
    pub registers: RegistersConfig,
    /// Working days after which things are due.
    pub deadlines: DeadlinesConfig,
    /// Keys of electronic seals, and whom to trust for them.
    pub seals: SealsConfig,
    /// By what notices and tasks go out.
    pub notices: NoticesConfig,
    /// What is written to stdout.
    pub log: LogConfig,
}

/// A value that cannot be used, or a file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A source is malformed; the text names the source and the key.
    #[error("{0}")]
    Source(Box<figment::Error>),
    /// The file given with `--config` is not there.
    #[error("no configuration file {0}")]
    NoFile(std::path::PathBuf),
    /// A value is outside its range.
    #[error("{key}: {problem}")]
    Value {
        /// `section.key`.
        key: &'static str,
        /// What is wrong and what would be right.
        problem: &'static str,
    },
    /// A value of `[tokens]` is outside its range.
    #[error("{0}")]
    Tokens(String),
}

impl From<figment::Error> for ConfigError {
    fn from(error: figment::Error) -> Self {
        Self::Source(Box::new(error))
    }
}

impl Config {
    /// Reads all sources. `flags` holds what was given on the command line, as `section.key` and value.
    pub fn load(file: Option<&Path>, flags: &[(&str, figment::value::Value)]) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError::NoFile(file.to_owned()));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Env::prefixed("LZ__").split("__"));
        for (key, value) in flags {
            figment = figment.merge(Serialized::default(key, value));
        }
        let config: Self = figment.extract()?;
        config.validate()?;
        Ok(config)
    }

    /// Checks every section.
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.server.validate()?;
        self.database.validate()?;
        self.sessions.validate()?;
        self.clients.validate()?;
        self.oidc.validate()?;
        self.limits.validate()?;
        self.clock.validate()?;
        self.deadlines.validate()?;
        self.registers.validate()?;
        self.notices.validate()?;
        self.tokens.validate().map_err(ConfigError::Tokens)
    }
}

/// `Err` naming `key` unless `right` holds.
fn require(right: bool, key: &'static str, problem: &'static str) -> Result<(), ConfigError> {
    if right { Ok(()) } else { Err(ConfigError::Value { key, problem }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        Config::default().validate().unwrap();
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let dir = std::env::temp_dir().join(format!("lz-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("c.toml");
        std::fs::write(&file, "[server]\nbind = \"127.0.0.1:9\"\nworkers = 3\n").unwrap();
        let config = Config::load(Some(&file), &[("server.workers", 5.into())]).unwrap();
        assert_eq!((config.server.bind.port(), config.server.workers), (9, 5));
        std::fs::write(&file, "[server]\nbnid = \"127.0.0.1:9\"\n").unwrap();
        let error = Config::load(Some(&file), &[]).unwrap_err().to_string();
        assert!(error.contains("bnid"), "{error}");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
