//! `[registers]`: the base registers with which holders are compared before a licence is issued (R26).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// Where the base registers are, and how this platform proves itself there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistersConfig {
    /// Address of the population register: takes `POST [{id_type, id_number, name}…]`, answers `[{match, detail}…]`.
    /// Absent = natural persons are compared with nothing, and drafts say so.
    pub population: Option<String>,
    /// Address of the register of legal persons and other organisations.
    pub legal: Option<String>,
    /// File with the token that is sent as `Authorization: Bearer`.
    pub bearer_file: Option<PathBuf>,
    /// PEM file with the certificates that may stand at the end of the registers' chains; absent = those of the web.
    pub ca_file: Option<PathBuf>,
    /// PEM file with this platform's certificate, for registers that ask for one.
    pub client_certificate_file: Option<PathBuf>,
    /// PEM file with its key.
    pub client_key_file: Option<PathBuf>,
    /// How long a register may take to answer, in seconds.
    pub timeout_seconds: u64,
}

impl Default for RegistersConfig {
    fn default() -> Self {
        Self {
            population: None,
            legal: None,
            bearer_file: None,
            ca_file: None,
            client_certificate_file: None,
            client_key_file: None,
            timeout_seconds: 5,
        }
    }
}

impl RegistersConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (key, url) in [("registers.population", &self.population), ("registers.legal", &self.legal)] {
            let is_address = |url: &String| {
                let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
                host.is_some_and(|host| {
                    !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c == '#' || c == '@')
                })
            };
            require(url.as_ref().is_none_or(is_address), key, "must be an http:// or https:// address")?;
        }
        require(
            self.client_certificate_file.is_some() == self.client_key_file.is_some(),
            "registers.client_key_file",
            "a certificate and its key go together",
        )?;
        require((1..=20).contains(&self.timeout_seconds), "registers.timeout_seconds", "must be 1 to 20")
    }
}
