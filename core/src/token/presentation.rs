//! What a phone hands over, split but not yet believed.

use crate::{
    jws::Compact,
    limits::{MAX_JWS, MAX_PRESENTATION},
    refusal::{Code, Refusal},
};

/// The parts of a presentation; no byte of it has been verified.
#[derive(Clone, Copy, Debug)]
pub struct Presentation<'a> {
    /// The operator's token: a `show+jwt`, or the grant's issuer-signed JWT.
    pub token: Compact<'a>,
    /// In profile H, the grant with its `~` and the proof, if any.
    pub grant: Option<Grant<'a>>,
}

/// The SD-JWT side of a presentation.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// `<issuer-signed JWT>~`: what `sd_hash` is over.
    pub text: &'a str,
    /// The key-binding JWT; `None` if nothing follows the `~`.
    pub proof: Option<Compact<'a>>,
}

impl<'a> Presentation<'a> {
    /// Splits `<jws>` or `<jws>~<kb>`.
    ///
    /// # Errors
    /// `E_SIZE`; `E_SEGMENTS` for another number of parts (disclosures among them: a grant has none).
    pub fn split(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > MAX_PRESENTATION {
            return Err(Code::Size.into());
        }
        let Some((token, proof)) = text.split_once('~') else {
            return Ok(Self { token: Compact::split(text, MAX_JWS)?, grant: None });
        };
        if proof.contains('~') {
            return Err(Code::Segments.into());
        }
        let grant_end = text.len().saturating_sub(proof.len());
        let grant = Grant {
            text: text.get(..grant_end).unwrap_or_default(),
            proof: if proof.is_empty() { None } else { Some(Compact::split(proof, MAX_JWS)?) },
        };
        Ok(Self { token: Compact::split(token, MAX_JWS)?, grant: Some(grant) })
    }
}
