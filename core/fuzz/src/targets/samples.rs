//! Good objects, signed once: what corpora start from, and the only things that may ever be accepted.

use std::sync::LazyLock;

use liangzheng_core::{qr, trust::sign_catalogue, verify::Verifier};
use serde_json::Value;

use super::{
    mutate::SCRIPTS,
    world::{
        A, LIST_A, NOW, catalogue, challenge, claims, delegate, delta, grant_claims, key, list_head, nonce,
        payload_of, proved, signed_delta, signed_grant, signed_show, signed_trust, status_array, trust_list,
        verifier,
    },
};

pub struct Samples {
    pub show: String,
    pub delegated: String,
    pub grant: String,
    /// `<grant>~<kb>`, and the same grant's answer to a challenge.
    pub presentation: String,
    pub answer: String,
    pub trust_list: String,
    pub catalogue: String,
    pub delta: String,
}

pub static SAMPLES: LazyLock<Samples> = LazyLock::new(|| {
    let grant = signed_grant(&grant_claims(2));
    let mut delegated = claims(3);
    delegated.act = Some(delegate());
    delegated.vt = None;
    let asked = challenge("inspect.food", "inspector", 5);
    Samples {
        show: signed_show(&claims(1)),
        delegated: signed_show(&delegated),
        presentation: proved(&grant, "inspector", nonce(1), NOW.0, "phone-1"),
        answer: proved(&grant, &asked.proof_audience(), asked.nonce, NOW.0, "phone-1"),
        grant,
        trust_list: signed_trust(&trust_list(), &["root-1", "root-2"]),
        catalogue: sign_catalogue(&catalogue(), &key("catalogue-a")).unwrap(),
        delta: signed_delta(
            &delta(
                &list_head(LIST_A, 600),
                &status_array(),
                NOW.0 - 60,
                &[(0, 1), (1, 0), (300, 2), (70_000, 12)],
            ),
            "status-a",
        ),
    }
});

/// Holds the whole world of the vectors.
pub static VERIFIER: LazyLock<Verifier> = LazyLock::new(verifier);

/// The payload of a compact JWS, as it was signed.
pub fn payload_bytes(token: &str) -> Vec<u8> {
    use base64ct::{Base64UrlUnpadded, Encoding};
    Base64UrlUnpadded::decode_vec(token.split('.').nth(1).unwrap()).unwrap()
}

/// Good inputs for a target, to start its corpus with.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let s = &*SAMPLES;
    let bytes = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    let proof = s.presentation.split_once('~').unwrap().1;
    match target {
        "jws_parse" => bytes(&[&s.show, s.grant.trim_end_matches('~'), proof, &s.delta]),
        "claims" => [&s.show, &s.delegated, &s.grant, proof]
            .iter()
            .map(|token| payload_bytes(token))
            .chain([
                serde_json::to_vec(&VERIFIER.floors()).unwrap(),
                format!(r#"{{"input":"EL1:","now":{NOW},"audience":"inspector","scene":null}}"#).into_bytes(),
            ])
            .collect(),
        "trust_list" => {
            let general: Value = serde_json::from_str(&s.trust_list).unwrap();
            let signed_payload = format!(".{}.", general["payload"].as_str().unwrap());
            let roots = serde_json::to_vec(VERIFIER.roots()).unwrap();
            vec![s.trust_list.clone().into_bytes(), payload_bytes(&signed_payload), roots]
        }
        "catalogue" => vec![s.catalogue.clone().into_bytes(), payload_bytes(&s.catalogue)],
        "status_inflate" => {
            let packed = |bytes: &[u8]| {
                let mut input = u16::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
                input.extend(miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9));
                input
            };
            let many: Vec<u8> = (0..=255).cycle().take(1_000).collect();
            let mut stored = 3_u16.to_be_bytes().to_vec();
            stored.extend(miniz_oxide::deflate::compress_to_vec_zlib(b"abc", 0));
            vec![packed(&[]), packed(&[0; 600]), packed(&many), packed(b"\x10\x32\xdc"), stored]
        }
        "status_delta" => vec![payload_bytes(&s.delta)],
        "qr_text" => {
            let texts =
                [&s.show, &s.delegated, &s.presentation, &s.answer].map(|text| qr::pack(text).unwrap());
            let mut seeds: Vec<_> = texts.iter().map(|text| text.clone().into_bytes()).collect();
            seeds.extend(texts.iter().map(|text| [&[0], &*super::forms::unbase45(&text[4..])].concat()));
            seeds.extend(bytes(&[&s.show, &s.presentation]));
            seeds.push(challenge("hotel.checkin", "hotel", 4).to_text().into_bytes());
            seeds
        }
        "sd_jwt" => bytes(&[&s.presentation, &s.answer, &s.grant, &s.show]),
        "resign_show" | "resign_grant" => SCRIPTS.iter().map(|script| script.to_vec()).collect(),
        other => panic!("{other} is no target"),
    }
}

/// Claims of a good show token, grant or proof, as JSON.
pub fn claims_of(token: &str) -> Value {
    payload_of(token)
}

/// The operator most samples are of.
pub const OPERATOR: &str = A;
