//! M: every claim missing and of every wrong type, in tokens whose signature is good.

use liangzheng_core::{
    token::proof,
    verify::Code::{self, ClaimMissing, ClaimType, ClaimUnknown, Format, Lifetime},
};
use serde_json::{Value, json};

use super::{super::Line, GRANT_HEADER, PROOF_HEADER, SHOW_HEADER, signed};
use crate::support::world::{
    NOW, claims, grant_claims, nonce, payload_of, proved, signed_grant, signed_show,
};

/// Fourteen values that are wrong for most claims.
fn wrong_values() -> [(&'static str, Value); 14] {
    [
        ("null", json!(null)),
        ("true", json!(true)),
        ("false", json!(false)),
        ("0", json!(0)),
        ("-1", json!(-1)),
        ("1.5", json!(1.5)),
        ("1e300", json!(1e300)),
        ("2^63", json!(1_u64 << 63)),
        ("empty text", json!("")),
        ("text", json!("§")),
        ("empty list", json!([])),
        ("list of a text", json!(["inspector"])),
        ("empty object", json!({})),
        ("object", json!({ "x": 1 })),
    ]
}

pub fn add(lines: &mut Vec<Line>) {
    let show = payload_of(&signed_show(&claims(974_000)));
    let grant = payload_of(signed_grant(&grant_claims(974_001)).trim_end_matches('~'));
    let as_show = |payload: &Value| signed(SHOW_HEADER, payload.to_string(), "show-a");
    let as_grant = |payload: &Value| {
        let token = format!("{}~", signed(GRANT_HEADER, payload.to_string(), "grant-a"));
        proved(&token, "inspector", nonce(1), NOW.0, "phone-1")
    };
    licence(lines, "show", &show, &as_show);
    licence(lines, "grant", &grant, &as_grant);
    holder_key(lines, &grant, &as_grant);
    proofs(lines);
    json_itself(lines, &show);
}

/// What a value that is no wrong type for this claim comes to instead.
fn exception(claim: &str, value: &str, of_grant: bool) -> Option<Code> {
    match (claim, value) {
        ("fld", "empty object") => Some(Code::Ok),
        ("status", "empty object") => Some(ClaimMissing),
        ("status", "object") => Some(ClaimUnknown),
        // Both are whole numbers, but no life is left between them.
        ("exp", "0") => Some(Lifetime),
        // Made in 1970: it lives too long, but first no key could have signed it then.
        ("iat", "0") => Some(Code::KeyState),
        _ if of_grant && claim == "cnf" && value == "empty object" => Some(ClaimMissing),
        _ if of_grant && claim == "cnf" && value == "object" => Some(ClaimUnknown),
        _ => None,
    }
}

fn licence(lines: &mut Vec<Line>, kind: &str, good: &Value, sign: &dyn Fn(&Value) -> String) {
    let of_grant = kind == "grant";
    let names: Vec<String> = good.as_object().unwrap().keys().cloned().collect();
    for name in &names {
        let mut payload = good.clone();
        payload.as_object_mut().unwrap().remove(name);
        // Without an end the licence is 长期.
        let line = if name == "vt" {
            Line::new('M', format!("{kind}/no {name}"), sign(&payload), Code::Ok)
        } else {
            Line::new('M', format!("{kind}/no {name}"), sign(&payload), ClaimMissing).about(name)
        };
        lines.push(line);
        for (what, value) in wrong_values() {
            let mut payload = good.clone();
            payload[name] = value;
            let code = exception(name, what, of_grant).unwrap_or(ClaimType);
            let mut line = Line::new('M', format!("{kind}/{name} {what}"), sign(&payload), code);
            if code == ClaimType {
                line = line.about(name);
            }
            lines.push(line);
        }
        // Its own value, one level deeper or as a text.
        for (what, value) in
            [("in a list", json!([good[name]])), ("as a text", json!(good[name].to_string()))]
        {
            let mut payload = good.clone();
            payload[name] = value;
            lines
                .push(Line::new('M', format!("{kind}/{name} {what}"), sign(&payload), ClaimType).about(name));
        }
        let mut payload = good.clone();
        let value = payload.as_object_mut().unwrap().remove(name).unwrap();
        let capital = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        payload[&capital] = value;
        lines.push(
            Line::new('M', format!("{kind}/{capital} for {name}"), sign(&payload), ClaimUnknown)
                .about(capital),
        );
    }
    for (name, value) in [
        ("nbf", json!(0)),
        ("sub", json!("x")),
        ("client_id", json!("x")),
        ("role", json!("admin")),
        ("admin", json!(true)),
        ("_sd", json!([])),
        ("_sd_alg", json!("sha-256")),
        ("...", json!("x")),
        ("photo", json!("AAAA")),
        ("", json!(1)),
        ("iss\u{200b}", json!("x")),
        ("__proto__", json!({})),
        ("名称", json!("x")),
    ] {
        let mut payload = good.clone();
        payload[name] = value;
        lines.push(Line::new('M', format!("{kind}/with {name:?}"), sign(&payload), ClaimUnknown).about(name));
    }
    for (what, path, value, code, about) in [
        ("idx as a text", "/status/status_list/idx", json!("0"), ClaimType, Some("idx")),
        ("idx 0.0", "/status/status_list/idx", json!(0.0), ClaimType, Some("idx")),
        ("idx -1", "/status/status_list/idx", json!(-1), ClaimType, Some("idx")),
        ("idx 2^20", "/status/status_list/idx", json!(1 << 20), Code::StatusIndex, None),
        ("idx 2^32", "/status/status_list/idx", json!(1_u64 << 32), Code::StatusIndex, None),
        ("idx 2^63", "/status/status_list/idx", json!(1_u64 << 63), ClaimType, Some("idx")),
        ("idx 1e300", "/status/status_list/idx", json!(1e300), ClaimType, Some("idx")),
        ("uri a number", "/status/status_list/uri", json!(1), ClaimType, Some("uri")),
        ("uri empty", "/status/status_list/uri", json!(""), ClaimType, Some("uri")),
        ("uri javascript", "/status/status_list/uri", json!("javascript:alert(1)"), ClaimType, Some("uri")),
        (
            "uri with a space",
            "/status/status_list/uri",
            json!("https://lz.example/ 1"),
            ClaimType,
            Some("uri"),
        ),
        (
            "uri with a line end",
            "/status/status_list/uri",
            json!("https://lz.example/\n1"),
            ClaimType,
            Some("uri"),
        ),
        (
            "uri in Chinese",
            "/status/status_list/uri",
            json!("https://证照.example/1"),
            ClaimType,
            Some("uri"),
        ),
        ("a field's value null", "/fld/mc", json!(null), ClaimType, Some("fld")),
        ("a field's value a list", "/fld/mc", json!(["x"]), ClaimType, Some("fld")),
        ("a field's value an object", "/fld/mc", json!({ "x": "y" }), ClaimType, Some("fld")),
    ] {
        let mut payload = good.clone();
        *payload.pointer_mut(path).unwrap() = value;
        let mut line = Line::new('M', format!("{kind}/{what}"), sign(&payload), code);
        line.expect.about = about.map(Into::into);
        lines.push(line);
    }
}

fn holder_key(lines: &mut Vec<Line>, good: &Value, sign: &dyn Fn(&Value) -> String) {
    let p = "_____wAAAAEAAAAAAAAAAAAAAAD_______________8";
    let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (member, value, code, about) in [
        ("kty", json!("RSA"), ClaimType, "cnf"),
        ("kty", json!("OKP"), ClaimType, "cnf"),
        ("kty", json!("ec"), ClaimType, "cnf"),
        ("kty", json!(null), ClaimType, "kty"),
        ("crv", json!("P-384"), ClaimType, "cnf"),
        ("crv", json!("secp256k1"), ClaimType, "cnf"),
        ("crv", json!("Ed25519"), ClaimType, "cnf"),
        ("crv", json!(256), ClaimType, "crv"),
        ("x", json!(zero), ClaimType, "cnf"),
        ("y", json!(zero), ClaimType, "cnf"),
        ("x", json!(p), ClaimType, "cnf"),
        ("y", json!(p), ClaimType, "cnf"),
        ("x", json!(format!("{zero}AAAA")), ClaimType, "cnf"),
        ("x", json!(&zero[..42]), ClaimType, "cnf"),
        ("x", json!(format!("{zero}=")), ClaimType, "cnf"),
        ("x", json!(""), ClaimType, "cnf"),
        ("x", json!(1), ClaimType, "x"),
        ("d", json!("AAAA"), ClaimUnknown, "d"),
        ("k", json!("AAAA"), ClaimUnknown, "k"),
        ("kid", json!("show-a"), ClaimUnknown, "kid"),
        ("alg", json!("ES256"), ClaimUnknown, "alg"),
        ("use", json!("sig"), ClaimUnknown, "use"),
        ("key_ops", json!(["verify"]), ClaimUnknown, "key_ops"),
    ] {
        let mut payload = good.clone();
        payload["cnf"]["jwk"][member] = value.clone();
        lines.push(Line::new('M', format!("grant/cnf {member} {value}"), sign(&payload), code).about(about));
    }
    for member in ["kty", "crv", "x", "y"] {
        let mut payload = good.clone();
        payload["cnf"]["jwk"].as_object_mut().unwrap().remove(member);
        lines.push(
            Line::new('M', format!("grant/cnf without {member}"), sign(&payload), ClaimMissing).about(member),
        );
    }
    let mut payload = good.clone();
    payload["cnf"]["jwk"]["x"] = good["cnf"]["jwk"]["y"].clone();
    payload["cnf"]["jwk"]["y"] = good["cnf"]["jwk"]["x"].clone();
    lines.push(Line::new('M', "grant/cnf x and y exchanged", sign(&payload), ClaimType).about("cnf"));
    for (name, cnf, code, about) in [
        ("jkt", json!({ "jkt": "AAAA" }), ClaimUnknown, "jkt"),
        ("jku", json!({ "jku": "https://attacker.example" }), ClaimUnknown, "jku"),
        ("kid", json!({ "kid": "phone-1" }), ClaimUnknown, "kid"),
        ("jwk a text", json!({ "jwk": "x" }), ClaimType, "jwk"),
        ("two ways", json!({ "jwk": good["cnf"]["jwk"], "kid": "x" }), ClaimUnknown, "kid"),
    ] {
        let mut payload = good.clone();
        payload["cnf"] = cnf;
        lines.push(Line::new('M', format!("grant/cnf by {name}"), sign(&payload), code).about(about));
    }
    for vct in
        ["", "urn:liangzheng:licence:2", "urn:liangzheng:licence:1 ", "URN:LIANGZHENG:LICENCE:1", "https://x"]
    {
        let mut payload = good.clone();
        payload["vct"] = json!(vct);
        lines.push(Line::new('M', format!("grant/vct {vct:?}"), sign(&payload), ClaimType).about("vct"));
    }
}

fn proofs(lines: &mut Vec<Line>) {
    let grant = signed_grant(&grant_claims(974_100));
    let good = json!({
        "iat": NOW.0, "aud": "inspector", "nonce": nonce(1).to_string(), "sd_hash": proof::sd_hash(&grant),
    });
    let mut put = |name: String, payload: &Value, code: Code, about: Option<&str>| {
        let kb = signed(PROOF_HEADER, payload.to_string(), "phone-1");
        let mut line = Line::new('M', format!("proof/{name}"), format!("{grant}{kb}"), code);
        line.expect.about = about.map(Into::into);
        lines.push(line);
    };
    for name in ["iat", "aud", "nonce", "sd_hash"] {
        let mut payload = good.clone();
        payload.as_object_mut().unwrap().remove(name);
        put(format!("no {name}"), &payload, ClaimMissing, Some(name));
        for (what, value) in wrong_values() {
            let mut payload = good.clone();
            payload[name] = value;
            // A proof of 1970 has a time, though one far out of its window.
            let code = if (name, what) == ("iat", "0") { Code::ProofTime } else { ClaimType };
            put(format!("{name} {what}"), &payload, code, (code == ClaimType).then_some(name));
        }
    }
    for (name, value) in [
        ("exp", json!(1)),
        ("nbf", json!(1)),
        ("iss", json!("x")),
        ("jti", json!("x")),
        ("cnf", json!({})),
        ("_sd_hash", json!("x")),
        ("Nonce", json!("x")),
    ] {
        let mut payload = good.clone();
        payload[name] = value;
        put(format!("with {name}"), &payload, ClaimUnknown, Some(name));
    }
    let hash = proof::sd_hash(&grant);
    for (name, value, code) in [
        ("of the grant without its tilde", proof::sd_hash(grant.trim_end_matches('~')), Code::ProofHash),
        ("of another grant", proof::sd_hash("x~"), Code::ProofHash),
        ("of nothing", proof::sd_hash(""), Code::ProofHash),
        ("in hexadecimal", "0".repeat(64), ClaimType),
        ("with padding", format!("{hash}="), ClaimType),
        ("cut", hash[..42].into(), ClaimType),
        ("in capitals", hash.to_uppercase(), Code::ProofHash),
        ("of stars", "*".repeat(43), Code::ProofHash),
    ] {
        let mut payload = good.clone();
        payload["sd_hash"] = json!(value);
        put(format!("sd_hash {name}"), &payload, code, None);
    }
    for aud in ["", "#", "#x", "inspector#", "a#b#c", "Inspector", "inspector ", "检查", &"a".repeat(33)] {
        let mut payload = good.clone();
        payload["aud"] = json!(aud);
        put(format!("aud {aud:?}"), &payload, ClaimType, Some("aud"));
    }
    for aud in ["hotel", "inspector2", "inspector#91990100MA0000031K", "x#y"] {
        let mut payload = good.clone();
        payload["aud"] = json!(aud);
        put(format!("aud {aud:?}"), &payload, Code::Audience, None);
    }
    for nonce in
        ["AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAA+/", "证证证证证"]
    {
        let mut payload = good.clone();
        payload["nonce"] = json!(nonce);
        put(format!("nonce {nonce:?}"), &payload, ClaimType, Some("nonce"));
    }
}

/// Payloads that are signed but no JSON as we want it.
fn json_itself(lines: &mut Vec<Line>, good: &Value) {
    let text = good.to_string();
    let texts: Vec<(String, Vec<u8>, Code)> = [
        ("nothing", String::new()),
        ("null", "null".into()),
        ("a list", format!("[{text}]")),
        ("a text", json!(text).to_string()),
        ("not closed", text[..text.len() - 1].into()),
        ("something behind", format!("{text} 1")),
        ("twice", format!("{text}{text}")),
        ("a comma at the end", text.replacen('}', ",}", 1)),
        ("single quotes", text.replace('"', "'")),
        ("a comment", format!("/*x*/{text}")),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("NaN", text.replacen("\"exp\":1800000050", "\"exp\":NaN", 1)),
        ("Infinity", text.replacen("\"exp\":1800000050", "\"exp\":Infinity", 1)),
        ("a leading zero", text.replacen("\"exp\":1800000050", "\"exp\":01800000050", 1)),
        ("a plus sign", text.replacen("\"exp\":1800000050", "\"exp\":+1800000050", 1)),
        ("hexadecimal", text.replacen("\"exp\":1800000050", "\"exp\":0x6b49d232", 1)),
        ("a raw tab in a text", text.replacen("九九", "九\t九", 1)),
        ("a raw NUL in a text", text.replacen("九九", "九\0九", 1)),
        ("a lone high surrogate", text.replacen("九九", "\\ud800", 1)),
        ("a lone low surrogate", text.replacen("九九", "\\udc00", 1)),
        ("surrogates exchanged", text.replacen("九九", "\\udc00\\ud800", 1)),
        ("a wrong escape", text.replacen("九九", "\\x41", 1)),
        ("a short escape", text.replacen("九九", "\\u12", 1)),
        (
            "nested deep",
            text.replacen(
                "\"fld\":{",
                &format!("\"fld\":{{\"a\":{}1{},", "[".repeat(200), "]".repeat(200)),
                1,
            ),
        ),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.into_bytes(), Format))
    .collect();
    for (name, bytes, code) in texts {
        lines.push(Line::new('M', format!("payload {name}"), signed(SHOW_HEADER, bytes, "show-a"), code));
    }
    for name in good.as_object().unwrap().keys() {
        let own = format!("{{\"{name}\":{},", good[name]);
        let before = text.replacen('{', &own, 1);
        lines.push(Line::new(
            'M',
            format!("payload {name} twice"),
            signed(SHOW_HEADER, before, "show-a"),
            Format,
        ));
    }
    // 1.8e9 is a whole number to some readers; a time is written in digits.
    for exp in ["1800000050.0", "18000000.5e2", "1.80000005e9", "1800000050E0"] {
        let text = text.replacen("\"exp\":1800000050", &format!("\"exp\":{exp}"), 1);
        let token = signed(SHOW_HEADER, text, "show-a");
        lines.push(Line::new('M', format!("payload exp {exp}"), token, ClaimType).about("exp"));
    }
}
