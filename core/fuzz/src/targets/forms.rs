//! Targets for what a phone shows: a token, its claims, a code's text, a presentation.

use std::sync::LazyLock;

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::{
    ffi::Request,
    jws::{self, Compact},
    key::{Es256, Es256Key, HighS, P256, SignError, Signer},
    limits::{MAX_JWS, MAX_PAYLOAD, MAX_PRESENTATION, MAX_QR_TEXT},
    qr, reading,
    status::SHARD_ENTRIES,
    token::{Challenge, ShowClaims, grant, presentation::Presentation, proof, show},
    verify::{Answer, Floors, Options, peek},
};
use serde_json::Value;

use super::{
    samples::{SAMPLES, VERIFIER, payload_bytes},
    world::{NOW, challenge, key},
};

/// Signs at once and with nothing: where only the form of what is written matters.
pub struct Quick;

impl Signer for Quick {
    fn kid(&self) -> &str {
        "k"
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignError> {
        Ok([1; 64])
    }
}

static SHOW_KEY: LazyLock<Box<dyn Es256Key>> = LazyLock::new(|| P256.key(&key("show-a").public()).unwrap());

/// A token that is read has one spelling and a header of ours; none but those signed is accepted.
pub fn jws_parse(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(compact) = Compact::split(text, MAX_JWS) else { return };
    let Ok(decoded) = compact.decode(MAX_PAYLOAD) else { return };
    let segments = [&decoded.header, &decoded.payload, &decoded.signature];
    assert_eq!(segments.map(|bytes| Base64UrlUnpadded::encode_string(bytes)).join("."), text);
    if let Ok(header) = decoded.header() {
        // serde_json refuses numbers beyond f64, which a `kid` may not be anyway.
        if let Ok(value) = serde_json::from_slice::<Value>(&decoded.header) {
            let members = value.as_object().unwrap();
            assert_eq!(members["alg"], "ES256");
            assert!(members.keys().all(|name| ["alg", "kid", "typ"].contains(&name.as_str())));
            assert_eq!(header.typ(), value["typ"].as_str());
            if let Ok(kid) = header.kid("show+jwt") {
                assert_eq!(value["kid"], *kid);
                assert!(jws::kid_is_well_formed(&kid) && value["typ"] == "show+jwt");
            }
        }
    }
    if jws::check(text, &**SHOW_KEY, HighS::Refuse).is_ok() {
        assert!([&SAMPLES.show, &SAMPLES.delegated].contains(&&text.to_owned()), "a forgery: {text}");
    }
}

/// Claims that are read can be written and read again, equal; and they keep to the limits.
pub fn claims(data: &[u8]) {
    if data.len() > MAX_PAYLOAD {
        return;
    }
    if let Ok(claims) = show::parse(data) {
        hold_to_limits(&claims);
        let token = show::sign(&claims, &Quick).unwrap();
        assert_eq!(show::parse(&payload_bytes(&token)), Ok(claims));
    }
    if let Ok(claims) = grant::parse(data) {
        hold_to_limits(&claims.licence);
        let token = grant::sign(&claims, &Quick).unwrap();
        assert_eq!(grant::parse(&payload_bytes(&token)), Ok(claims));
        assert!(show::parse(data).is_err(), "a grant passes for a show token");
    }
    if let Ok(claims) = proof::parse(data) {
        let input = proof::signing_input("a.b.c~", &claims.aud, &claims.nonce, claims.iat);
        let written = proof::parse(&payload_bytes(&input)).unwrap();
        assert_eq!((written.iat, &written.aud, written.nonce), (claims.iat, &claims.aud, claims.nonce));
    }
    let Ok(text) = str::from_utf8(data) else { return };
    if let Ok(floors) = Floors::parse(text) {
        assert_eq!(Floors::parse(&serde_json::to_string(&floors).unwrap()), Ok(floors));
    }
    if let Ok(request) = Request::parse(text) {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value["input"], *request.input);
        assert_eq!(value["scene"].as_str(), request.scene.as_deref());
    }
}

fn hold_to_limits(claims: &ShowClaims) {
    assert!(claims.exp > claims.iat && claims.iat.0 >= 0);
    assert!(claims.vt.is_none_or(|vt| vt >= claims.vf));
    assert!(claims.status.idx < SHARD_ENTRIES && claims.status.uri.len() <= 256);
    assert!(claims.fld.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() <= 256);
    let texts = claims.fld.iter().map(|(_, value)| value).chain(claims.act.iter().map(|act| &*act.name));
    for text in texts {
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}' || c == '\u{200b}'), "{text:?}");
    }
}

/// Packing and unpacking are each other's inverse; what is no presentation of ours is never valid.
///
/// An input that begins with a zero byte stands for the bytes behind the Base45, so that mutations reach the inflater.
pub fn qr_text(data: &[u8]) {
    let text = match data.split_first() {
        Some((0, bytes)) => format!("EL1:{}", base45(bytes)),
        _ => match str::from_utf8(data) {
            Ok(text) => text.to_owned(),
            Err(_) => return,
        },
    };
    let unpacked = qr::unpack(&text);
    if let Ok(presentation) = &unpacked {
        assert!(presentation.len() <= MAX_PRESENTATION && text.len() <= MAX_QR_TEXT);
        if let Ok(again) = qr::pack(presentation) {
            assert_eq!(qr::unpack(&again).as_ref(), Ok(presentation));
        }
    }
    if let Ok(packed) = qr::pack(&text) {
        match qr::unpack(&packed) {
            Ok(again) => assert_eq!(again, text),
            // A raw NUL in a part is no JSON; packed, it cannot be told from a separator.
            Err(_) => assert!(holds_nul(&text), "what was packed does not unpack: {text}"),
        }
    }
    if let Ok(read) = Challenge::parse(&text) {
        assert_eq!(Challenge::parse(&read.to_text()), Ok(read));
    }
    if let Ok(peeked) = peek(&text) {
        // What surrounds a text is cut before it is read.
        let code = reading::cut(&text);
        assert_eq!(peeked.presentation, qr::unpack(code).as_deref().unwrap_or(code));
    }
    never_valid_but_the_samples(&text);
}

/// Splitting loses nothing, and what is no presentation of ours is never valid.
pub fn sd_jwt(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(split) = Presentation::split(text) else { return };
    match &split.grant {
        None => assert!(!text.contains('~')),
        Some(grant) => {
            assert!(grant.text.ends_with('~') && text.starts_with(grant.text));
            assert!(grant.text.starts_with(split.token.signing_input));
            let after = &text[grant.text.len()..];
            assert_eq!(grant.proof.is_none(), after.is_empty());
            assert!(grant.proof.is_none_or(|proof| after.starts_with(proof.signing_input)));
        }
    }
    never_valid_but_the_samples(text);
}

fn never_valid_but_the_samples(text: &str) {
    let text = reading::cut(text);
    let asked = challenge("inspect.food", "inspector", 5);
    for challenge in [None, Some(&asked)] {
        let options = Options { challenge, ..Options::at(NOW) };
        if VERIFIER.verify(text, &options).verdict != Answer::Valid {
            continue;
        }
        let presentation = qr::unpack(text).unwrap_or_else(|_| text.to_owned());
        // A phone's signature has a valid twin; everything before it must be what was signed.
        let signed = |text: &str| text.rsplit_once('.').unwrap().0.to_owned();
        let s = &*SAMPLES;
        let known = match challenge {
            None if !text_has_proof(&presentation) => [&s.show, &s.delegated].contains(&&presentation),
            None => signed(&presentation) == signed(&s.presentation),
            Some(_) => signed(&presentation) == signed(&s.answer),
        };
        assert!(known, "a forgery: {text}");
    }
}

fn text_has_proof(presentation: &str) -> bool {
    presentation.contains('~')
}

fn holds_nul(presentation: &str) -> bool {
    presentation
        .split(['.', '~'])
        .any(|segment| Base64UrlUnpadded::decode_vec(segment).is_ok_and(|bytes| bytes.contains(&0)))
}

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// RFC 9285, written a second time: core's own is not public.
pub fn base45(bytes: &[u8]) -> String {
    let mut text = String::new();
    for pair in bytes.chunks(2) {
        let mut value = pair.iter().fold(0, |value, byte| value * 256 + usize::from(*byte));
        for _ in 0..=pair.len() {
            text.push(char::from(ALPHABET[value % 45]));
            value /= 45;
        }
    }
    text
}

pub fn unbase45(text: &str) -> Vec<u8> {
    let digit = |c: &u8| ALPHABET.iter().position(|known| known == c).unwrap();
    let group = |group: &[u8]| {
        let value = group.iter().rev().fold(0, |value, c| value * 45 + digit(c));
        u32::try_from(value).unwrap().to_be_bytes()[if group.len() == 3 { 2 } else { 3 }..].to_vec()
    };
    text.as_bytes().chunks(3).flat_map(group).collect()
}
