//! Other people's vectors through core's signature layer and status list reader.
//!
//! The files lie in `../shared/vectors` beside the repository; without them each test says that it skips.

use std::{collections::BTreeMap, io::Write, path::Path};

use liangzheng_core::{
    jws,
    key::{
        AwsLc, AwsLcSigner, Es256, Es256Key, HighS, Jwk, P256, PublicKey, SignatureFault, check_signature,
    },
    status::packed,
    text::Text,
    time::{Seconds, UnixTime},
    trust::{NamedKey, Operator, OperatorKey, Purpose, RootSet, TrustList, sign_list},
    verify::{Answer, Code, OnExpired, Options, Verifier},
};
use serde_json::Value;

/// Both backends: a verdict may not depend on which one checks.
const BACKENDS: [(&str, &dyn Es256); 2] = [("aws-lc", &AwsLc), ("p256", &P256)];

/// A file of `../shared/vectors`; `None`, said on the real stderr that no test runner hides, if it is absent.
fn vectors(name: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors").join(name);
    let Ok(text) = std::fs::read(&path) else {
        let _ = writeln!(std::io::stderr(), "skipped: {} is absent", path.display());
        return None;
    };
    Some(serde_json::from_slice(&text).unwrap())
}

/// Every test of a Wycheproof file with its group.
fn cases(file: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let groups = file["testGroups"].as_array().unwrap().iter();
    groups.flat_map(|group| group["tests"].as_array().unwrap().iter().map(move |case| (group, case)))
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn key_of(backend: &dyn Es256, group: &Value) -> Box<dyn Es256Key> {
    let point = hex(&group["publicKey"]["uncompressed"]);
    backend.key(&PublicKey::from_sec1(&point).unwrap()).expect("Wycheproof's signature keys lie on the curve")
}

fn is_valid(case: &Value) -> bool {
    match case["result"].as_str().unwrap() {
        "valid" => true,
        "invalid" => false,
        other => unreachable!("no vector of these files is {other}"),
    }
}

#[test]
fn raw_signatures_are_judged_as_wycheproof_does() {
    let Some(file) = vectors("wycheproof_ecdsa_secp256r1_sha256_p1363_test.json") else { return };
    for (name, backend) in BACKENDS {
        let (mut agreed, mut high) = (0, 0);
        for (group, case) in cases(&file) {
            let key = key_of(backend, group);
            let (message, signature) = (hex(&case["msg"]), hex(&case["sig"]));
            let result = check_signature(&*key, &message, &signature, HighS::Accept);
            assert_eq!(result.is_ok(), is_valid(case), "{name} {case}");
            agreed += 1;
            // With the operators' rule on, what was valid stays so exactly if its s is low.
            if result.is_ok() {
                let strict = check_signature(&*key, &message, &signature, HighS::Refuse);
                assert!(matches!(strict, Ok(()) | Err(SignatureFault::HighS)), "{name} {case}");
                high += usize::from(strict.is_err());
            }
        }
        assert_eq!(agreed, 262);
        assert!(high > 0, "{name}: no vector with a high s was seen");
    }
}

#[test]
fn der_signatures_are_judged_as_wycheproof_does() {
    let Some(file) = vectors("wycheproof_ecdsa_secp256r1_sha256_test.json") else { return };
    for (name, backend) in BACKENDS {
        let mut agreed = 0;
        for (group, case) in cases(&file) {
            let key = key_of(backend, group);
            let (message, der) = (hex(&case["msg"]), hex(&case["sig"]));
            let accepted = raw_of_der(&der)
                .is_some_and(|raw| check_signature(&*key, &message, &raw, HighS::Accept).is_ok());
            assert_eq!(accepted, is_valid(case), "{name} {case}");
            agreed += 1;
            // DER itself, put where a JWS has r‖s, is refused for its length; 64 bytes of it are some other signature.
            let as_is = check_signature(&*key, &message, &der, HighS::Accept).unwrap_err();
            assert_eq!(as_is == SignatureFault::Length, der.len() != 64, "{name} {case}");
        }
        assert_eq!(agreed, 484);
    }
}

#[test]
fn json_web_signatures_are_judged_as_wycheproof_does() {
    let Some(file) = vectors("wycheproof_json_web_signature_test.json") else { return };
    for (name, backend) in BACKENDS {
        let (mut on_p256, mut elsewhere, mut passed) = (0, 0, Vec::new());
        // A good key of ours, for vectors whose own key is no P-256 key: they must fail whatever the key.
        let ours = cases(&file).find_map(|(group, _)| usable_key(backend, &group["public"])).unwrap();
        for (group, case) in cases(&file) {
            let text = case["jws"].as_str().unwrap();
            if group["public"]["crv"] != "P-256" {
                assert!(jws::check(text, &*ours, HighS::Accept).is_err(), "{name} {case}");
                elsewhere += 1;
                continue;
            }
            on_p256 += 1;
            let Some(key) = usable_key(backend, &group["public"]) else {
                assert!(!is_valid(case), "{name} {case}");
                continue;
            };
            let result = jws::check(text, &*key, HighS::Accept);
            assert_eq!(result.is_ok(), is_valid(case), "{name} {case}");
            if let Ok(decoded) = result {
                passed.push(case["tcId"].as_u64().unwrap());
                // A correct JWS is still no licence: it says no kind.
                assert_eq!(decoded.header().unwrap().kid("show+jwt").unwrap_err().code, Code::Typ);
            }
        }
        assert_eq!((on_p256, elsewhere, passed), (41, 360, vec![18, 378]), "{name}");
    }
}

/// The key as a trust list would hold it. `alg`, `use` and `kid` are said by the list, so they may stand here only
/// if they say the same; any other member (`key_ops`, another `use`) makes it no key for us.
fn usable_key(backend: &dyn Es256, jwk: &Value) -> Option<Box<dyn Es256Key>> {
    let mut members = jwk.as_object()?.clone();
    members.remove("kid");
    members.retain(|name, value| !(name == "alg" && value == "ES256" || name == "use" && value == "sig"));
    let jwk: Jwk = serde_json::from_value(Value::Object(members)).ok()?;
    backend.key(&PublicKey::from_jwk(&jwk).ok()?)
}

#[test]
fn no_foreign_json_web_signature_is_a_licence() {
    let Some(file) = vectors("wycheproof_json_web_signature_test.json") else { return };
    let good = cases(&file).find(|(_, case)| case["tcId"] == 18).unwrap().0;
    let now = UnixTime(1_800_000_000);
    let verifier = verifier_trusting(&good["public"], now);
    let mut told = BTreeMap::new();
    for (_, case) in cases(&file) {
        let verdict = verifier.verify(case["jws"].as_str().unwrap(), &Options::at(now));
        assert_eq!(verdict.verdict, Answer::Invalid, "{case}");
        told.insert(case["tcId"].as_u64().unwrap(), verdict.code);
    }
    assert_eq!(told.len(), 401);
    // Their key is trusted and their signatures hold; what they lack is a kind.
    assert_eq!((told[&18], told[&378]), (Code::Typ, Code::Typ));
}

/// A verifier whose trust list holds `jwk`'s key for show tokens under the `kid` the vectors name.
fn verifier_trusting(jwk: &Value, now: UnixTime) -> Verifier {
    let (root, _) = AwsLcSigner::generate("root-1").unwrap();
    let roots = RootSet {
        keys: vec![NamedKey { kid: "root-1".into(), jwk: root.public_key().to_jwk() }],
        threshold: 1,
    };
    let text = |member: &str| jwk[member].as_str().unwrap().to_owned();
    let list = TrustList {
        version: 1,
        iat: now,
        exp: now.plus(Seconds(86_400)),
        refresh: Seconds(86_400),
        roots: roots.clone(),
        operators: vec![Operator {
            id: "lz.990000".into(),
            names: Text { zh: "测试".into(), en: "Test".into() },
            regions: vec!["1199".into()],
            keys: vec![OperatorKey {
                kid: text("kid"),
                jwk: Jwk { kty: text("kty"), crv: text("crv"), x: text("x"), y: text("y") },
                purpose: Purpose::Show,
                nbf: now.plus(Seconds(-60)),
                exp: now.plus(Seconds(86_400)),
                revoked_at: None,
                compromised: false,
            }],
        }],
    };
    let signed = sign_list(&list, &[&root]).unwrap();
    let mut verifier = Verifier::new(&AwsLc, roots).unwrap();
    verifier.load_trust_list(&signed, OnExpired::Refuse { now }).unwrap();
    verifier
}

#[test]
fn status_list_vectors_read_bit_for_bit() {
    let Some(file) = vectors("token_status_list.json") else { return };
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let bits = u8::try_from(vector["bits"].as_u64().unwrap()).unwrap();
        let entries = u32::try_from(vector["entries"].as_u64().unwrap()).unwrap();
        let length = entries as usize * usize::from(bits) / 8;
        let array = packed::inflate(vector["lst"].as_str().unwrap(), length).unwrap();
        let set = vector["set"].as_object().unwrap();
        assert!(!set.is_empty());
        for index in 0..entries {
            let stated = set.get(&index.to_string()).map_or(0, |value| value.as_u64().unwrap());
            assert_eq!(
                packed::get(&array, bits, index).map(u64::from),
                Some(stated),
                "{bits} bits, [{index}]"
            );
        }
        assert_eq!(packed::get(&array, bits, entries), None, "{bits} bits: past the end");
        // And back: what we would publish inflates to the same array.
        assert_eq!(packed::inflate(&packed::deflate(&array), length).unwrap(), array);
    }
}

/// r‖s of a strictly encoded DER `SEQUENCE { INTEGER r, INTEGER s }`; `None` for BER, negative or oversized numbers.
fn raw_of_der(der: &[u8]) -> Option<[u8; 64]> {
    let (body, rest) = element(der, 0x30)?;
    let (r, body) = element(body, 0x02)?;
    let (s, body) = element(body, 0x02)?;
    if !rest.is_empty() || !body.is_empty() {
        return None;
    }
    let mut raw = [0; 64];
    for (scalar, place) in [r, s].into_iter().zip(raw.chunks_exact_mut(32)) {
        // Positive and minimal: a leading zero only before a byte whose top bit is set.
        let digits = match scalar {
            [0] => &[][..],
            [0, first, ..] if first & 0x80 != 0 => &scalar[1..],
            [first, ..] if *first != 0 && first & 0x80 == 0 => scalar,
            _ => return None,
        };
        let start = 32_usize.checked_sub(digits.len())?;
        place[start..].copy_from_slice(digits);
    }
    Some(raw)
}

/// One element with a short-form length (72 bytes at most are needed): its content and what follows.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match bytes {
        [found, length @ 0..=0x7f, rest @ ..] if *found == tag => rest.split_at_checked(usize::from(*length)),
        _ => None,
    }
}
