//! A compact JWS by an operator's key: what catalogue, status list and delta have in common.

use alloc::{string::String, vec::Vec};

use super::{Purpose, Trust};
use crate::{
    jws::Compact,
    key::{HighS, check_signature},
    refusal::{Code, Refusal},
    time::UnixTime,
};

/// A payload whose signature verified, and who signed it.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) payload: Vec<u8>,
    pub(crate) kid: String,
    pub(crate) operator: String,
}

/// Reads and verifies an operator's object.
///
/// Whether the key was in its period when the object was made is [`Trust::key_state`]'s answer, once the
/// payload told its `iat`.
///
/// # Errors
/// Size, shape, header; `E_KID_UNKNOWN`; `E_ISSUER_KEY_MISMATCH` for a key of another purpose;
/// `sig_code` where the signature is wrong in any way.
pub(crate) fn read_signed(
    text: &str,
    limit: usize,
    typ: &str,
    purpose: Purpose,
    sig_code: Code,
    trust: &Trust,
) -> Result<Signed, Refusal> {
    let compact = Compact::split(text, limit)?;
    let decoded = compact.decode(limit)?;
    let kid = decoded.header()?.kid(typ)?;
    let key = trust.key(&kid).ok_or(Code::KidUnknown)?;
    if key.purpose != purpose {
        return Err(Code::IssuerKeyMismatch.into());
    }
    check_signature(&*key.key, compact.signing_input.as_bytes(), &decoded.signature, HighS::Refuse)
        .map_err(|_| sig_code)?;
    Ok(Signed { payload: decoded.payload, kid, operator: trust.operator_of(key).id.clone() })
}

impl Signed {
    /// Holds the signing key to its life at `iat`; `now` is the verifier's best knowledge of the time.
    pub(crate) fn key_was_good(&self, trust: &Trust, iat: UnixTime, now: UnixTime) -> Result<(), Refusal> {
        match trust.key(&self.kid) {
            Some(key) if key.may_have_signed(iat, now) => Ok(()),
            _ => Err(Code::KeyState.into()),
        }
    }
}
