//! From bytes to claims: the form of a presentation, trust lookup, every signature.

use alloc::{boxed::Box, string::String};

use sha2::{Digest, Sha256};

use super::{CheckName, Code, Options, Refusal, ReplayKey, Verifier, findings::Findings};
use crate::{
    jws::{Compact, Decoded},
    key::{Es256Key, HighS, check_signature},
    limits::MAX_PAYLOAD,
    token::{
        GRANT_TYP, Jti, PROOF_TYP, SHOW_TYP, ShowClaims, grant,
        presentation::{Grant, Presentation},
        proof::{self, ProofClaims},
        show,
    },
    trust::{Purpose, Trust, TrustedKey},
};

/// A code whose form is right; no signature was checked.
pub(super) struct Parts<'a> {
    pub(super) compact: Compact<'a>,
    pub(super) token: Decoded,
    pub(super) kid: String,
    pub(super) proof: Option<ProofPart<'a>>,
}

pub(super) struct ProofPart<'a> {
    pub(super) grant: &'a str,
    pub(super) compact: Compact<'a>,
    pub(super) decoded: Decoded,
}

/// What the signatures vouch for.
pub(super) struct Claims {
    pub(super) licence: ShowClaims,
    pub(super) proof: Option<ProofClaims>,
}

/// Reads the form of a presentation: shape, encoding, headers.
pub(super) fn read_parts(presentation: &str) -> Result<Parts<'_>, Refusal> {
    let Presentation { token: compact, grant } = Presentation::split(presentation)?;
    let token = compact.decode(MAX_PAYLOAD)?;
    let decoded_proof = match grant {
        Some(Grant { text, proof: Some(compact) }) => {
            Some(ProofPart { grant: text, compact, decoded: compact.decode(MAX_PAYLOAD)? })
        }
        _ => None,
    };
    let header = token.header()?;
    let is_grant = header.typ() == Some(GRANT_TYP);
    if !is_grant && (header.typ() != Some(SHOW_TYP) || grant.is_some()) {
        return Err(Code::Typ.into());
    }
    let kid = header.kid(if is_grant { GRANT_TYP } else { SHOW_TYP })?;
    let proof = if is_grant { Some(decoded_proof.ok_or(Code::ProofMissing)?) } else { None };
    if let Some(proof) = &proof {
        proof.decoded.header()?.without_kid(PROOF_TYP)?;
    }
    Ok(Parts { compact, token, kid, proof })
}

impl Parts<'_> {
    /// Names this presentation; see [`ReplayKey`].
    pub(super) fn replay_key(&self, jti: &Jti) -> ReplayKey {
        if let Some(proof) = &self.proof {
            return Sha256::digest(proof.compact.signing_input.as_bytes()).into();
        }
        let mut key = [0; 32];
        let bytes = jti.as_bytes().iter().chain(&self.token.signature);
        key.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        key
    }
}

impl Verifier {
    /// Trust lookup, then every signature, then the claims they vouch for.
    pub(super) fn check_signatures<'a>(
        &'a self,
        parts: &Parts<'_>,
        options: &Options<'_>,
        clock_is_good: bool,
        findings: &mut Findings,
    ) -> Option<(Claims, &'a Trust, &'a TrustedKey)> {
        let Some(trust) = &self.trust else {
            findings.unknown(CheckName::Issuer, Code::TrustMissing);
            return None;
        };
        let Some(key) = trust.key(&parts.kid) else {
            let due = trust.list.iat.plus(trust.list.refresh).min(trust.list.exp);
            if !clock_is_good {
                findings.unknown(CheckName::Issuer, Code::Clock);
            } else if options.now > due || options.now >= trust.list.exp {
                // The key may simply be newer than the list.
                findings.unknown(CheckName::Issuer, Code::TrustStale);
            } else {
                findings.fail(CheckName::Issuer, Code::KidUnknown);
            }
            return None;
        };
        let wanted = if parts.proof.is_some() { Purpose::Grant } else { Purpose::Show };
        if key.purpose != wanted {
            findings.fail(CheckName::Issuer, Code::IssuerKeyMismatch);
            return None;
        }
        let input = parts.compact.signing_input.as_bytes();
        if let Err(fault) = check_signature(&*key.key, input, &parts.token.signature, HighS::Refuse) {
            findings.fail(CheckName::Signature, fault);
            return None;
        }
        match self.read_claims(parts, findings) {
            Ok(claims) => {
                findings.pass(CheckName::Signature);
                Some((claims, trust, key))
            }
            Err(refusal) => {
                let check =
                    if refusal.code == Code::ProofSig { CheckName::Signature } else { CheckName::Form };
                findings.fail(check, refusal);
                None
            }
        }
    }

    fn read_claims(&self, parts: &Parts<'_>, findings: &mut Findings) -> Result<Claims, Refusal> {
        let Some(proof) = &parts.proof else {
            return Ok(Claims { licence: show::parse(&parts.token.payload)?, proof: None });
        };
        findings.holder_required = true;
        let grant = grant::parse(&parts.token.payload)?;
        let phone: Box<dyn Es256Key> =
            self.backend.key(&grant.cnf).ok_or_else(|| Refusal::about(Code::ClaimType, "cnf"))?;
        check_signature(
            &*phone,
            proof.compact.signing_input.as_bytes(),
            &proof.decoded.signature,
            HighS::Accept,
        )
        .map_err(|_| Code::ProofSig)?;
        Ok(Claims { licence: grant.licence, proof: Some(proof::parse(&proof.decoded.payload)?) })
    }
}
