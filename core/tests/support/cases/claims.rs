use liangzheng_core::verify::Code::{
    self, ClaimMissing, ClaimType, ClaimUnknown, Format, Lifetime, StatusIndex,
};
use serde_json::{Value, json};

use super::super::{
    Cases,
    world::{
        NOW, claims, grant_claims, nonce, payload_of, proved, raw, raw_payload, signed_grant, signed_show,
    },
};

pub fn add(all: &mut Cases) {
    let good = payload_of(&signed_show(&claims(920_000)));
    for name in ["iss", "iat", "exp", "jti", "aud", "scene", "lic", "fld", "vf", "status"] {
        let mut payload = good.clone();
        payload.as_object_mut().unwrap().remove(name);
        all.add(format!("claims: no {name}"), raw_payload("show+jwt", &payload, "show-a"), ClaimMissing);
        for (kind, value) in
            [("null", Value::Null), ("a list", json!([good[name].clone()])), ("true", json!(true))]
        {
            let mut payload = good.clone();
            payload[name] = value;
            all.add(format!("claims: {name} {kind}"), raw_payload("show+jwt", &payload, "show-a"), ClaimType);
        }
    }
    let mut with = |name: &str, path: &[&str], value: Value, code: Code| {
        let mut payload = good.clone();
        let mut at = &mut payload;
        for step in path {
            at = &mut at[*step];
        }
        *at = value;
        all.add(format!("claims: {name}"), raw_payload("show+jwt", &payload, "show-a"), code);
    };
    with("iat a text", &["iat"], json!("1800000000"), ClaimType);
    with("iat a fraction", &["iat"], json!(1_799_999_990.5), ClaimType);
    with("iat negative", &["iat"], json!(-1), ClaimType);
    with("exp beyond i64", &["exp"], json!(u64::MAX), ClaimType);
    with("exp 1e300", &["exp"], json!(1e300), ClaimType);
    with("exp before iat", &["exp"], json!(1_799_999_980), Lifetime);
    with("exp equal to iat", &["exp"], json!(1_799_999_990), Lifetime);
    with("iss empty", &["iss"], json!(""), ClaimType);
    with("iss with a space", &["iss"], json!("lz 990000"), ClaimType);
    with("jti short", &["jti"], json!("AAAA"), ClaimType);
    with("jti with padding", &["jti"], json!("AAAAAAAAAAAAAA=="), ClaimType);
    with("aud a list of two", &["aud"], json!(["inspector", "hotel"]), ClaimType);
    with("aud in capitals", &["aud"], json!("INSPECTOR"), ClaimType);
    with(
        "lic with its OID root",
        &["lic"],
        json!("1.2.156.3005.2.11100000MB0143028R001.11990100MB0000019L.20260000123.001.S"),
        ClaimType,
    );
    with(
        "lic with a wrong check character",
        &["lic"],
        json!("11100000MB0143028R001.11990100MB0000019L.20260000123.001.T"),
        ClaimType,
    );
    with("vf no day", &["vf"], json!("20260230"), ClaimType);
    with("vf a number", &["vf"], json!(20_250_101), ClaimType);
    with("vt before vf", &["vt"], json!("20241231"), ClaimType);
    with("vt null", &["vt"], Value::Null, ClaimType);
    with("a field that is a number", &["fld", "mc"], json!(1), ClaimType);
    with("257 bytes of fields", &["fld"], json!({ "mc": "x".repeat(255) }), ClaimType);
    with("a field key in capitals", &["fld"], json!({ "MC": "x" }), ClaimType);
    with("a direction override in a field", &["fld", "mc"], json!("abc\u{202e}def"), ClaimType);
    with("a control character in a field", &["fld", "mc"], json!("a\u{0007}b"), ClaimType);
    with("a zero-width space in a field", &["fld", "mc"], json!("a\u{200b}b"), ClaimType);
    with("status without its list", &["status"], json!({}), ClaimMissing);
    with("status with more than its list", &["status", "extra"], json!(1), ClaimUnknown);
    with("idx a text", &["status", "status_list", "idx"], json!("0"), ClaimType);
    with("idx negative", &["status", "status_list", "idx"], json!(-1), ClaimType);
    with("idx beyond the shard", &["status", "status_list", "idx"], json!(1_048_576), StatusIndex);
    with("idx huge", &["status", "status_list", "idx"], json!(i64::MAX), StatusIndex);
    with("uri of another scheme", &["status", "status_list", "uri"], json!("file:///etc/passwd"), ClaimType);
    with(
        "uri too long",
        &["status", "status_list", "uri"],
        json!(format!("https://{}", "a".repeat(249))),
        ClaimType,
    );
    with("nbf", &["nbf"], json!(1), ClaimUnknown);
    with("sub", &["sub"], json!("x"), ClaimUnknown);
    with("cnf in a show token", &["cnf"], json!({}), ClaimUnknown);
    with("act without a name", &["act"], json!({ "sub": "1" }), ClaimMissing);
    with("act with an empty name", &["act"], json!({ "sub": "1", "name": "" }), ClaimType);
    with("act a text", &["act"], json!("李四"), ClaimType);

    let header = r#"{"alg":"ES256","kid":"show-a","typ":"show+jwt"}"#;
    let text = good.to_string();
    for (name, payload, code) in [
        ("not JSON", "licence".to_owned(), Format),
        ("a list", "[]".into(), Format),
        ("empty", String::new(), Format),
        ("exp twice", text.replacen('{', "{\"exp\":1,", 1), Format),
        ("a field twice", text.replacen("\"fld\":{", "\"fld\":{\"mc\":\"x\",", 1), Format),
        ("a lone surrogate", text.replacen("九九", "\\ud800", 1), Format),
        (
            "nested too deep",
            text.replacen("\"fld\":{", "\"fld\":{\"a\":{\"b\":{\"c\":{\"d\":1}}},", 1),
            Format,
        ),
    ] {
        all.add(format!("claims: {name}"), raw(header, payload.as_bytes(), "show-a"), code);
    }

    // A grant has two claims more; a proof has four in all.
    let grant = payload_of(&signed_grant(&grant_claims(920_001)));
    let mut with_grant = |name: &str, change: &dyn Fn(&mut Value), code: Code| {
        let mut payload = grant.clone();
        change(&mut payload);
        let token = raw_payload("dc+sd-jwt", &payload, "grant-a") + "~";
        all.add(format!("grant: {name}"), proved(&token, "inspector", nonce(1), NOW.0, "phone-1"), code);
    };
    with_grant("another vct", &|p| p["vct"] = json!("urn:other:1"), ClaimType);
    with_grant("no vct", &|p| drop(p.as_object_mut().unwrap().remove("vct")), ClaimMissing);
    with_grant("no cnf", &|p| drop(p.as_object_mut().unwrap().remove("cnf")), ClaimMissing);
    with_grant("cnf with a kid", &|p| p["cnf"]["kid"] = json!("x"), ClaimUnknown);
    with_grant("cnf with a private part", &|p| p["cnf"]["jwk"]["d"] = json!("x"), ClaimUnknown);
    with_grant("cnf on another curve", &|p| p["cnf"]["jwk"]["crv"] = json!("P-384"), ClaimType);
    with_grant(
        "cnf off the curve",
        &|p| p["cnf"]["jwk"]["y"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"),
        ClaimType,
    );
    with_grant("cnf with a short coordinate", &|p| p["cnf"]["jwk"]["x"] = json!("AAAA"), ClaimType);
    with_grant("_sd", &|p| p["_sd"] = json!([]), ClaimUnknown);

    let token = signed_grant(&grant_claims(920_002));
    let proof = json!({ "iat": NOW.0, "aud": "inspector", "nonce": nonce(1).to_string(), "sd_hash": liangzheng_core::token::proof::sd_hash(&token) });
    let mut with_proof = |name: &str, change: &dyn Fn(&mut Value), code: Code| {
        let mut payload = proof.clone();
        change(&mut payload);
        let kb = raw(r#"{"alg":"ES256","typ":"kb+jwt"}"#, payload.to_string().as_bytes(), "phone-1");
        all.add(format!("proof: {name}"), format!("{token}{kb}"), code);
    };
    for name in ["iat", "aud", "nonce", "sd_hash"] {
        with_proof(&format!("no {name}"), &|p| drop(p.as_object_mut().unwrap().remove(name)), ClaimMissing);
        with_proof(&format!("{name} null"), &|p| p[name] = Value::Null, ClaimType);
    }
    with_proof("exp", &|p| p["exp"] = json!(1), ClaimUnknown);
    with_proof("short nonce", &|p| p["nonce"] = json!("AAAA"), ClaimType);
    with_proof("aud with two units", &|p| p["aud"] = json!("hotel#a#b"), ClaimType);
}
