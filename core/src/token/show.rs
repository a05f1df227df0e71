//! Profile S: a token the operator makes for each showing.

use alloc::{format, string::String, vec::Vec};

use super::{Jti, SHOW_TYP, ShowClaims, licence::SHOW_CLAIMS};
use crate::{
    jws,
    key::{SignError, Signer},
    limits::{MAX_HEADER, MAX_JWS, MAX_PAYLOAD, MAX_TOKEN_DEPTH},
    members::Members,
    refusal::Refusal,
    time::UnixTime,
};

/// Reads the payload of a `show+jwt`.
///
/// # Errors
/// The first claim that is missing, of the wrong form, or not agreed.
pub fn parse(payload: &[u8]) -> Result<ShowClaims, Refusal> {
    ShowClaims::take(&mut Members::read(payload, MAX_TOKEN_DEPTH, &SHOW_CLAIMS)?)
}

/// Signs a `show+jwt` as a compact JWS. Whoever signs the same licence again and again keeps a [`Template`].
///
/// # Errors
/// [`SignError::Content`] names the claim no verifier would accept; nothing is signed then.
pub fn sign(claims: &ShowClaims, signer: &dyn Signer) -> Result<String, SignError> {
    Ok(Template::new(claims)?.sign(claims.jti, claims.iat, claims.exp, signer)?.token)
}

/// What all tokens of one showing have in common, written and checked once: each of them is then only given its times
/// and its name, which is the cheaper half of making it.
#[derive(Clone, Debug)]
pub struct Template {
    /// The payload up to `iat`.
    before: String,
    /// The payload from `aud` on.
    after: String,
}

/// A token just signed, with the parts it is made of, so that packing it need not take it apart again.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The compact JWS.
    pub token: String,
    pub(crate) header: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: [u8; 64],
}

impl Template {
    /// The tokens of `claims`, whatever its `iat`, `exp` and `jti` are.
    ///
    /// # Errors
    /// [`SignError::Content`] names the claim no verifier would accept.
    pub fn new(claims: &ShowClaims) -> Result<Self, SignError> {
        let (iat, exp, jti) = (UnixTime(0), UnixTime(1), Jti::from_bytes([0; 12]));
        let wire = claims.wire_of(jti, iat, exp);
        let payload = serde_json::to_string(&wire).map_err(|_| content("claims"))?;
        check(payload.as_bytes(), parse)?;
        // The name of the issuer stands before it and holds no quote, so the first one is the one.
        let (before, after) = payload.split_once(&*stamp(jti, iat, exp)).ok_or_else(|| content("claims"))?;
        Ok(Self { before: before.into(), after: after.into() })
    }

    /// Signs the token named `jti` that counts from `iat` until `exp`.
    ///
    /// # Errors
    /// [`SignError::Content`] for times no verifier would accept or a token that grows too long; nothing is signed then.
    pub fn sign(
        &self,
        jti: Jti,
        iat: UnixTime,
        exp: UnixTime,
        signer: &dyn Signer,
    ) -> Result<Signed, SignError> {
        if iat.0 < 0 {
            return Err(content("iat"));
        }
        if exp <= iat {
            return Err(content("exp"));
        }
        let payload = [&*self.before, &stamp(jti, iat, exp), &self.after].concat().into_bytes();
        if payload.len() > MAX_PAYLOAD {
            return Err(content("claims"));
        }
        let jws::Signed { token, header, signature } = jws::sign_in_parts(SHOW_TYP, &payload, signer)?;
        Ok(Signed { token, header, payload, signature })
    }
}

/// The three claims that every token has for itself, as they stand in the payload.
fn stamp(jti: Jti, iat: UnixTime, exp: UnixTime) -> String {
    format!(r#""iat":{},"exp":{},"jti":"{jti}","#, iat.0, exp.0)
}

// A payload that fits makes a token that fits: header and payload in base64url, two dots, 86 characters of signature.
const _: () = assert!((MAX_HEADER + MAX_PAYLOAD).div_ceil(3) * 4 + 2 + 86 <= MAX_JWS);

/// Only what a verifier would read is signed: the same parser looks first.
pub(super) fn check<T>(
    payload: &[u8],
    parse: impl FnOnce(&[u8]) -> Result<T, Refusal>,
) -> Result<(), SignError> {
    if payload.len() > MAX_PAYLOAD {
        return Err(content("claims"));
    }
    parse(payload)
        .map(drop)
        .map_err(|refusal| SignError::Content(refusal.about.unwrap_or("claims".into()).into_owned()))
}

fn content(member: &str) -> SignError {
    SignError::Content(member.into())
}
