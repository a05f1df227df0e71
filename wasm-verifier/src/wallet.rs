//! The holder's side: everything a phone does to a licence code but sign it. Signing stays with WebCrypto, whose
//! key cannot be taken out of the phone.

use crate::{
    error::{refused, usage, whole_seconds},
    qr_svg,
};
use liangzheng_core::{
    qr,
    token::{Challenge, Nonce, proof},
};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

/// The QR text (`EL1:…`) of a presentation.
///
/// # Errors
/// As [`qr::pack`].
#[wasm_bindgen]
pub fn pack(presentation: &str) -> Result<String, String> {
    qr::pack(presentation).map_err(|refusal| refused(&refusal))
}

/// The presentation in a QR text.
///
/// # Errors
/// As [`qr::unpack`].
#[wasm_bindgen]
pub fn unpack(text: &str) -> Result<String, String> {
    qr::unpack(text).map_err(|refusal| refused(&refusal))
}

/// What the phone's key signs to show `grant` (ending with `~`).
///
/// `audience` is the scene's class, or `proof_audience` of a challenge; `nonce` 12 bytes as base64url: fresh random
/// ones, or the challenge's; `iat` unix seconds by the phone's clock.
///
/// # Errors
/// `USAGE` if the grant does not end with `~`, the nonce is not 16 base64url characters, or `iat` is not whole.
#[wasm_bindgen(js_name = kbSigningInput)]
pub fn kb_signing_input(grant: &str, audience: &str, nonce: &str, iat: f64) -> Result<String, String> {
    if !grant.ends_with('~') {
        return Err(usage("grant 必须以 ~ 结尾", "grant must end with ~"));
    }
    let nonce = Nonce::parse(nonce)
        .ok_or_else(|| usage("nonce 必须是 16 个 base64url 字符", "nonce must be 16 base64url characters"))?;
    Ok(proof::signing_input(grant, audience, &nonce, whole_seconds("iat", iat)?))
}

/// The presentation `<grant>~<kb>`; `signature` is WebCrypto's ECDSA output, raw r‖s.
///
/// # Errors
/// `USAGE` if the signature is not 64 bytes.
#[wasm_bindgen]
pub fn presentation(grant: &str, signing_input: &str, signature: &[u8]) -> Result<String, String> {
    let signature =
        signature.try_into().map_err(|_| usage("签名必须是 64 字节", "the signature must be 64 bytes"))?;
    Ok(proof::attach(grant, signing_input, signature))
}

/// A challenge as the wallet's page shows and answers it.
#[derive(Serialize)]
struct ChallengeView<'a> {
    aud: &'a str,
    rp: &'a str,
    scene: &'a str,
    nonce: String,
    proof_audience: String,
}

/// Reads a verifier's challenge (`EC1:…`) as JSON `{aud, rp, scene, nonce, proof_audience}`.
///
/// # Errors
/// As [`Challenge::parse`].
#[wasm_bindgen(js_name = readChallenge)]
pub fn read_challenge(text: &str) -> Result<String, String> {
    let challenge = Challenge::parse(text).map_err(|refusal| refused(&refusal))?;
    let view = ChallengeView {
        aud: &challenge.aud,
        rp: &challenge.rp,
        scene: &challenge.scene,
        nonce: challenge.nonce.to_string(),
        proof_audience: challenge.proof_audience(),
    };
    // Five strings always serialise.
    Ok(serde_json::to_string(&view).unwrap_or_default())
}

/// The text (`EC1:…`) of a challenge to a phone: the verifier's side of the handshake, here because drawing it is.
///
/// # Errors
/// `USAGE` if the nonce is not 16 base64url characters; as [`Challenge::parse`] if another part cannot be told so.
#[wasm_bindgen(js_name = makeChallenge)]
pub fn make_challenge(audience: String, unit: String, scene: String, nonce: &str) -> Result<String, String> {
    let nonce = Nonce::parse(nonce)
        .ok_or_else(|| usage("nonce 必须是 16 个 base64url 字符", "nonce must be 16 base64url characters"))?;
    let text = Challenge { aud: audience, rp: unit, scene, nonce }.to_text();
    // A phone must be able to read what is shown to it.
    Challenge::parse(&text).map_err(|refusal| refused(&refusal))?;
    Ok(text)
}

/// The QR code of `text` as SVG: level L, quiet zone of four modules.
///
/// # Errors
/// `USAGE` if the text does not fit a QR code.
#[wasm_bindgen(js_name = qrSvg)]
pub fn draw_qr(text: &str) -> Result<String, String> {
    qr_svg::draw(text).ok_or_else(|| usage("内容过长，放不进二维码", "the text does not fit a QR code"))
}
