use std::string::ToString;

use sha2::{Digest, Sha256};

use super::*;
use crate::time::UnixTime;
use crate::token::{Nonce, proof};

fn token(header: &str, payload: &str, signature: u8) -> String {
    compact(header.as_bytes(), payload.as_bytes(), &[signature; 64])
}

fn grant_and_proof() -> String {
    let grant = token(r#"{"alg":"ES256","kid":"g","typ":"dc+sd-jwt"}"#, r#"{"iss":"lz"}"#, 3) + "~";
    let input = proof::signing_input(&grant, "hotel", &Nonce::from_bytes([1; 12]), UnixTime(1_795_305_600));
    proof::attach(&grant, &input, &[9; 64])
}

#[test]
fn the_dictionary_is_the_frozen_one() {
    assert_eq!(<[u8; 32]>::from(Sha256::digest(DICTIONARY)), DICTIONARY_SHA256);
}

#[test]
fn unpacking_gives_back_the_very_string() {
    let show =
        token(r#"{"alg":"ES256","kid":"s","typ":"show+jwt"}"#, r#"{"iss":"lz", "fld":{"xm":"张三"}}"#, 5);
    for presentation in [show, grant_and_proof()] {
        let text = pack(&presentation).unwrap();
        assert_eq!(unpack(&text).unwrap(), presentation);
        assert!(
            text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || " $%*+-./:".contains(c)),
            "{text}"
        );
    }
}

#[test]
fn the_hash_is_left_out_only_where_it_can_be_put_back() {
    let whole = grant_and_proof();
    let first = |text: &str| base45::decode(&text[4..]).unwrap()[0];
    assert_eq!(first(&pack(&whole).unwrap()), 0x82);

    let (grant, _) = whole.split_once('~').unwrap();
    let grant = grant.to_string() + "~";
    let other_grants =
        token(r#"{"alg":"ES256","typ":"kb+jwt"}"#, &format!(r#"{{"sd_hash":"{}"}}"#, sd_hash("other~")), 9);
    let empty_twice = token(
        r#"{"alg":"ES256","typ":"kb+jwt"}"#,
        &format!(r#"{{"sd_hash":"{}","sd_hash":""}}"#, sd_hash(&grant)),
        9,
    );
    let spaced =
        token(r#"{"alg":"ES256","typ":"kb+jwt"}"#, &format!(r#"{{"sd_hash": "{}"}}"#, sd_hash(&grant)), 9);
    let already_empty = token(r#"{"alg":"ES256","typ":"kb+jwt"}"#, r#"{"sd_hash":""}"#, 9);
    for proof in [other_grants, empty_twice, spaced, already_empty] {
        let presentation = grant.clone() + &proof;
        let text = pack(&presentation).unwrap();
        assert_eq!(first(&text), 2, "{proof}");
        assert_eq!(unpack(&text).unwrap(), presentation);
    }
}

#[test]
fn damaged_codes_are_refused() {
    let good = pack(&grant_and_proof()).unwrap();
    let bytes = base45::decode(&good[4..]).unwrap();
    let with = |bytes: &[u8]| format!("EL1:{}", base45::encode(bytes));
    assert_eq!(unpack(&with(&bytes)).unwrap(), grant_and_proof());
    for first in (0..=255).filter(|n| *n != 0x82) {
        let mut other = bytes.clone();
        other[0] = first;
        assert_ne!(unpack(&with(&other)).ok(), Some(grant_and_proof()), "{first}");
    }
    for length in 0..bytes.len() {
        assert_eq!(unpack(&with(&bytes[..length])).unwrap_err().code, Code::Qr, "cut at {length}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(unpack(&with(&longer)).unwrap_err().code, Code::Qr);
    for (text, want) in [
        ("", Code::Format),
        ("el1:", Code::Format),
        ("EL1:", Code::Qr),
        ("EL2:ABC", Code::Format),
        ("EL1:abc", Code::Qr),
        ("EL1:GGW", Code::Qr),
    ] {
        assert_eq!(unpack(text).unwrap_err().code, want, "{text}");
    }
    assert_eq!(unpack(&format!("EL1:{}", "0".repeat(4_293))).unwrap_err().code, Code::Size);
}

#[test]
fn what_unpacks_to_more_than_a_presentation_is_refused() {
    let text = |payload: usize| {
        let body = joined(&[b'a'; 256], &std::vec![b'b'; payload]);
        Packer::new().text(1, &[7; 64], &body).unwrap()
    };
    assert_eq!(unpack(&text(1_981)).map(|presentation| presentation.len()), Ok(MAX_PRESENTATION));
    assert_eq!(unpack(&text(1_982)).unwrap_err().code, Code::Size);
    assert_eq!(unpack(&text(1_990)).unwrap_err().code, Code::Size);
}

#[test]
fn a_bare_grant_is_not_packed() {
    let (grant, _) =
        grant_and_proof().split_once('~').map(|(g, p)| (g.to_string() + "~", p.to_string())).unwrap();
    assert_eq!(pack(&grant).unwrap_err().code, Code::ProofMissing);
}
