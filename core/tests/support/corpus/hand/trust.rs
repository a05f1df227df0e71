//! D and Q: keys that no trust list may hold, and trust lists that must be refused.
//!
//! All are newer than what the world `main` holds and, unless they say otherwise, well signed.

use liangzheng_core::verify::Code::{
    self, Alg, B64, Format, HeaderField, KidFormat, Lifetime, Rollback, Size, TrustExpired, TrustKey,
    TrustSig, TrustThreshold, Typ,
};
use serde_json::{Value, json};

use super::{
    super::{Line, keys::key, objects},
    decode, encode, signed,
};
use crate::support::world::{DAY, NOW};

pub fn add(lines: &mut Vec<Line>) {
    let [list, ..] = objects::all().map(|object| object.text);
    let list: Value = serde_json::from_slice(&decode(
        serde_json::from_str::<Value>(&list).unwrap()["payload"].as_str().unwrap(),
    ))
    .unwrap();
    keys(lines, &list);
    trust_lists(lines, &list);
}

/// A trust list of any payload, signed by the named roots.
fn general(payload: &str, signers: &[&str]) -> Value {
    let signatures: Vec<Value> = signers
        .iter()
        .map(|kid| {
            let header = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"trustlist+jwt"}}"#);
            let token = signed(&header, payload, kid);
            let parts: Vec<&str> = token.split('.').collect();
            json!({ "protected": parts[0], "signature": parts[2] })
        })
        .collect();
    json!({ "payload": encode(payload), "signatures": signatures })
}

const TWO: [&str; 2] = ["root-1", "root-2"];

fn keys(lines: &mut Vec<Line>, list: &Value) {
    let p = "_____wAAAAEAAAAAAAAAAAAAAAD_______________8";
    let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let good = list["operators"][0]["keys"][0]["jwk"].clone();
    let mut put = |name: &str, jwk: Value, code: Code| {
        for (whose, path) in [("an operator", "/operators/0/keys/0/jwk"), ("a root", "/roots/keys/0/jwk")] {
            let mut list = list.clone();
            *list.pointer_mut(path).unwrap() = jwk.clone();
            let text = general(&list.to_string(), &TWO).to_string();
            lines.push(Line::new('D', format!("{whose}'s key {name}"), text, code).loads("trust_list"));
        }
    };
    for (name, member, value, code) in [
        ("RSA", "kty", json!("RSA"), TrustKey),
        ("OKP", "kty", json!("OKP"), TrustKey),
        ("oct", "kty", json!("oct"), TrustKey),
        ("in small letters", "kty", json!("ec"), TrustKey),
        ("of no type", "kty", json!(null), Format),
        ("on P-384", "crv", json!("P-384"), TrustKey),
        ("on P-521", "crv", json!("P-521"), TrustKey),
        ("on secp256k1", "crv", json!("secp256k1"), TrustKey),
        ("on brainpool", "crv", json!("brainpoolP256r1"), TrustKey),
        ("on a number", "crv", json!(256), Format),
        ("x zero", "x", json!(zero), TrustKey),
        ("y zero", "y", json!(zero), TrustKey),
        ("x = p", "x", json!(p), TrustKey),
        ("y = p", "y", json!(p), TrustKey),
        ("x short", "x", json!(&zero[..42]), TrustKey),
        ("x long", "x", json!(format!("{zero}AA")), TrustKey),
        ("x with padding", "x", json!(format!("{zero}=")), TrustKey),
        ("x in the standard alphabet", "x", json!("+".repeat(43)), TrustKey),
        ("x with bits left over", "x", json!(format!("{}B", &zero[..42])), TrustKey),
        ("x empty", "x", json!(""), TrustKey),
        ("x a number", "x", json!(1), Format),
        ("with its private part", "d", json!(zero), Format),
        ("with a use", "use", json!("sig"), Format),
        ("for encryption", "use", json!("enc"), Format),
        ("with operations", "key_ops", json!(["verify"]), Format),
        ("with an algorithm", "alg", json!("ES256"), Format),
        ("with a name inside", "kid", json!("x"), Format),
        ("with a chain", "x5c", json!([]), Format),
    ] {
        let mut jwk = good.clone();
        jwk[member] = value;
        put(name, jwk, code);
    }
    let mut exchanged = good.clone();
    (exchanged["x"], exchanged["y"]) = (good["y"].clone(), good["x"].clone());
    put("x and y exchanged", exchanged, TrustKey);
    put("a text", json!("x"), Format);
    put("nothing", json!({}), Format);
    for (name, path, other) in [
        ("another operator's key", "/operators/0/keys/0/jwk", "/operators/1/keys/0/jwk"),
        ("another purpose's key", "/operators/0/keys/0/jwk", "/operators/0/keys/1/jwk"),
        ("one root's key twice", "/roots/keys/0/jwk", "/roots/keys/1/jwk"),
        ("one kid twice", "/operators/0/keys/0/kid", "/operators/0/keys/1/kid"),
        ("one kid with two operators", "/operators/0/keys/0/kid", "/operators/1/keys/0/kid"),
        ("one root's kid twice", "/roots/keys/0/kid", "/roots/keys/1/kid"),
    ] {
        let mut list = list.clone();
        *list.pointer_mut(path).unwrap() = list.pointer(other).unwrap().clone();
        let text = general(&list.to_string(), &TWO).to_string();
        lines.push(Line::new('D', name, text, TrustKey).loads("trust_list"));
    }
    for kid in ["", "a b", "../a", "证", &"k".repeat(65), "a.b"] {
        for path in ["/operators/0/keys/0/kid", "/roots/keys/0/kid"] {
            let mut list = list.clone();
            *list.pointer_mut(path).unwrap() = json!(kid);
            let text = general(&list.to_string(), &TWO).to_string();
            lines.push(Line::new('D', format!("kid {kid:?} at {path}"), text, TrustKey).loads("trust_list"));
        }
    }
}

fn trust_lists(lines: &mut Vec<Line>, list: &Value) {
    let text = list.to_string();
    let good = general(&text, &TWO);
    let mut put = |name: &str, text: String, code: Code| {
        lines.push(Line::new('Q', format!("trust list {name}"), text, code).loads("trust_list"));
    };
    for (name, signers) in [
        ("signed by nobody", &[][..]),
        ("signed by one root", &["root-2"]),
        ("signed by one root twice", &["root-2", "root-2"]),
        ("signed by one root sixteen times", &["root-3"; 16]),
        ("signed by a root and a stranger", &["root-2", "root-9"]),
        ("signed by a root and an operator", &["root-2", "show-a"]),
        ("signed by strangers", &["root-7", "root-8", "root-9"]),
    ] {
        put(name, general(&text, signers).to_string(), TrustThreshold);
    }
    put("signed seventeen times", general(&text, &["root-3"; 17]).to_string(), Size);
    for member in ["version", "iat", "exp", "refresh", "roots", "operators"] {
        for (what, value) in
            [("null", json!(null)), ("a text", json!("7")), ("1.5", json!(1.5)), ("-1", json!(-1))]
        {
            let mut list = list.clone();
            list[member] = value;
            put(&format!("{member} {what}"), general(&list.to_string(), &TWO).to_string(), Format);
        }
        let mut list = list.clone();
        let own = list.as_object_mut().unwrap().remove(member).unwrap();
        put(&format!("without {member}"), general(&list.to_string(), &TWO).to_string(), Format);
        let twice = text.replacen('{', &format!("{{\"{member}\":{own},"), 1);
        put(&format!("{member} twice"), general(&twice, &TWO).to_string(), Format);
    }
    for (name, path, value, code) in [
        ("of version 0", "/version", json!(0), Rollback),
        ("of version 6", "/version", json!(6), Rollback),
        ("of version 2^63", "/version", json!(1_u64 << 63), Format),
        ("that lives a second over 90 days", "/exp", json!(NOW.0 - DAY + 90 * DAY + 1), Lifetime),
        ("that ends as it begins", "/exp", json!(NOW.0 - DAY), Lifetime),
        ("that ends before it begins", "/exp", json!(NOW.0 - DAY - 1), Lifetime),
        ("that ends at the end of time", "/exp", json!(i64::MAX), Lifetime),
        ("that has just ended", "/exp", json!(NOW.0), TrustExpired),
        ("never to be renewed", "/refresh", json!(0), Lifetime),
        ("with two purposes", "/operators/0/keys/0/purpose", json!(["show", "grant"]), Format),
        ("with a key that never lives", "/operators/0/keys/0/exp", json!(0), TrustKey),
        ("with compromised as a text", "/operators/0/keys/0/compromised", json!("false"), Format),
        ("with an operator without a name", "/operators/0/id", json!(""), TrustKey),
        ("with one operator twice", "/operators/0/id", json!("lz.980000"), TrustKey),
        ("with a threshold of 0", "/roots/threshold", json!(0), TrustKey),
        ("with a threshold of 4", "/roots/threshold", json!(4), TrustKey),
        ("with a threshold of -1", "/roots/threshold", json!(-1), Format),
        ("with no roots", "/roots/keys", json!([]), TrustKey),
        ("with regions as a text", "/operators/0/regions", json!("1199"), Format),
    ] {
        let mut list = list.clone();
        match list.pointer_mut(path) {
            Some(slot) => *slot = value,
            None => list["operators"][0]["keys"][0]["compromised"] = value,
        }
        put(name, general(&list.to_string(), &TWO).to_string(), code);
    }
    // The roots hand over: both the old and the new must have signed.
    let others = trust_list_with_roots(list, &["root-4", "root-5", "root-6"]);
    for (name, signers) in [
        ("the old roots alone", &["root-1", "root-2"][..]),
        ("the new roots alone", &["root-4", "root-5"]),
        ("one of each", &["root-1", "root-4"]),
        ("two old and one new", &["root-1", "root-2", "root-4"]),
        ("one old and three new", &["root-1", "root-4", "root-5", "root-6"]),
        ("one old twice and two new", &["root-1", "root-1", "root-4", "root-5"]),
    ] {
        put(
            &format!("of new roots, signed by {name}"),
            general(&others, signers).to_string(),
            TrustThreshold,
        );
    }
    // The envelope.
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut general = good.clone();
        change(&mut general);
        general.to_string()
    };
    let wrong = |header: &str| {
        let token = signed(header, &text, "root-2");
        let parts: Vec<&str> = token.split('.').collect();
        json!({ "protected": parts[0], "signature": parts[2] })
    };
    for (name, text, code) in [
        (
            "with an unprotected header",
            changed(&|g| g["signatures"][0]["header"] = json!({ "kid": "root-1" })),
            Format,
        ),
        ("with a member more", changed(&|g| g["x"] = json!(1)), Format),
        ("without signatures", changed(&|g| drop(g.as_object_mut().unwrap().remove("signatures"))), Format),
        ("with signatures as an object", changed(&|g| g["signatures"] = g["signatures"][0].clone()), Format),
        (
            "flattened",
            changed(&|g| {
                g["protected"] = g["signatures"][0]["protected"].clone();
                g["signature"] = g["signatures"][0]["signature"].clone();
                drop(g.as_object_mut().unwrap().remove("signatures"));
            }),
            Format,
        ),
        ("with another payload", changed(&|g| g["payload"] = json!(encode("{}"))), TrustSig),
        (
            "with its signatures exchanged",
            changed(&|g| {
                let first = g["signatures"][0]["signature"].take();
                g["signatures"][0]["signature"] = g["signatures"][1]["signature"].take();
                g["signatures"][1]["signature"] = first;
            }),
            TrustSig,
        ),
        ("with one signature cut", changed(&|g| g["signatures"][0]["signature"] = json!("AAAA")), TrustSig),
        ("with one signature empty", changed(&|g| g["signatures"][0]["signature"] = json!("")), TrustSig),
        ("with one signature padded", changed(&|g| g["signatures"][0]["signature"] = json!("AA==")), B64),
        (
            "with one signature of zeros",
            changed(&|g| g["signatures"][0]["signature"] = json!(encode([0; 64]))),
            TrustSig,
        ),
        (
            "with alg none on one",
            changed(&|g| {
                g["signatures"][1] = wrong(r#"{"alg":"none","kid":"root-2","typ":"trustlist+jwt"}"#)
            }),
            Alg,
        ),
        (
            "with HS256 on one",
            changed(&|g| {
                g["signatures"][1] = wrong(r#"{"alg":"HS256","kid":"root-2","typ":"trustlist+jwt"}"#)
            }),
            Alg,
        ),
        (
            "with a jwk on one",
            changed(&|g| {
                g["signatures"][1] = wrong(r#"{"alg":"ES256","kid":"root-2","typ":"trustlist+jwt","jwk":{}}"#)
            }),
            HeaderField,
        ),
        (
            "with crit on one",
            changed(&|g| {
                g["signatures"][1] =
                    wrong(r#"{"alg":"ES256","kid":"root-2","typ":"trustlist+jwt","crit":["x"]}"#)
            }),
            HeaderField,
        ),
        (
            "with another typ on one",
            changed(&|g| g["signatures"][1] = wrong(r#"{"alg":"ES256","kid":"root-2","typ":"JWT"}"#)),
            Typ,
        ),
        (
            "with no typ on one",
            changed(&|g| g["signatures"][1] = wrong(r#"{"alg":"ES256","kid":"root-2"}"#)),
            Typ,
        ),
        (
            "with no kid on one",
            changed(&|g| g["signatures"][1] = wrong(r#"{"alg":"ES256","typ":"trustlist+jwt"}"#)),
            KidFormat,
        ),
        (
            "with a path for a kid",
            changed(&|g| {
                g["signatures"][1] = wrong(r#"{"alg":"ES256","kid":"../root-2","typ":"trustlist+jwt"}"#)
            }),
            KidFormat,
        ),
        (
            "as a compact token",
            signed(r#"{"alg":"ES256","kid":"root-1","typ":"trustlist+jwt"}"#, &text, "root-1"),
            Format,
        ),
        ("empty", String::new(), Format),
        ("null", "null".into(), Format),
        ("a list", "[]".into(), Format),
        ("over a megabyte", format!("{}{}", " ".repeat(1 << 20), good), Size),
        ("deep", "[".repeat(1_000), Format),
        ("deep enough to fill a stack", "[".repeat(900_000), Format),
    ] {
        put(name, text, code);
    }
}

fn trust_list_with_roots(list: &Value, names: &[&str]) -> String {
    let mut list = list.clone();
    list["roots"]["keys"] =
        names.iter().map(|name| json!({ "kid": name, "jwk": key(name).public().to_jwk() })).collect();
    list.to_string()
}
