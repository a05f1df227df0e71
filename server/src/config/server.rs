//! `[server]`: addresses, names, folders.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// Addresses, names and folders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// The name of this server in tokens and links, without a slash at its end; absent = `http://` + the address.
    ///
    /// Status list addresses are made from it once and never change, so set it before the first licence is shown.
    pub base_url: Option<String>,
    /// Threads that answer requests; 0 = one per core.
    pub workers: usize,
    /// Folder with the browser modules (`.wasm`, `.js`) that `cargo xtask demo` builds.
    pub assets: Option<PathBuf>,
    /// The one proxy whose `X-Forwarded-For` is believed; absent = none, the peer is the client.
    pub trusted_proxy: Option<IpAddr>,
    /// How long requests in flight may take to end after SIGTERM, in seconds.
    pub drain_seconds: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            workers: 0,
            assets: None,
            trusted_proxy: None,
            drain_seconds: 30,
        }
    }
}

impl ServerConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if let Some(url) = &self.base_url {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            require(
                host.is_some_and(|h| !h.is_empty() && !h.contains(['?', '#', ' '])),
                "server.base_url",
                "must be an http:// or https:// address",
            )?;
            require(!url.ends_with('/'), "server.base_url", "must not end with a slash")?;
        }
        require(self.workers <= 1024, "server.workers", "must be at most 1024")
    }
}
