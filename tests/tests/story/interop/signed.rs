//! Libraries that know nothing of us read what core signs, and refuse what they must.
//!
//! The peers are `tests/interop/peers.py` (pyjwt, joserfc, jwcrypto, sd-jwt, openvc-core) and `peers.mjs`
//! (jose, @sd-jwt/sd-jwt-vc, @sd-jwt/jwt-status-list); this file writes the cases for them.

use super::peers::{Peer, now, scratch};
use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::{
    identifier::Identifier,
    key::{AwsLcSigner, Signer},
    status::{ListHead, StatusArray, StatusValue, sign_list},
    time::{Day, Seconds, UnixTime},
    token::{
        Challenge, Delegate, Fields, GrantClaims, Jti, Nonce, ShowClaims, StatusRef, grant, proof, show,
    },
};
use serde_json::{Value, json};

const OPERATOR: &str = "lz.990000";
const AUDIENCE: &str = "inspector";
const LIST: &str = "https://lz.example/status-lists/7";

fn signer(kid: &str) -> AwsLcSigner {
    AwsLcSigner::generate(kid).unwrap().0
}

fn claims(now: UnixTime, lifetime: Seconds) -> ShowClaims {
    let text = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    ShowClaims {
        iss: OPERATOR.into(),
        iat: now,
        exp: now.plus(lifetime),
        jti: Jti::from_bytes([0xfb; 12]),
        aud: AUDIENCE.into(),
        scene: "inspect.food".into(),
        lic: Identifier::build("11990000MB00010033001", "11990100MB0000019L", "2026990100000001", 1).unwrap(),
        fld: Fields::new(vec![text("n", "云溪市山月茶饮有限公司"), text("p", "林**"), text("q", "\"\\/é")])
            .unwrap(),
        vf: Day::parse("20240101").unwrap(),
        vt: Day::parse("20291231"),
        status: StatusRef { uri: LIST.into(), idx: 1_048_575 },
        ntc: None,
        act: Some(Delegate { sub: "d1".into(), name: "陈**".into() }),
    }
}

/// What a reader must find in a compact JWS: its payload as JSON.
pub(super) fn payload(token: &str) -> Value {
    let segment = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(segment).unwrap()).unwrap()
}

/// The token with one character in the middle of segment `at` replaced; still base64url.
pub(super) fn altered(token: &str, at: usize) -> String {
    let mut segments: Vec<String> = token.split('.').map(str::to_owned).collect();
    let middle = segments[at].len() / 2;
    let other = if segments[at].as_bytes()[middle] == b'A' { "B" } else { "A" };
    segments[at].replace_range(middle..=middle, other);
    segments.join(".")
}

fn jwks(signers: &[&AwsLcSigner]) -> Value {
    let keys = signers.iter().map(|signer| {
        let jwk = signer.public_key().to_jwk();
        json!({ "kty": jwk.kty, "crv": jwk.crv, "x": jwk.x, "y": jwk.y, "kid": signer.kid(), "alg": "ES256", "use": "sig" })
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

fn present(grant: &str, audience: &str, nonce: &Nonce, iat: UnixTime, phone: &AwsLcSigner) -> String {
    let input = proof::signing_input(grant, audience, nonce, iat);
    proof::attach(grant, &input, &phone.sign(input.as_bytes()).unwrap())
}

fn jws_case(name: &str, token: &str, typ: &str, accept: bool) -> Value {
    let claims = accept.then(|| payload(token));
    json!({ "name": name, "token": token, "typ": typ, "iss": OPERATOR, "aud": AUDIENCE, "accept": accept, "claims": claims })
}

fn sd_jwt_case(name: &str, presentation: &str, audience: &str, nonce: &Nonce, accept: bool) -> Value {
    let claims = accept.then(|| payload(presentation));
    json!({
        "name": name, "presentation": presentation, "aud": audience, "grant_aud": AUDIENCE,
        "nonce": nonce.to_string(), "accept": accept, "claims": claims,
    })
}

fn all_cases() -> Value {
    let now = now();
    let (showing, granting, listing) = (signer("show-2026a"), signer("grant-2026a"), signer("status-2026a"));
    let (phone, thief) = (signer("phone"), signer("show-2026a"));

    let good = claims(now, Seconds(60));
    let token = show::sign(&good, &showing).unwrap();
    // Two minutes past its end: beyond every library's slack.
    let old = ShowClaims { iat: now.plus(Seconds(-180)), exp: now.plus(Seconds(-120)), ..good.clone() };
    let grant_claims = GrantClaims { licence: claims(now, Seconds(86_400)), cnf: phone.public_key() };
    let grant = grant::sign(&grant_claims, &granting).unwrap();
    let issuer_jws = grant.trim_end_matches('~');
    let unsigned = format!(
        "{}.{}.",
        Base64UrlUnpadded::encode_string(br#"{"alg":"none","typ":"show+jwt"}"#),
        token.split('.').nth(1).unwrap()
    );
    let jws = vec![
        jws_case("show token", &token, "show+jwt", true),
        jws_case("grant", issuer_jws, "dc+sd-jwt", true),
        jws_case(
            "show token without delegate or end",
            &show::sign(&ShowClaims { vt: None, act: None, ..good.clone() }, &showing).unwrap(),
            "show+jwt",
            true,
        ),
        jws_case("changed header", &altered(&token, 0), "show+jwt", false),
        jws_case("changed payload", &altered(&token, 1), "show+jwt", false),
        jws_case("changed signature", &altered(&token, 2), "show+jwt", false),
        jws_case("another key under the same kid", &show::sign(&good, &thief).unwrap(), "show+jwt", false),
        jws_case("expired", &show::sign(&old, &showing).unwrap(), "show+jwt", false),
        jws_case(
            "another audience",
            &show::sign(&ShowClaims { aud: "hotel".into(), ..good.clone() }, &showing).unwrap(),
            "show+jwt",
            false,
        ),
        jws_case(
            "another operator",
            &show::sign(&ShowClaims { iss: "lz.980000".into(), ..good }, &showing).unwrap(),
            "show+jwt",
            false,
        ),
        jws_case("unsigned", &unsigned, "show+jwt", false),
    ];

    let nonce = Nonce::from_bytes([0xa7; 12]);
    let challenge = Challenge {
        aud: AUDIENCE.into(),
        rp: "11990100MB0000019L".into(),
        scene: "inspect.food".into(),
        nonce,
    };
    let answer = challenge.proof_audience();
    let plain = present(&grant, AUDIENCE, &nonce, now, &phone);
    let forged_grant = grant::sign(&grant_claims, &signer("grant-2026a")).unwrap();
    let other_grant = grant::sign(
        &GrantClaims { licence: claims(now, Seconds(3_600)), cnf: phone.public_key() },
        &granting,
    )
    .unwrap();
    let moved = format!("{other_grant}{}", plain.split_once('~').unwrap().1);
    let sd_jwt = vec![
        sd_jwt_case("plain H", &plain, AUDIENCE, &nonce, true),
        sd_jwt_case(
            "answer to a challenge",
            &present(&grant, &answer, &nonce, now, &phone),
            &answer,
            &nonce,
            true,
        ),
        sd_jwt_case(
            "another phone",
            &present(&grant, AUDIENCE, &nonce, now, &thief),
            AUDIENCE,
            &nonce,
            false,
        ),
        sd_jwt_case("another nonce", &plain, AUDIENCE, &Nonce::from_bytes([1; 12]), false),
        sd_jwt_case("another audience", &plain, &answer, &nonce, false),
        sd_jwt_case(
            "grant of another key",
            &present(&forged_grant, AUDIENCE, &nonce, now, &phone),
            AUDIENCE,
            &nonce,
            false,
        ),
        sd_jwt_case("proof of another grant", &moved, AUDIENCE, &nonce, false),
        sd_jwt_case("no proof", &grant, AUDIENCE, &nonce, false),
    ];

    let mut array = StatusArray::new();
    let set = [
        (0, StatusValue::Suspended),
        (1, StatusValue::Final),
        (2, StatusValue::Notice),
        (777, StatusValue::Superseded),
        (65_536, StatusValue::PaperLost),
        (1_048_574, StatusValue::InspectionOverdue),
    ];
    for (index, value) in set {
        assert!(array.set(index, value));
    }
    let mut values: Vec<(u32, u8)> = set.iter().map(|(index, value)| (*index, value.wire())).collect();
    // Neighbours of what was set, and the entry our tokens point at, stay valid.
    values.extend([3, 776, 778, 65_535, 65_537, 1_048_573, 1_048_575].map(|index| (index, 0)));
    let head = ListHead { sub: LIST.into(), iat: now, exp: now.plus(Seconds(86_400)), ttl: Seconds(300) };
    let list = sign_list(&head, &array, &listing).unwrap();
    let forged = sign_list(&head, &array, &signer("status-2026a")).unwrap();
    let elsewhere =
        sign_list(&ListHead { sub: "https://lz.example/status-lists/8".into(), ..head }, &array, &listing)
            .unwrap();
    let status_case = |name: &str, token: &str, accept: bool| {
        let values = if accept { &values[..] } else { &values[..1] };
        json!({ "name": name, "token": token, "uri": LIST, "accept": accept, "values": values })
    };
    let status = vec![
        status_case("status list", &list, true),
        status_case("changed list", &altered(&list, 1), false),
        status_case("list of another key", &forged, false),
        status_case("list of another place", &elsewhere, false),
    ];
    json!({ "jwks": jwks(&[&showing, &granting, &listing]), "jws": jws, "sd_jwt": sd_jwt, "status": status })
}

#[test]
fn python_libraries_agree() {
    Peer::Python.judges("peers.py", &all_cases(), &scratch("interop-python"));
}

#[test]
fn node_libraries_agree() {
    Peer::Node.judges("peers.mjs", &all_cases(), &scratch("interop-node"));
}
