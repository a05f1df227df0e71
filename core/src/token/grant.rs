//! Profile H: one licence, one phone, one scene; an RFC 9901 SD-JWT with no disclosures.

use alloc::string::String;

use serde::Serialize;

use super::{
    GRANT_TYP, ShowClaims, VCT,
    licence::{SHOW_CLAIMS, Wire},
    show,
};
use crate::{
    jws,
    key::{Jwk, PublicKey, SignError, Signer},
    limits::MAX_TOKEN_DEPTH,
    members::{Members, wrong},
    refusal::Refusal,
};

/// The claims of a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantClaims {
    /// What it says of the licence.
    pub licence: ShowClaims,
    /// The phone's key, which must sign each proof (RFC 7800 `cnf.jwk`).
    pub cnf: PublicKey,
}

/// Reads the payload of a grant.
///
/// # Errors
/// The first claim that is missing, of the wrong form, or not agreed.
pub fn parse(payload: &[u8]) -> Result<GrantClaims, Refusal> {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m] = SHOW_CLAIMS;
    let known = [a, b, c, d, e, f, g, h, i, j, k, l, m, "vct", "cnf"];
    let mut members = Members::read(payload, MAX_TOKEN_DEPTH, &known)?;
    let licence = ShowClaims::take(&mut members)?;
    members.text_if("vct", |vct| vct == VCT)?;
    let jwk = members.object("cnf", &["jwk"])?.jwk("jwk")?;
    let cnf = PublicKey::from_jwk(&jwk).map_err(|_| wrong("cnf"))?;
    Ok(GrantClaims { licence, cnf })
}

#[derive(Serialize)]
struct GrantWire<'a> {
    #[serde(flatten)]
    licence: Wire<'a>,
    vct: &'static str,
    cnf: Confirmation,
}

#[derive(Serialize)]
struct Confirmation {
    jwk: Jwk,
}

/// Signs a grant; the text ends with `~`, as an SD-JWT without disclosures does.
///
/// # Errors
/// [`SignError::Content`] names the claim no verifier would accept; nothing is signed then.
pub fn sign(claims: &GrantClaims, signer: &dyn Signer) -> Result<String, SignError> {
    let wire = GrantWire {
        licence: claims.licence.wire(),
        vct: VCT,
        cnf: Confirmation { jwk: claims.cnf.to_jwk() },
    };
    let payload = serde_json::to_vec(&wire).map_err(|_| SignError::Content("claims".into()))?;
    show::check(&payload, parse)?;
    let mut grant = jws::sign(GRANT_TYP, &payload, signer)?;
    grant.push('~');
    Ok(grant)
}
