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
    /// Origins whose pages may hold the verifier's frame (`/embed/{version}/frame`): `https://host`, with `:port` or
    /// `:*` for any port; none = nobody may.
    ///
    /// Each of them may draw around the frame what it likes; name only sites you would send people to.
    pub embed_origins: Vec<String>,
    /// The one proxy whose `X-Forwarded-For` or `Forwarded` is believed; absent = none, the peer is the client.
    pub trusted_proxy: Option<IpAddr>,
    /// How long a request may take from its first byte to its answer, and a client to take each part of the answer, in
    /// seconds.
    pub request_seconds: u64,
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
            embed_origins: Vec::new(),
            trusted_proxy: None,
            request_seconds: 30,
            drain_seconds: 5,
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
        require(
            self.embed_origins.iter().all(|origin| is_embed_origin(origin)),
            "server.embed_origins",
            "each must be https:// or http:// and a host, with :port or :* at most, like https://www.example.org",
        )?;
        require((1..=600).contains(&self.request_seconds), "server.request_seconds", "must be 1 to 600")?;
        require(self.drain_seconds <= 600, "server.drain_seconds", "must be at most 600")?;
        require(self.workers <= 1024, "server.workers", "must be at most 1024")
    }
}

/// An origin, or one with any port, in the spelling that both CSP's `frame-ancestors` and the frame's script compare: a
/// wildcard host would let whoever gets a subdomain in, and a path or a quote would change the policy it is put into.
fn is_embed_origin(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let host_is_plain = !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-');
    host_is_plain && port.is_none_or(|port| port == "*" || port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedding_site_is_an_origin_and_nothing_more() {
        for right in [
            "https://www.example.org",
            "https://www.example.org:8443",
            "http://localhost:*",
            "http://127.0.0.1",
        ] {
            assert!(is_embed_origin(right), "{right}");
        }
        for wrong in [
            "",
            "*",
            "https:",
            "https://",
            "https://*",
            "https://*.example.org",
            "https://example.org/",
            "https://example.org/path",
            "https://Example.org",
            "https://example.org:0",
            "https://example.org:99999",
            "https://example.org; script-src *",
            "https://example.org https://evil.example",
            "https://a\"b",
            "'self'",
            "ftp://example.org",
            "null",
        ] {
            assert!(!is_embed_origin(wrong), "{wrong}");
        }
    }
}
