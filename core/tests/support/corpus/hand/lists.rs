//! P and Q: status lists, deltas and catalogues that must be refused.
//!
//! All are newer than what the world `main` holds and, unless they say otherwise, well signed.

use liangzheng_core::{
    status::packed,
    verify::Code::{
        self, Alg, B64, CatalogueStale, ClaimType, DeltaBase, DeltaResult, Format, HeaderField,
        IssuerKeyMismatch, KeyState, KidFormat, KidUnknown, Lifetime, Rollback, Segments, Size, StatusSig,
        StatusSize, StatusStale, Typ,
    },
};
use serde_json::{Value, json};

use super::{
    super::{Line, objects},
    decode, encode, signed,
};
use crate::support::world::{DAY, NOW, payload_of};

const STATUS_HEADER: &str = r#"{"alg":"ES256","kid":"status-a","typ":"statuslist+jwt"}"#;
const DELTA_HEADER: &str = r#"{"alg":"ES256","kid":"status-a","typ":"statusdelta+jwt"}"#;
const CATALOGUE_HEADER: &str = r#"{"alg":"ES256","kid":"catalogue-a","typ":"catalogue+jwt"}"#;

pub fn add(lines: &mut Vec<Line>) {
    let [_, scenes, shard, delta] = objects::all().map(|object| object.text);
    let (scenes, shard, delta) = (payload_of(&scenes), payload_of(&shard), payload_of(&delta));
    catalogues(lines, &scenes);
    status_lists(lines, &shard);
    deltas(lines, &delta);
    kinds_exchanged(lines);
}

fn catalogues(lines: &mut Vec<Line>, good: &Value) {
    let mut put = |name: &str, text: String, code: Code| {
        lines.push(Line::new('Q', format!("catalogue {name}"), text, code).loads("catalogue"));
    };
    let sign = |payload: &Value| signed(CATALOGUE_HEADER, payload.to_string(), "catalogue-a");
    for member in ["iss", "version", "iat", "exp", "units", "kinds", "scenes"] {
        let mut payload = good.clone();
        payload.as_object_mut().unwrap().remove(member);
        put(&format!("without {member}"), sign(&payload), Format);
        for (what, value) in [("null", json!(null)), ("true", json!(true)), ("1.5", json!(1.5))] {
            let mut payload = good.clone();
            payload[member] = value;
            put(&format!("{member} {what}"), sign(&payload), Format);
        }
    }
    for (name, path, value, code) in [
        ("of another operator", "/iss", json!("lz.980000"), IssuerKeyMismatch),
        ("of version 2", "/version", json!(2), Rollback),
        ("made before its key", "/iat", json!(NOW.0 - 31 * DAY), KeyState),
        ("that lives a second over 30 days", "/exp", json!(NOW.0 - DAY + 30 * DAY + 1), Lifetime),
        ("that has just ended", "/exp", json!(NOW.0), CatalogueStale),
        ("with a scene of 29 s", "/scenes/0/lifetime", json!(29), Lifetime),
        ("with a scene of 301 s", "/scenes/0/lifetime", json!(301), Lifetime),
        ("with a scene of no age", "/scenes/0/max_status_age", json!(0), Lifetime),
        ("with a scene of no profile", "/scenes/0/profiles", json!([]), ClaimType),
        ("with a profile unknown", "/scenes/0/profiles", json!(["X"]), Format),
        ("with a medium unknown", "/scenes/0/medium", json!("tv"), Format),
        ("with a scene's code in capitals", "/scenes/0/code", json!("Inspect"), ClaimType),
        ("with a class with a space", "/scenes/0/aud", json!("a b"), ClaimType),
        ("with a mask unknown", "/scenes/0/kinds/0/fields/0/mask", json!("all"), Format),
    ] {
        let mut payload = good.clone();
        *payload.pointer_mut(path).unwrap() = value;
        put(name, sign(&payload), code);
    }
    signers(&mut put, CATALOGUE_HEADER, &good.to_string(), "catalogue-a", Code::CatalogueSig);
}

/// Headers, keys and signatures that are wrong for any list of an operator.
fn signers(put: &mut dyn FnMut(&str, String, Code), header: &str, payload: &str, kid: &str, sig_code: Code) {
    let under = |kid: &str| {
        let own = header.split('"').nth(7).unwrap();
        signed(&header.replacen(own, kid, 1), payload, kid)
    };
    for (other, code) in [
        ("show-a", IssuerKeyMismatch),
        ("grant-a", IssuerKeyMismatch),
        (if kid == "status-a" { "catalogue-a" } else { "status-a" }, IssuerKeyMismatch),
        ("root-1", KidUnknown),
        ("nobody", KidUnknown),
    ] {
        put(&format!("by {other}"), under(other), code);
    }
    let good = signed(header, payload, kid);
    let (input, signature) = good.rsplit_once('.').unwrap();
    let bytes = decode(signature);
    for (name, text, code) in [
        ("without a signature", format!("{input}."), sig_code),
        ("with a signature of zeros", format!("{input}.{}", encode([0; 64])), sig_code),
        ("with half a signature", format!("{input}.{}", encode(&bytes[..32])), sig_code),
        ("with a byte more", format!("{input}.{}", encode([&bytes[..], &[0]].concat())), sig_code),
        (
            "with a bit flipped",
            format!("{input}.{}", encode([&bytes[..63], &[bytes[63] ^ 1]].concat())),
            sig_code,
        ),
        (
            "with r and s exchanged",
            format!("{input}.{}", encode([&bytes[32..], &bytes[..32]].concat())),
            sig_code,
        ),
        ("by a stranger under its name", signed(header, payload, "nobody"), sig_code),
        ("with padding", format!("{good}="), B64),
        ("in four parts", format!("{good}.{signature}"), Segments),
        ("in two parts", input.to_owned(), Segments),
        ("with a line end", format!("{good}\n"), B64),
        ("with alg none", signed(&header.replace("ES256", "none"), payload, kid), Alg),
        ("with HS256", signed(&header.replace("ES256", "HS256"), payload, kid), Alg),
        ("with a jwk", signed(&header.replace('}', ",\"jwk\":{}}"), payload, kid), HeaderField),
        ("with crit", signed(&header.replace('}', ",\"crit\":[]}"), payload, kid), HeaderField),
        ("with a typ more", signed(&header.replace('}', ",\"typ\":\"x\"}"), payload, kid), HeaderField),
        ("with typ JWT", signed(r#"{"alg":"ES256","kid":"x","typ":"JWT"}"#, payload, kid), Typ),
        ("with a kid of spaces", signed(&header.replace(kid, "a b"), payload, kid), KidFormat),
        ("of nothing", signed(header, "", kid), Format),
        ("of a list", signed(header, "[]", kid), Format),
        ("with something behind", signed(header, format!("{payload}x"), kid), Format),
        ("empty", String::new(), Segments),
        ("of JSON", payload.to_owned(), if payload.matches('.').count() == 2 { B64 } else { Segments }),
    ] {
        put(name, text, code);
    }
}

fn status_lists(lines: &mut Vec<Line>, good: &Value) {
    let mut put = |name: &str, text: String, code: Code| {
        lines.push(Line::new('P', format!("status list {name}"), text, code).loads("status_list"));
    };
    let sign = |payload: &Value| signed(STATUS_HEADER, payload.to_string(), "status-a");
    for member in ["sub", "iat", "exp", "ttl", "status_list"] {
        let mut payload = good.clone();
        payload.as_object_mut().unwrap().remove(member);
        put(&format!("without {member}"), sign(&payload), Format);
        for (what, value) in
            [("null", json!(null)), ("true", json!(true)), ("1.5", json!(1.5)), ("a list", json!([1]))]
        {
            let mut payload = good.clone();
            payload[member] = value;
            put(&format!("{member} {what}"), sign(&payload), Format);
        }
    }
    let lst = |bytes: Vec<u8>| json!(packed::deflate(&bytes));
    let zlib = decode(good["status_list"]["lst"].as_str().unwrap());
    let changed_zlib = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = zlib.clone();
        change(&mut bytes);
        json!(encode(bytes))
    };
    for (name, path, value, code) in [
        ("of 1 bit", "/status_list/bits", json!(1), StatusSize),
        ("of 2 bits", "/status_list/bits", json!(2), StatusSize),
        ("of 8 bits", "/status_list/bits", json!(8), StatusSize),
        ("of 0 bits", "/status_list/bits", json!(0), StatusSize),
        ("of 2^62 bits", "/status_list/bits", json!(1_u64 << 62), StatusSize),
        ("of -4 bits", "/status_list/bits", json!(-4), Format),
        ("of 4.0 bits", "/status_list/bits", json!(4.0), Format),
        ("of \"4\" bits", "/status_list/bits", json!("4"), Format),
        ("lst a number", "/status_list/lst", json!(4), Format),
        ("lst empty", "/status_list/lst", json!(""), StatusSize),
        ("lst no base64", "/status_list/lst", json!("A"), B64),
        ("lst with padding", "/status_list/lst", json!("AA=="), B64),
        ("lst no zlib", "/status_list/lst", json!("AAAAAAAA"), StatusSize),
        ("of no entries", "/status_list/lst", lst(vec![]), StatusSize),
        ("a byte short", "/status_list/lst", lst(vec![0; 524_287]), StatusSize),
        ("a byte long", "/status_list/lst", lst(vec![0; 524_289]), StatusSize),
        ("a bomb of 16 MiB", "/status_list/lst", lst(vec![0; 16 << 20]), StatusSize),
        ("a bomb of 64 MiB", "/status_list/lst", lst(vec![0; 64 << 20]), StatusSize),
        ("with a byte behind its zlib", "/status_list/lst", changed_zlib(&|b| b.push(0)), StatusSize),
        ("without its last byte", "/status_list/lst", changed_zlib(&|b| b.truncate(b.len() - 1)), StatusSize),
        (
            "with a wrong checksum",
            "/status_list/lst",
            changed_zlib(&|b| *b.last_mut().unwrap() ^= 1),
            StatusSize,
        ),
        ("with a wrong zlib header", "/status_list/lst", changed_zlib(&|b| b[0] ^= 1), StatusSize),
        ("with a preset dictionary", "/status_list/lst", changed_zlib(&|b| b[1] |= 0x20), StatusSize),
        ("as raw DEFLATE", "/status_list/lst", changed_zlib(&|b| drop(b.drain(..2))), StatusSize),
        (
            "as gzip",
            "/status_list/lst",
            changed_zlib(&|b| drop(b.splice(..2, [0x1f, 0x8b, 8, 0]))),
            StatusSize,
        ),
        ("of ttl 0", "/ttl", json!(0), Lifetime),
        ("that ends as it begins", "/exp", json!(NOW.0 - 100), Lifetime),
        ("that lives a second over 7 days", "/exp", json!(NOW.0 - 100 + 7 * DAY + 1), Lifetime),
        ("that has just ended", "/exp", json!(NOW.0), StatusStale),
    ] {
        let mut payload = good.clone();
        *payload.pointer_mut(path).unwrap() = value;
        put(name, sign(&payload), code);
    }
    for (name, member) in
        [("iss", "/iss"), ("nbf", "/nbf"), ("aggregation_uri", "/status_list/aggregation_uri")]
    {
        let mut payload = good.clone();
        match member {
            "/status_list/aggregation_uri" => payload["status_list"][name] = json!("https://x"),
            _ => payload[name] = json!(1),
        }
        put(&format!("with {name}"), sign(&payload), Format);
    }
    let of_b = STATUS_HEADER.replacen("status-a", "status-b", 1);
    put("of A, by B", signed(&of_b, good.to_string(), "status-b"), IssuerKeyMismatch);
    let revoked = STATUS_HEADER.replacen("status-a", "status-revoked", 1);
    put("by a key withdrawn", signed(&revoked, good.to_string(), "status-revoked"), KeyState);
    put("of two megabytes", format!("{}.AA", "A".repeat(2 << 20)), Size);
    signers(&mut put, STATUS_HEADER, &good.to_string(), "status-a", StatusSig);
    // Cut at every byte, the signature good each time: what an interrupted writer would leave.
    for length in 0..zlib.len() {
        let mut payload = good.clone();
        payload["status_list"]["lst"] = json!(encode(&zlib[..length]));
        put(&format!("cut after {length} bytes"), sign(&payload), StatusSize);
    }
}

fn deltas(lines: &mut Vec<Line>, good: &Value) {
    let mut put = |name: &str, text: String, code: Code| {
        let mut line = Line::new('P', format!("delta {name}"), text, code).loads("delta");
        line.world = objects::DELTA_WORLD;
        lines.push(line);
    };
    let sign = |payload: &Value| signed(DELTA_HEADER, payload.to_string(), "status-a");
    let uri = good["chg"].as_object().unwrap().keys().next().unwrap().clone();
    for member in ["iat", "base", "next", "chg"] {
        let mut payload = good.clone();
        payload.as_object_mut().unwrap().remove(member);
        put(&format!("without {member}"), sign(&payload), Format);
        let mut payload = good.clone();
        payload[member] = json!(null);
        put(&format!("{member} null"), sign(&payload), Format);
    }
    let zero = encode([0; 32]);
    for (name, of, value, code) in [
        ("from another state", "base", json!({ &uri: zero }), DeltaBase),
        ("from no state", "base", json!({}), DeltaBase),
        ("to another state", "next", json!({ &uri: zero }), DeltaResult),
        ("to no state", "next", json!({}), DeltaBase),
        ("with a short hash", "base", json!({ &uri: "AAAA" }), Format),
        ("with a hash that is a number", "next", json!({ &uri: 1 }), Format),
    ] {
        let mut payload = good.clone();
        payload[of]["lists"] = value;
        put(name, sign(&payload), code);
    }
    for (name, bytes, code) in [
        ("of no change", vec![], DeltaResult),
        ("of another value", vec![2, 2, 8, 81], DeltaResult),
        ("of another entry", vec![1, 1, 9, 2, 1, 90], DeltaResult),
        ("of a value of five bits", vec![16, 1, 8], Format),
        ("that breaks off behind a value", vec![1], Format),
        ("that breaks off behind a count", vec![1, 2, 8], Format),
        ("that breaks off in a number", vec![1, 1, 0x80], Format),
        ("of a number in four bytes", vec![1, 1, 0xff, 0xff, 0xff, 1], Format),
        ("of a number with a zero to spare", vec![1, 1, 0x88, 0], Format),
        ("of a count with a zero to spare", vec![1, 0x81, 0, 8], Format),
        ("of a group without an entry", vec![1, 0], Format),
        ("of values that fall", vec![2, 1, 90, 1, 1, 8], Format),
        ("of one value twice", vec![1, 1, 8, 1, 1, 80], Format),
        ("of one entry twice", vec![1, 1, 8, 2, 1, 8], Format),
        ("beyond the shard", vec![1, 1, 0xff, 0xff, 0x7f], Format),
        ("beyond the shard by its second entry", vec![1, 2, 0xff, 0xff, 0x3f, 0], Format),
    ] {
        let mut payload = good.clone();
        payload["chg"][&uri] = json!(encode(bytes));
        put(name, sign(&payload), code);
    }
    for (name, path, value, code) in [
        ("that goes nowhere", "/next/iat", good["base"]["iat"].clone(), Lifetime),
        ("whose end lives over 7 days", "/next/exp", json!(NOW.0 + 8 * DAY), Lifetime),
        ("whose end has come", "/next/exp", json!(NOW.0), StatusStale),
        ("chg no base64", "/chg", json!({ &uri: "A" }), Format),
    ] {
        let mut payload = good.clone();
        *payload.pointer_mut(path).unwrap() = value;
        put(name, sign(&payload), code);
    }
    let of_b = DELTA_HEADER.replacen("status-a", "status-b", 1);
    put("of A, by B", signed(&of_b, good.to_string(), "status-b"), DeltaBase);
    signers(&mut put, DELTA_HEADER, &good.to_string(), "status-a", StatusSig);
}

/// Every kind of list where another is expected.
fn kinds_exchanged(lines: &mut Vec<Line>) {
    let all = objects::all();
    for one in &all {
        for other in all.iter().filter(|other| other.name != one.name) {
            let code = match (one.name, other.name) {
                ("trust_list", _) => Segments,
                (_, "trust_list") => Format,
                _ => Typ,
            };
            let name = format!("{} taken for {}", one.name, other.name);
            let mut line = Line::new('Q', name, one.text.clone(), code).loads(other.name);
            line.world = other.world;
            lines.push(line);
        }
    }
}
