//! The phone's proof: a key-binding JWT over one grant (RFC 9901 §4.3).

use alloc::{format, string::String};

use sha2::{Digest, Sha256};

use super::Nonce;
use crate::{
    base64url, jws,
    limits::MAX_TOKEN_DEPTH,
    members::{Members, is_proof_audience},
    refusal::Refusal,
    time::UnixTime,
};

/// The claims of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofClaims {
    /// When the phone made it, by the phone's clock.
    pub iat: UnixTime,
    /// The class, or `<class>#<unit>` when it answers a challenge.
    pub aud: String,
    /// The challenge's nonce, or 12 fresh random bytes.
    pub nonce: Nonce,
    /// base64url of the SHA-256 of the grant.
    pub sd_hash: String,
}

/// Reads the payload of a proof.
///
/// # Errors
/// The first claim that is missing, of the wrong form, or not agreed.
pub fn parse(payload: &[u8]) -> Result<ProofClaims, Refusal> {
    let mut members = Members::read(payload, MAX_TOKEN_DEPTH, &["iat", "aud", "nonce", "sd_hash"])?;
    Ok(ProofClaims {
        iat: members.time("iat")?,
        aud: members.text_if("aud", is_proof_audience)?,
        nonce: members.parsed("nonce", Nonce::parse)?,
        sd_hash: members.text_if("sd_hash", |text| text.len() == 43)?,
    })
}

/// `sd_hash` for a grant; `grant` ends with `~` and is hashed whole.
pub fn sd_hash(grant: &str) -> String {
    base64url::encode(Sha256::digest(grant.as_bytes()))
}

/// What the phone's key signs: header and claims of a proof for `grant` (ending with `~`).
///
/// `audience` is the scene's class, or [`super::Challenge::proof_audience`] in answer to a challenge.
pub fn signing_input(grant: &str, audience: &str, nonce: &Nonce, iat: UnixTime) -> String {
    let audience = serde_json::to_string(audience).unwrap_or_default();
    let payload =
        format!(r#"{{"iat":{iat},"aud":{audience},"nonce":"{nonce}","sd_hash":"{}"}}"#, sd_hash(grant));
    jws::signing_input(r#"{"alg":"ES256","typ":"kb+jwt"}"#, payload.as_bytes())
}

/// The presentation `<grant>~<kb>` from its parts; `signature` is raw r‖s.
pub fn attach(grant: &str, signing_input: &str, signature: &[u8; 64]) -> String {
    format!("{grant}{signing_input}.{}", base64url::encode(signature))
}
