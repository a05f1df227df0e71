//! Looking into a code without believing it: for `inspect`, and to know which status list to fetch from disk.

use alloc::{string::String, vec::Vec};

use super::{Code, Refusal};
use crate::{
    limits::{MAX_PAYLOAD, MAX_PRESENTATION},
    qr,
    reading::{Reading, classify, cut},
    token::{self, presentation::Presentation},
};

/// The parts of a code. **Nothing here is verified.**
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// The presentation, unpacked.
    pub presentation: String,
    /// Header and payload JSON of each JWS in it: the operator's token, then the phone's proof.
    pub parts: Vec<(String, String)>,
    /// The status list the token names, if its claims can be read.
    pub status_uri: Option<String>,
}

/// The presentation behind a code's text, whatever surrounds it: unpacked, or as it is.
///
/// # Errors
/// `E_SIZE`, `E_FORMAT` for neither `EL1:` nor a token, `E_QR`.
pub(super) fn presentation(input: &str) -> Result<String, Refusal> {
    let code = cut(input);
    if code.starts_with(qr::PREFIX) {
        return qr::unpack(code);
    }
    if code.len() > MAX_PRESENTATION {
        return Err(Code::Size.into());
    }
    if classify(input) == Reading::Licence { Ok(code.into()) } else { Err(Code::Format.into()) }
}

/// Takes a code apart.
///
/// # Errors
/// The first thing about its form that is wrong.
pub fn peek(input: &str) -> Result<Peek, Refusal> {
    let presentation = presentation(input)?;
    let split = Presentation::split(&presentation)?;
    let mut parts = Vec::new();
    let mut status_uri = None;
    let proof = split.grant.and_then(|grant| grant.proof);
    for (at, compact) in core::iter::once(split.token).chain(proof).enumerate() {
        let decoded = compact.decode(MAX_PAYLOAD)?;
        if at == 0 {
            let claims = token::show::parse(&decoded.payload)
                .or_else(|_| token::grant::parse(&decoded.payload).map(|grant| grant.licence));
            status_uri = claims.ok().map(|claims| claims.status.uri);
        }
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| Refusal::from(Code::Utf8));
        parts.push((text(decoded.header)?, text(decoded.payload)?));
    }
    Ok(Peek { presentation, parts, status_uri })
}
