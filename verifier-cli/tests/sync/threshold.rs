//! Tricks with the signatures of the next trust list, so that too few roots look like enough.

use liangzheng_core::trust::TrustList;
use serde_json::{Value, json};

use super::{
    setting::{NEXT_TRUST, Setting, next_list, path, refused_one_by_one},
    support::{
        all_roots, at, folder, run,
        world::{self, NOW, key, roots},
        write,
    },
};

/// The JSON serialisation of a list, taken apart: its signatures and its payload.
fn taken_apart(list: &TrustList, signers: &[&str]) -> Value {
    serde_json::from_str(&world::signed_trust(list, signers)).unwrap()
}

/// A signature by `signer` whose protected header is `header`.
fn signature(payload: &str, header: &str, signer: &str) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let compact = world::raw(header, &Base64UrlUnpadded::decode_vec(payload).unwrap(), signer);
    let parts: Vec<&str> = compact.split('.').collect();
    json!({ "protected": parts[0], "signature": parts[2] })
}

#[test]
fn tricks_with_the_threshold_do_not_reach_it() {
    let one = taken_apart(&next_list(), &["root-1"]);
    let payload = one["payload"].as_str().unwrap().to_owned();
    let with = |more: Vec<Value>| {
        let mut list = one.clone();
        list["signatures"].as_array_mut().unwrap().extend(more);
        list.to_string()
    };
    let header = |kid: &str| format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"trustlist+jwt"}}"#);
    let first = one["signatures"][0].clone();
    let respelled = signature(&payload, r#"{"typ":"trustlist+jwt","kid":"root-1","alg":"ES256"}"#, "root-1");
    let mut unprotected = signature(&payload, r#"{"alg":"ES256","typ":"trustlist+jwt"}"#, "root-2");
    unprotected["header"] = json!({ "kid": "root-2" });
    let mut both_headers = signature(&payload, &header("root-2"), "root-2");
    both_headers["header"] = json!({ "note": 1 });
    let flattened =
        json!({ "payload": payload, "protected": first["protected"], "signature": first["signature"] });
    let unencoded = r#"{"alg":"ES256","b64":false,"crit":["b64"],"kid":"root-2","typ":"trustlist+jwt"}"#;
    let none = r#"{"alg":"none","kid":"root-2","typ":"trustlist+jwt"}"#;
    let embedded = format!(
        r#"{{"alg":"ES256","jwk":{},"kid":"root-2","typ":"trustlist+jwt"}}"#,
        serde_json::to_string(&key("root-9").public().to_jwk()).unwrap()
    );
    let same_twice = TrustList {
        roots: {
            let mut set = all_roots();
            set.keys[1].jwk = set.keys[0].jwk.clone();
            set
        },
        ..next_list()
    };
    let none_needed = TrustList { roots: roots(&["root-1", "root-2"], 0), ..next_list() };
    let signed = |list: &TrustList| world::signed_trust(list, &["root-1", "root-2"]);
    refused_one_by_one(
        "attack-threshold",
        &[
            ("one root of two", NEXT_TRUST, with(vec![]), "E_TRUST_THRESHOLD"),
            ("one signature twice", NEXT_TRUST, with(vec![first.clone()]), "E_TRUST_THRESHOLD"),
            ("one key twice, its header spelt anew", NEXT_TRUST, with(vec![respelled]), "E_TRUST_THRESHOLD"),
            (
                "one key under another's name",
                NEXT_TRUST,
                with(vec![signature(&payload, &header("root-2"), "root-1")]),
                "E_TRUST_SIG",
            ),
            (
                "a stranger's signature",
                NEXT_TRUST,
                with(vec![signature(&payload, &header("root-9"), "root-9")]),
                "E_TRUST_THRESHOLD",
            ),
            ("a name in an unprotected header", NEXT_TRUST, with(vec![unprotected]), "E_FORMAT"),
            ("an unprotected header beside", NEXT_TRUST, with(vec![both_headers]), "E_FORMAT"),
            ("flattened", NEXT_TRUST, flattened.to_string(), "E_FORMAT"),
            ("compact", NEXT_TRUST, world::raw(&header("root-1"), b"{}", "root-1"), "E_FORMAT"),
            (
                "b64 and crit",
                NEXT_TRUST,
                with(vec![signature(&payload, unencoded, "root-2")]),
                "E_HEADER_FIELD",
            ),
            ("no algorithm", NEXT_TRUST, with(vec![signature(&payload, none, "root-2")]), "E_ALG"),
            (
                "a key brought along",
                NEXT_TRUST,
                with(vec![signature(&payload, &embedded, "root-9")]),
                "E_HEADER_FIELD",
            ),
            ("more signatures than roots there can be", NEXT_TRUST, with(vec![first; 16]), "E_SIZE"),
            ("next roots of one key under two names", NEXT_TRUST, signed(&same_twice), "E_TRUST_KEY"),
            ("next roots of which none need sign", NEXT_TRUST, signed(&none_needed), "E_TRUST_KEY"),
        ],
    );
    // The same in the file that is pinned by hand.
    let file = folder("attack-root-file").join("roots.json");
    write(&file, serde_json::to_vec(&same_twice.roots).unwrap());
    let bundle = file.with_file_name("bundle");
    let server = Setting::new("attack-threshold").server;
    let said = run(&[
        "sync",
        "--server",
        &server.url,
        "--root",
        path(&file),
        "--bundle",
        path(&bundle),
        "--now",
        &at(NOW),
    ]);
    assert_eq!((said.code, said.stderr.contains("E_TRUST_KEY")), (1, true), "{said:?}");
    // A stranger's signature beside enough good ones does no harm.
    let setting = Setting::new("attack-threshold-enough");
    setting.sync();
    let mut enough = taken_apart(&next_list(), &["root-1", "root-3"]);
    enough["signatures"].as_array_mut().unwrap().insert(0, signature(&payload, &header("root-9"), "root-9"));
    setting.server.put(NEXT_TRUST, enough.to_string());
    let said = setting.sync();
    assert_eq!((said.code, said.stderr.contains("trust list: version 8")), (0, true), "{said:?}");
}
