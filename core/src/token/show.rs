//! Profile S: a token the operator makes for each showing.

use alloc::string::String;

use super::{SHOW_TYP, ShowClaims, licence::SHOW_CLAIMS};
use crate::{
    jws,
    key::{SignError, Signer},
    limits::{MAX_JWS, MAX_PAYLOAD, MAX_TOKEN_DEPTH},
    members::Members,
    verify::Refusal,
};

/// Reads the payload of a `show+jwt`.
///
/// # Errors
/// The first claim that is missing, of the wrong form, or not agreed.
pub fn parse(payload: &[u8]) -> Result<ShowClaims, Refusal> {
    ShowClaims::take(&mut Members::read(payload, MAX_TOKEN_DEPTH, &SHOW_CLAIMS)?)
}

/// Signs a `show+jwt` as a compact JWS.
///
/// # Errors
/// [`SignError::Content`] names the claim no verifier would accept; nothing is signed then.
pub fn sign(claims: &ShowClaims, signer: &dyn Signer) -> Result<String, SignError> {
    let payload = serde_json::to_vec(&claims.wire()).map_err(|_| SignError::Content("claims".into()))?;
    sign_checked(SHOW_TYP, &payload, signer, |payload| parse(payload).map(drop))
}

/// Signs only what a verifier would read: the same parser looks first.
pub(crate) fn sign_checked(
    typ: &str,
    payload: &[u8],
    signer: &dyn Signer,
    check: impl FnOnce(&[u8]) -> Result<(), Refusal>,
) -> Result<String, SignError> {
    if payload.len() > MAX_PAYLOAD {
        return Err(SignError::Content("claims".into()));
    }
    check(payload)
        .map_err(|refusal| SignError::Content(refusal.about.unwrap_or("claims".into()).into_owned()))?;
    let token = jws::sign(typ, payload, signer)?;
    if token.len() > MAX_JWS { Err(SignError::Content("claims".into())) } else { Ok(token) }
}
