//! Logging in by an identity provider (OpenID Connect): for citizens, never for the work of a unit.
//!
//! What belongs to a login under way (state, nonce, PKCE, for whom it links) travels sealed in a cookie of the browser that
//! began it: nothing is written for who only comes by, and no other browser can finish it. The provider takes each code once.

mod binding;
mod provider;

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::time::{Seconds, UnixTime};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub(super) use provider::Identity;
pub use provider::Provider;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
use crate::domain::ids::{AccountId, SessionId};
use crate::storage::StorageError;

/// Where to send a browser, and what it must bring back.
#[derive(Debug)]
pub struct Begun {
    /// The provider's address.
    pub address: String,
    /// For the cookie of the login under way.
    pub attempt: Zeroizing<String>,
}

/// What the provider sent the browser back with.
#[derive(Clone, Copy, Debug)]
pub struct Returned<'a> {
    /// The code for tokens.
    pub code: Option<&'a str>,
    /// What we gave along.
    pub state: Option<&'a str>,
    /// The provider, by its own word (RFC 9207).
    pub issuer: Option<&'a str>,
    /// Why there is no code.
    pub error: Option<&'a str>,
}

/// What a login by the provider came to.
#[derive(Debug)]
pub enum Finished {
    /// Somebody is logged in.
    LoggedIn {
        /// The token, for the cookie.
        token: Zeroizing<String>,
        /// Over at the latest.
        expires_at: UnixTime,
    },
    /// The identity is linked to the account that asked for it.
    Linked,
}

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OidcError {
    /// No provider is configured.
    #[error("there is no identity provider")]
    NotConfigured,
    /// Too many logins from this address.
    #[error("too many logins")]
    TooMany {
        /// How long to wait.
        wait: Seconds,
    },
    /// The provider cannot be talked to.
    #[error("the identity provider: {0}")]
    Unavailable(&'static str),
    /// Its answer, or the browser's, is not believed.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The person, or the provider, said no.
    #[error("the login was broken off")]
    BrokenOff,
    /// What it says of the person is not what stands in the licences, or there are none.
    #[error("the identity is no holder's")]
    Unmatched,
    /// The holder has an account; its owner links it when he is logged in.
    #[error("the holder has an account that is not linked")]
    LinkNeeded,
    /// The identity is linked to another account, or the account to another identity.
    #[error("linked otherwise already")]
    LinkedOtherwise,
    /// The session that asked for the link is over, or the account is disabled.
    #[error("the session is over")]
    SessionOver,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A login under way.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attempt {
    state: String,
    nonce: String,
    verifier: String,
    /// Over at this time.
    until: i64,
    /// Who links an account, and in which session he asked for it.
    link: Option<(AccountId, SessionId)>,
}

/// Begins a login; with `linking`, the identity is to be linked to that person's account.
pub async fn begin(
    app: &App,
    address: std::net::IpAddr,
    linking: Option<&Permit<ManageOwnAccount>>,
) -> Result<Begun, OidcError> {
    let provider = app.oidc.as_ref().ok_or(OidcError::NotConfigured)?;
    app.limits.login(address).map_err(|wait| OidcError::TooMany { wait })?;
    let random = || Base64UrlUnpadded::encode_string(&app.entropy.bytes::<32>());
    let now = app.now();
    let attempt = Attempt {
        state: random(),
        nonce: random(),
        verifier: random(),
        until: now.plus(ATTEMPT_LIVES).0,
        link: linking.map(|permit| (permit.account(), permit.principal().session)),
    };
    let address = provider.authorization(&attempt, now).await?;
    let plain = Zeroizing::new(serde_json::to_vec(&attempt).unwrap_or_default());
    let sealed = app.secrets.seal(PLACE, &plain, &*app.entropy);
    Ok(Begun { address, attempt: Zeroizing::new(Base64UrlUnpadded::encode_string(&sealed)) })
}

/// Finishes what the browser that brings `attempt` began.
pub async fn finish(
    app: &App,
    attempt: Option<&str>,
    returned: Returned<'_>,
    address: std::net::IpAddr,
    agent: Option<&str>,
) -> Result<Finished, OidcError> {
    let provider = app.oidc.as_ref().ok_or(OidcError::NotConfigured)?;
    app.limits.login(address).map_err(|wait| OidcError::TooMany { wait })?;
    let attempt = attempt.and_then(|text| open(app, text));
    let attempt = attempt.ok_or(OidcError::Refused("this browser began no login"))?;
    if attempt.until <= app.now().0 {
        return Err(OidcError::Refused("the login took too long"));
    }
    if returned.state != Some(attempt.state.as_str()) {
        return Err(OidcError::Refused("state is another one's"));
    }
    if returned.issuer.is_some_and(|issuer| !provider.is_issuer(issuer)) {
        return Err(OidcError::Refused("another provider answers"));
    }
    if returned.error.is_some() {
        return Err(OidcError::BrokenOff);
    }
    let code = returned.code.ok_or(OidcError::Refused("there is no code"))?;
    let identity = provider.identity(&attempt, code, app.now()).await?;
    match attempt.link {
        Some((account, session)) => {
            binding::link(app, &identity, account, session).await?;
            Ok(Finished::Linked)
        }
        None => {
            let (token, expires_at) = binding::log_in(app, &identity, agent).await?;
            Ok(Finished::LoggedIn { token, expires_at })
        }
    }
}

fn open(app: &App, text: &str) -> Option<Attempt> {
    let sealed = Base64UrlUnpadded::decode_vec(text).ok()?;
    let plain = Zeroizing::new(app.secrets.open(PLACE, &sealed).ok()?);
    serde_json::from_slice(&plain).ok()
}

/// For what an attempt is sealed.
const PLACE: &str = "oidc.attempt";
/// How long a person may take at the provider; the browser keeps the cookie as long.
pub const ATTEMPT_LIVES: Seconds = Seconds(600);
