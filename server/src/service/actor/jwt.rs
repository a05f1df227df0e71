//! Reading signed JSON of others: clients' assertions and providers' ID tokens.
//!
//! The library checks the signature and no more; which key and which one algorithm is said by the caller, and times,
//! issuer and audience are looked at by its typed claims and this server's clock. Headers that change how a token is to be
//! read (`crit`, `b64`) are refused: the library passes over what it does not know.

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What a token says of itself, before anything of it is believed.
#[derive(Debug, Deserialize)]
pub struct Header {
    /// With what it claims to be signed.
    pub alg: String,
    /// The key it names.
    pub kid: Option<String>,
    crit: Option<serde_json::Value>,
    b64: Option<serde_json::Value>,
}

/// A token that is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Not three parts of base64url with JSON, or with headers that are not known.
    #[error("malformed")]
    Malformed,
    /// Another algorithm than the one that is allowed.
    #[error("another algorithm")]
    Algorithm,
    /// The signature is not the key's, or a claim is missing or of a wrong type.
    #[error("not signed by the key, or with claims of other types")]
    Refused,
}

/// One audience or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audience {
    /// Whether `wanted` is among them.
    pub fn names(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Several(all) => all.iter().any(|one| one == wanted),
        }
    }

    /// Whether it is `wanted` and nobody else.
    pub fn is_only(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Several(all) => all.len() == 1 && self.names(wanted),
        }
    }
}

/// The header of a token.
pub fn header(token: &str) -> Result<Header, JwtError> {
    let (first, _) = parts(token)?;
    let header: Header = json(first)?;
    if header.crit.is_some() || header.b64.is_some() {
        return Err(JwtError::Malformed);
    }
    Ok(header)
}

/// The claims of a token as nobody has checked them: only to find the key by.
pub fn unchecked<T: DeserializeOwned>(token: &str) -> Result<T, JwtError> {
    let (_, second) = parts(token)?;
    json(second)
}

/// The claims of a token signed by `key` with `algorithm`, and by nothing else.
pub fn checked<T: DeserializeOwned>(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Result<T, JwtError> {
    let named: Algorithm = header(token)?.alg.parse().map_err(|_| JwtError::Algorithm)?;
    if named != algorithm {
        return Err(JwtError::Algorithm);
    }
    let mut validation = Validation::new(algorithm);
    // By this server's clock and by typed claims, not by the machine's and by names.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = jsonwebtoken::decode::<T>(token, key, &validation);
    decoded.map(|decoded| decoded.claims).map_err(|_| JwtError::Refused)
}

fn parts(token: &str) -> Result<(&str, &str), JwtError> {
    if token.len() > MAX_LENGTH {
        return Err(JwtError::Malformed);
    }
    let mut parts = token.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(first), Some(second), Some(_), None) => Ok((first, second)),
        _ => Err(JwtError::Malformed),
    }
}

fn json<T: DeserializeOwned>(part: &str) -> Result<T, JwtError> {
    let bytes = Base64UrlUnpadded::decode_vec(part).map_err(|_| JwtError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| JwtError::Malformed)
}

/// Longer ones are nobody's.
const MAX_LENGTH: usize = 16 * 1024;
