//! `[oidc]`: the identity provider by which citizens log in (OpenID Connect).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// The identity provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// Its address, as `iss` of its tokens says it; absent = there is none. Its endpoints and keys are found below it
    /// (`/.well-known/openid-configuration`).
    pub issuer: Option<String>,
    /// How this server is known there. Its redirect address is `{server.base_url}/api/v1/login/oidc/callback`.
    pub client_id: String,
    /// File with the secret it gave this server; absent = none, PKCE alone.
    pub client_secret_file: Option<PathBuf>,
    /// The one algorithm of its ID tokens: `RS256`, `PS256`, `ES256` or `EdDSA`.
    pub algorithm: String,
    /// The level of assurance (`acr`) that is asked for and must be named by every ID token; absent = none.
    pub acr: Option<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim with the type of document: 111 for a citizen (GB/T 36903).
    pub id_type_claim: String,
    /// The claim with the number.
    pub id_number_claim: String,
    /// The claim with the name.
    pub name_claim: String,
    /// How long it may take to answer, in seconds.
    pub timeout_seconds: u64,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: "liangzheng".into(),
            client_secret_file: None,
            algorithm: "ES256".into(),
            acr: None,
            scopes: vec!["profile".into()],
            id_type_claim: "id_type".into(),
            id_number_claim: "id_number".into(),
            name_claim: "name".into(),
            timeout_seconds: 5,
        }
    }
}

impl OidcConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let Some(issuer) = &self.issuer else { return Ok(()) };
        // What is sent there in the clear could be changed on the way, keys included.
        let is_here = ["http://127.0.0.1", "http://localhost"].iter().any(|here| issuer.starts_with(here));
        require(issuer.starts_with("https://") || is_here, "oidc.issuer", "must be an https:// address")?;
        require(!self.client_id.is_empty(), "oidc.client_id", "must not be empty")?;
        let known = ["RS256", "PS256", "ES256", "EdDSA"].contains(&self.algorithm.as_str());
        require(known, "oidc.algorithm", "must be RS256, PS256, ES256 or EdDSA")?;
        // Requests have 30 seconds; three may go to the provider.
        require((1..=8).contains(&self.timeout_seconds), "oidc.timeout_seconds", "must be 1 to 8")
    }
}
