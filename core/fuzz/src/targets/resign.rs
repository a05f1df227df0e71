//! Targets that change claims and then sign them: so that what lies behind the signature is reached.

use liangzheng_core::{
    jws,
    key::normalise_s,
    time::UnixTime,
    token::{Challenge, proof},
    verify::{Answer, Options},
};
use serde_json::{Value, json};

use super::{
    model::{Asked, grant_is_valid, show_is_valid},
    mutate::{Script, mutate},
    samples::{SAMPLES, VERIFIER, claims_of},
    world::{
        A, B, BUSINESS, DAY, LIST_A, LIST_B, LIST_OLD, NOW, OPERATION, UNIT_1, UNIT_2, challenge, identifier,
        key, unit_b,
    },
};

/// A show token of changed claims is valid exactly when [`show_is_valid`] says so.
pub fn resign_show(script: &[u8]) {
    let mut script = Script::new(script);
    let kids = [
        "show-a",
        "show-b",
        "show-retired",
        "show-future",
        "show-revoked",
        "show-compromised",
        "grant-a",
        "status-a",
    ];
    let kid = *script.one_of(&kids);
    let asked = asked(&mut script, None);
    let mut claims = claims_of(&SAMPLES.show);
    if kid == "show-b" {
        speak_for_b(&mut claims);
    }
    mutate(&mut claims, &mut script, alternatives);
    let token = jws::sign("show+jwt", &serde_json::to_vec(&claims).unwrap(), &key(kid)).unwrap();
    hold(&token, show_is_valid(&claims, kid, &asked), &asked, &claims);
}

/// A grant and a proof of changed claims are valid exactly when [`grant_is_valid`] says so.
pub fn resign_grant(script: &[u8]) {
    let mut script = Script::new(script);
    let kids = ["grant-a", "grant-b", "grant-revoked", "grant-revoked-later", "grant-compromised", "show-a"];
    let kid = *script.one_of(&kids);
    let challenges = [challenge("inspect.food", "inspector", 5), challenge("hospital.visit", "hospital", 5)];
    let challenge = match script.next() % 4 {
        0 | 1 => None,
        2 => Some(&challenges[0]),
        _ => Some(&challenges[1]),
    };
    let asked = asked(&mut script, challenge);
    let phone = *script.one_of(&["phone-1", "phone-1", "phone-1", "phone-2"]);
    let mut claims = claims_of(&SAMPLES.grant);
    if kid == "grant-b" {
        speak_for_b(&mut claims);
    }
    if let Some(challenge) = challenge {
        claims["scene"] = json!(challenge.scene);
        claims["aud"] = json!(challenge.aud);
    }
    mutate(&mut claims, &mut script, alternatives);
    let grant = jws::sign("dc+sd-jwt", &serde_json::to_vec(&claims).unwrap(), &key(kid)).unwrap() + "~";

    let hash = proof::sd_hash(&grant);
    let mut proof =
        claims_of(challenge.map_or(&SAMPLES.presentation, |_| &SAMPLES.answer).split_once('~').unwrap().1);
    if let Some(challenge) = challenge {
        proof["aud"] = json!(challenge.proof_audience());
    }
    proof["sd_hash"] = json!(hash);
    mutate(&mut proof, &mut script, alternatives);
    let input = {
        use base64ct::{Base64UrlUnpadded, Encoding};
        let encoded = |text: &[u8]| Base64UrlUnpadded::encode_string(text);
        let header = encoded(br#"{"alg":"ES256","typ":"kb+jwt"}"#);
        format!("{header}.{}", encoded(&serde_json::to_vec(&proof).unwrap()))
    };
    let presentation = proof::attach(&grant, &input, &normalise_s(key(phone).sign_raw(input.as_bytes())));

    let jwk = serde_json::to_value(key(phone).public().to_jwk()).unwrap();
    let is_valid = grant_is_valid(&claims, kid, &proof, &hash, &jwk, &asked);
    hold(&presentation, is_valid, &asked, &json!([claims, proof]));
}

fn hold(presentation: &str, is_valid: bool, asked: &Asked<'_>, claims: &Value) {
    let options = Options {
        audience: asked.audience,
        scene: asked.scene,
        challenge: asked.challenge,
        ..Options::at(UnixTime(asked.now))
    };
    let verdict = VERIFIER.verify(presentation, &options);
    assert_eq!(
        verdict.verdict == Answer::Valid,
        is_valid,
        "{} at {} for {:?}, {:?}, {:?}: {claims}",
        verdict.code,
        asked.now,
        asked.audience,
        asked.scene,
        asked.challenge.map(Challenge::to_text)
    );
}

/// Clock, audience and scene; mostly the ones that are right.
fn asked<'a>(script: &mut Script<'_>, challenge: Option<&'a Challenge>) -> Asked<'a> {
    let offsets = [
        0,
        0,
        0,
        -1,
        1,
        10,
        49,
        50,
        51,
        -60,
        -70,
        -71,
        -660,
        -661,
        3_600,
        DAY,
        5 * DAY,
        20 * DAY,
        61 * DAY,
        -DAY,
        i64::MAX,
    ];
    let now = NOW.0.saturating_add(*script.one_of(&offsets));
    let (audience, scene) = *script.one_of(&[
        (None, None),
        (Some("inspector"), Some("inspect.food")),
        (Some("inspector"), None),
        (None, Some("inspect.food")),
        (Some("hotel"), None),
        (None, Some("hotel.checkin")),
        (Some("public"), Some("paper.notice")),
    ]);
    Asked { now, audience, scene, challenge }
}

fn speak_for_b(claims: &mut Value) {
    claims["iss"] = json!(B);
    claims["lic"] = json!(identifier(BUSINESS, &unit_b()).as_str());
    claims["status"]["status_list"]["uri"] = json!(LIST_B);
}

/// Values that are good in some other place.
fn alternatives(name: &str) -> Vec<Value> {
    let strings = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect();
    match name {
        "iss" => strings(&[A, B, "lz.970000"]),
        "aud" => strings(&["hotel", "public", "archive", "hospital", "inspector#91990100MA0000031K"]),
        "scene" => {
            strings(&["hotel.checkin", "hospital.visit", "paper.notice", "archive.patient", "no.scene"])
        }
        "lic" => [
            (BUSINESS, UNIT_1.into()),
            (OPERATION, UNIT_1.into()),
            (OPERATION, UNIT_2.into()),
            (BUSINESS, unit_b()),
        ]
        .iter()
        .map(|(kind, unit): &(&str, String)| json!(identifier(kind, unit).as_str()))
        .collect(),
        "vf" => strings(&["20270115", "20270116", "20260229", "20240229", "00010101"]),
        "vt" => strings(&["20270115", "20270114", "20241231", "99991231", "20270230"]),
        "uri" => strings(&[LIST_A, LIST_B, LIST_OLD, "https://lz.example/status-lists/9"]),
        "idx" => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1_048_575, 1_048_576].map(|idx| json!(idx)).to_vec(),
        "iat" | "exp" => [-86_400, -3_600, -61, -60, -10, 0, 1, 60, 61, 86_400]
            .map(|offset| json!(NOW.0 + offset))
            .to_vec(),
        "act" => vec![json!({"sub":"1****X","name":"李*"}), json!({"sub":"1****X"})],
        "nonce" | "jti" => strings(&["AAAAAAAAAAAAAAAA", "BQUFBQUFBQUFBQUF", "AAAA"]),
        "jwk" => vec![
            serde_json::to_value(key("phone-2").public().to_jwk()).unwrap(),
            serde_json::to_value(key("show-a").public().to_jwk()).unwrap(),
        ],
        "vct" => strings(&["urn:liangzheng:licence:2"]),
        _ => vec![],
    }
}
