//! `EL1:`, the text of a licence's QR code (core/README.md, "QR texts").
//!
//! `EL1:` + Base45(`n` ‖ n × 64-byte signatures ‖ raw DEFLATE(header 00 payload [00 header 00 payload])),
//! against a fixed dictionary. Unpacking gives back the very string that was signed.

pub(crate) mod base45;
pub mod counter;
mod deflate;

use alloc::{format, string::String, vec::Vec};

use crate::{
    base64url,
    jws::Decoded,
    limits::{MAX_PAYLOAD, MAX_PRESENTATION, MAX_QR_TEXT},
    refusal::{Code, Refusal},
    token::{presentation::Presentation, proof::sd_hash, show},
};

/// What every licence code begins with.
pub const PREFIX: &str = "EL1:";

/// The window both sides start from: header and claim skeletons. Frozen; another window is another prefix.
pub const DICTIONARY: &[u8] = include_bytes!("el1.dict");

/// SHA-256 of [`DICTIONARY`], so that a changed file cannot ship unnoticed.
pub const DICTIONARY_SHA256: [u8; 32] = [
    0x81, 0x78, 0x99, 0xab, 0x3a, 0x4b, 0x89, 0xae, 0xdb, 0x3c, 0xee, 0xc5, 0xdf, 0x5e, 0x25, 0xe1, 0xd2,
    0xad, 0xe7, 0x66, 0x45, 0x78, 0x93, 0x09, 0xf3, 0xd0, 0xfb, 0x49, 0x12, 0x11, 0x45, 0x2f,
];

/// In the first byte: `sd_hash` was left out, the reader computes it.
const ELIDED: u8 = 0x80;

/// The place of an elided hash.
const EMPTY_HASH: &str = r#""sd_hash":"""#;

/// Packs presentations; holds a compressor, so keep one per worker.
pub struct Packer(deflate::Deflater);

impl Default for Packer {
    fn default() -> Self {
        Self::new()
    }
}

impl Packer {
    /// A packer with its own compressor.
    pub fn new() -> Self {
        Self(deflate::Deflater::new())
    }

    /// The QR text of a presentation (`<jws>` or `<grant>~<kb>`).
    ///
    /// # Errors
    /// A refusal if `presentation` is not one, or a signature is not 64 bytes; `E_PROOF_MISSING` for a bare
    /// grant, which shows nothing by itself.
    pub fn pack(&mut self, presentation: &str) -> Result<String, Refusal> {
        let parts = Presentation::split(presentation)?;
        let token = parts.token.decode(MAX_PAYLOAD)?;
        let mut first = 1;
        let mut signatures = signature_of(&token)?.to_vec();
        let mut body = joined(&token.header, &token.payload);
        if let Some(grant) = parts.grant {
            let mut proof = grant.proof.ok_or(Code::ProofMissing)?.decode(MAX_PAYLOAD)?;
            signatures.extend_from_slice(signature_of(&proof)?);
            first = 2;
            if let Some(shorter) = without_hash(&proof.payload, grant.text) {
                proof.payload = shorter;
                first |= ELIDED;
            }
            body.push(0);
            body.extend_from_slice(&joined(&proof.header, &proof.payload));
        }
        self.text(first, &signatures, &body)
    }

    /// As [`Self::pack`], of a token that was signed here and need not be decoded.
    ///
    /// # Errors
    /// None for what signing lets pass; the type is that of [`Self::pack`].
    pub fn pack_signed(&mut self, token: &show::Signed) -> Result<String, Refusal> {
        self.text(1, &token.signature, &joined(token.header.as_bytes(), &token.payload))
    }

    fn text(&mut self, first: u8, signatures: &[u8], body: &[u8]) -> Result<String, Refusal> {
        let packed = self.0.deflate(body).ok_or(Code::Size)?;
        let bytes = [&[first], signatures, &packed].concat();
        Ok(format!("{PREFIX}{}", base45::encode(&bytes)))
    }
}

/// Packs one presentation with a compressor of its own; see [`Packer`].
///
/// # Errors
/// As [`Packer::pack`].
pub fn pack(presentation: &str) -> Result<String, Refusal> {
    Packer::new().pack(presentation)
}

/// The presentation in an `EL1:` text.
///
/// # Errors
/// `E_SIZE`, `E_FORMAT` without the prefix, `E_QR` for anything [`Packer::pack`] could not have meant.
pub fn unpack(text: &str) -> Result<String, Refusal> {
    if text.len() > MAX_QR_TEXT {
        return Err(Code::Size.into());
    }
    let bytes = base45::decode(text.strip_prefix(PREFIX).ok_or(Code::Format)?).ok_or(Code::Qr)?;
    let presentation = unpack_bytes(&bytes).ok_or(Code::Qr)?;
    if presentation.len() > MAX_PRESENTATION { Err(Code::Size.into()) } else { Ok(presentation) }
}

fn unpack_bytes(bytes: &[u8]) -> Option<String> {
    let (first, rest) = bytes.split_first()?;
    let (token_signature, rest) = rest.split_first_chunk::<64>()?;
    match *first {
        1 => {
            let body = deflate::inflate(rest)?;
            let [header, payload] = split_body::<2>(&body)?;
            Some(compact(header, payload, token_signature))
        }
        2 | 0x82 => {
            let (proof_signature, rest) = rest.split_first_chunk::<64>()?;
            let body = deflate::inflate(rest)?;
            let [header, payload, proof_header, proof_payload] = split_body::<4>(&body)?;
            let mut presentation = compact(header, payload, token_signature);
            presentation.push('~');
            let restored;
            let proof_payload = if first & ELIDED == 0 {
                proof_payload
            } else {
                restored = with_hash(proof_payload, &presentation)?;
                &restored
            };
            presentation.push_str(&compact(proof_header, proof_payload, proof_signature));
            Some(presentation)
        }
        _ => None,
    }
}

fn signature_of(token: &Decoded) -> Result<&[u8; 64], Refusal> {
    token.signature.as_slice().try_into().map_err(|_| Code::SigLen.into())
}

/// `header 00 payload`. JSON has no raw NUL, so the separator cannot occur in what a verifier accepts.
fn joined(header: &[u8], payload: &[u8]) -> Vec<u8> {
    [header, &[0], payload].concat()
}

fn split_body<const N: usize>(body: &[u8]) -> Option<[&[u8]; N]> {
    let mut parts = body.split(|byte| *byte == 0);
    let mut found = [&b""[..]; N];
    for slot in &mut found {
        *slot = parts.next()?;
    }
    parts.next().is_none().then_some(found)
}

fn compact(header: &[u8], payload: &[u8], signature: &[u8; 64]) -> String {
    let [header, payload, signature] = [header, payload, signature].map(base64url::encode);
    [&*header, &payload, &signature].join(".")
}

/// The proof's payload with its hash taken out, if it is this grant's hash and stands in a unique place.
fn without_hash(payload: &[u8], grant: &str) -> Option<Vec<u8>> {
    let text = core::str::from_utf8(payload).ok()?;
    let full = format!(r#""sd_hash":"{}""#, sd_hash(grant));
    let shorter = text.replacen(&full, EMPTY_HASH, 1);
    // Whatever the reader would put together must be exactly what was signed.
    (with_hash(shorter.as_bytes(), grant)? == payload).then(|| shorter.into_bytes())
}

/// The proof's payload with the grant's hash put between the empty quotes, which must stand exactly once.
fn with_hash(payload: &[u8], grant: &str) -> Option<Vec<u8>> {
    core::str::from_utf8(payload).ok()?;
    let (before, after) = split_at_empty_hash(payload)?;
    if split_at_empty_hash(after).is_some() {
        return None;
    }
    Some([before, br#""sd_hash":""#, sd_hash(grant).as_bytes(), b"\"", after].concat())
}

/// What stands before and after the first empty hash. Not by `str::split_once`: its search for any needle in any
/// haystack is larger than all else here.
fn split_at_empty_hash(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = payload.windows(EMPTY_HASH.len()).position(|window| window == EMPTY_HASH.as_bytes())?;
    let (before, rest) = payload.split_at_checked(at)?;
    Some((before, rest.get(EMPTY_HASH.len()..)?))
}

#[cfg(test)]
mod tests;
