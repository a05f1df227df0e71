use liangzheng_core::{
    limits::MAX_ROOT_SIGNATURES,
    time::{Seconds, UnixTime},
    trust::{RootSet, TrustList},
    verify::Code::{KidUnknown, Ok},
};
use serde_json::{Value, json};

use super::super::{
    Cases, Step, World,
    world::{DAY, LIST_A, claims, key, roots, signed_show, signed_trust, trust_list},
};
use super::{catalogue_step, later, refused, status_step, step, trust_step, world_of};

fn trust(change: impl FnOnce(&mut TrustList), signers: &[&str]) -> String {
    let mut list = trust_list();
    list.version = 8;
    change(&mut list);
    signed_trust(&list, signers)
}

pub fn add(all: &mut Cases) {
    trust_lists(all);
    purposes_to_come(all);
    root_rotation(all);
}

fn trust_lists(all: &mut Cases) {
    let two = &["root-1", "root-2"][..];
    let mut unprotected: Value = serde_json::from_str(&trust(|_| {}, two)).unwrap();
    unprotected["signatures"][0]["header"] = json!({ "kid": "root-1" });
    let mut wrong: Value = serde_json::from_str(&trust(|_| {}, two)).unwrap();
    wrong["signatures"][1]["signature"] = wrong["signatures"][0]["signature"].clone();
    let mut one_key_twice: Value = serde_json::from_str(&trust(|_| {}, &["root-1"])).unwrap();
    let first = one_key_twice["signatures"][0].clone();
    one_key_twice["signatures"].as_array_mut().unwrap().push(first);
    let with_key = |jwk: Value| {
        let mut list = serde_json::to_value(trust_list()).unwrap();
        list["version"] = json!(8);
        list["operators"][0]["keys"][0]["jwk"] = jwk;
        list
    };
    let signed_value = |payload: &Value| signed_payload(payload, two);
    let good_jwk = serde_json::to_value(key("show-a").public().to_jwk()).unwrap();
    let changed = |name: &str, value: Value| {
        let mut jwk = good_jwk.clone();
        jwk[name] = value;
        with_key(jwk)
    };
    let mut unknown_member = serde_json::to_value(trust_list()).unwrap();
    unknown_member["version"] = json!(8);
    unknown_member["note"] = json!("x");
    let steps = vec![
        refused("trust_list", trust(|_| {}, &["root-1"]), "E_TRUST_THRESHOLD"),
        refused("trust_list", trust(|_| {}, &[]), "E_TRUST_THRESHOLD"),
        refused("trust_list", trust(|_| {}, &["root-1", "stranger"]), "E_TRUST_THRESHOLD"),
        refused("trust_list", trust(|_| {}, &["root-1", "show-a"]), "E_TRUST_THRESHOLD"),
        refused("trust_list", one_key_twice.to_string(), "E_TRUST_THRESHOLD"),
        refused("trust_list", wrong.to_string(), "E_TRUST_SIG"),
        refused("trust_list", unprotected.to_string(), "E_FORMAT"),
        refused("trust_list", "{}".into(), "E_FORMAT"),
        refused("trust_list", signed_value(&unknown_member), "E_FORMAT"),
        refused(
            "trust_list",
            signed_value(&changed("y", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"))),
            "E_TRUST_KEY",
        ),
        refused("trust_list", signed_value(&changed("crv", json!("P-384"))), "E_TRUST_KEY"),
        refused("trust_list", signed_value(&changed("d", json!("AAAA"))), "E_FORMAT"),
        refused(
            "trust_list",
            signed_value(&with_key(serde_json::to_value(key("grant-a").public().to_jwk()).unwrap())),
            "E_TRUST_KEY",
        ),
        refused(
            "trust_list",
            trust(|list| list.operators[0].keys[0].kid = "grant-a".into(), two),
            "E_TRUST_KEY",
        ),
        refused(
            "trust_list",
            trust(|list| list.operators[1].id = list.operators[0].id.clone(), two),
            "E_TRUST_KEY",
        ),
        refused(
            "trust_list",
            trust(|list| list.operators[0].keys[0].exp = list.operators[0].keys[0].nbf, two),
            "E_TRUST_KEY",
        ),
        refused(
            "trust_list",
            trust(|list| list.exp = UnixTime(list.iat.0 + 90 * DAY + 1), two),
            "E_LIFETIME",
        ),
        refused("trust_list", trust(|list| list.refresh = Seconds(0), two), "E_LIFETIME"),
        refused(
            "trust_list",
            trust(
                |list| {
                    list.iat = later(-80 * DAY);
                    list.exp = later(-DAY)
                },
                two,
            ),
            "E_TRUST_EXPIRED",
        ),
        trust_step(),
        trust_step(),
        refused("trust_list", trust(|list| list.version = 6, two), "E_ROLLBACK"),
        refused(
            "trust_list",
            trust(
                |list| {
                    list.version = 7;
                    list.refresh = Seconds(1)
                },
                two,
            ),
            "E_ROLLBACK",
        ),
        catalogue_step(),
        status_step(LIST_A, 600, "status-a"),
    ];
    // Beside the two that count, as many strangers' signatures as are looked at, and one more.
    let strangers: Vec<String> = (0..MAX_ROOT_SIGNATURES - 1).map(|n| format!("stranger-{n}")).collect();
    let many: Vec<&str> = two.iter().copied().chain(strangers.iter().map(String::as_str)).collect();
    let full = [
        refused("trust_list", trust(|_| {}, &many), "E_SIZE"),
        step(
            "trust_list",
            trust(|list| list.exp = UnixTime(list.iat.0 + 90 * DAY), &many[..MAX_ROOT_SIGNATURES]),
        ),
        catalogue_step(),
        status_step(LIST_A, 600, "status-a"),
    ];
    all.worlds.insert("trust list full of signatures", world_of(full.into()));
    let input = signed_show(&claims(all.number()));
    all.add("loading: a trust list of 90 days with 16 signatures, 2 of them of roots", input, Ok)
        .world("trust list full of signatures");

    all.worlds.insert("trust lists refused", world_of(steps));
    let input = signed_show(&claims(all.number()));
    all.add("loading: bad trust lists leave the good one in force", input, Ok).world("trust lists refused");
}

/// Keys of purposes that this release does not know are skipped, whatever they are, but for their names and points.
fn purposes_to_come(all: &mut Cases) {
    let two = ["root-1", "root-2"];
    let with = |version: u64, keys: &[(&str, &str, Value)]| {
        let mut list = serde_json::to_value(trust_list()).unwrap();
        list["version"] = json!(version);
        for (kid, purpose, jwk) in keys {
            let key = json!({ "kid": kid, "jwk": jwk, "purpose": purpose, "nbf": 0, "exp": 1 });
            list["operators"][0]["keys"].as_array_mut().unwrap().push(key);
        }
        signed_payload(&list, &two)
    };
    let okp = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let p256 = |kid: &str| serde_json::to_value(key(kid).public().to_jwk()).unwrap();
    let good = [
        ("log-1", "log", okp.clone()),
        ("seal-1", "seal", json!("x")),
        ("wallet-1", "Show", p256("wallet-1")),
    ];
    all.worlds.insert(
        "keys of purposes to come",
        world_of(vec![
            refused("trust_list", with(8, &[("show-a", "log", okp.clone())]), "E_TRUST_KEY"),
            refused(
                "trust_list",
                with(8, &[("log-1", "log", okp.clone()), ("log-1", "seal", okp.clone())]),
                "E_TRUST_KEY",
            ),
            refused("trust_list", with(8, &[("log-1", "log", p256("show-a"))]), "E_TRUST_KEY"),
            refused(
                "trust_list",
                with(8, &[("log-1", "log", p256("log-1")), ("log-2", "seal", p256("log-1"))]),
                "E_TRUST_KEY",
            ),
            refused("trust_list", with(8, &[("log 1", "log", okp.clone())]), "E_TRUST_KEY"),
            step("trust_list", with(9, &good)),
            step("trust_list", with(9, &good)),
            refused("trust_list", with(9, &good[..2]), "E_ROLLBACK"),
            refused(
                "trust_list",
                with(9, &[good[1].clone(), good[0].clone(), good[2].clone()]),
                "E_ROLLBACK",
            ),
            catalogue_step(),
            status_step(LIST_A, 600, "status-a"),
        ]),
    );
    let input = signed_show(&claims(all.number()));
    all.add("loading: keys of purposes to come are skipped", input, Ok).world("keys of purposes to come");
    for kid in ["log-1", "wallet-1"] {
        let input = liangzheng_core::token::show::sign(&claims(all.number()), &key(kid)).unwrap();
        all.add(format!("key: {kid} of a purpose to come"), input, KidUnknown)
            .world("keys of purposes to come");
    }
}

/// A trust list of any payload.
fn signed_payload(payload: &Value, signers: &[&str]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let bytes = serde_json::to_vec(payload).unwrap();
    let signatures: Vec<Value> = signers
        .iter()
        .map(|name| {
            let token = liangzheng_core::jws::sign("trustlist+jwt", &bytes, &key(name)).unwrap();
            let parts: Vec<&str> = token.split('.').collect();
            json!({ "protected": parts[0], "signature": parts[2] })
        })
        .collect();
    json!({ "payload": Base64UrlUnpadded::encode_string(&bytes), "signatures": signatures }).to_string()
}

/// Roots 1-3 hand over to roots 4-6, and those to roots 7-9.
fn root_rotation(all: &mut Cases) {
    let new_roots = |list: &mut TrustList, version: u64, names: &[&str]| {
        list.version = version;
        list.roots = roots(names, 2);
    };
    let second = ["root-4", "root-5", "root-6"];
    let third = ["root-7", "root-8", "root-9"];
    let to_second = |signers: &[&str]| trust(|list| new_roots(list, 8, &second), signers);
    let to_third = |signers: &[&str]| trust(|list| new_roots(list, 9, &third), signers);
    let step_8 = to_second(&["root-1", "root-2", "root-4", "root-5"]);
    let step_9 = to_third(&["root-4", "root-6", "root-7", "root-8"]);
    let rest = [catalogue_step(), status_step(LIST_A, 600, "status-a")];
    let with = |mut steps: Vec<Step>| {
        steps.extend(rest.clone());
        world_of(steps)
    };
    all.worlds.insert(
        "roots rotated twice",
        with(vec![
            trust_step(),
            refused("trust_list", to_second(&["root-1", "root-2"]), "E_TRUST_THRESHOLD"),
            refused("trust_list", to_second(&["root-4", "root-5"]), "E_TRUST_THRESHOLD"),
            refused("trust_list", to_second(&["root-1", "root-2", "root-4"]), "E_TRUST_THRESHOLD"),
            refused("trust_list", step_9.clone(), "E_TRUST_THRESHOLD"),
            step("trust_list", step_8.clone()),
            step("trust_list", step_9.clone()),
            refused(
                "trust_list",
                trust(
                    |list| {
                        list.version = 10;
                        list.roots = roots(&second, 2)
                    },
                    &["root-4", "root-5"],
                ),
                "E_TRUST_THRESHOLD",
            ),
        ]),
    );
    // An expired step of the walk is taken: only where the walk ends matters.
    let old_step = trust(
        |list| {
            new_roots(list, 8, &second);
            list.iat = later(-89 * DAY);
            list.exp = later(-DAY)
        },
        &["root-1", "root-2", "root-4", "root-5"],
    );
    all.worlds.insert(
        "roots rotated, the step between expired",
        with(vec![
            trust_step(),
            Step { now: None, ..step("trust_list", old_step) },
            step("trust_list", step_9),
        ]),
    );
    all.worlds.insert(
        "roots rotated, pinned anew",
        World { roots: roots(&second, 2), ..with(vec![step("trust_list", step_8)]) },
    );
    // Two names for one key are one key.
    let mut pair = roots(&["root-4", "root-5"], 2);
    pair.keys[1].jwk = pair.keys[0].jwk.clone();
    all.worlds.insert(
        "a root set with one key twice",
        with(vec![
            trust_step(),
            refused(
                "trust_list",
                trust(|list| list.roots = pair, &["root-1", "root-2", "root-4"]),
                "E_TRUST_KEY",
            ),
            refused(
                "trust_list",
                trust(
                    |list| list.roots = RootSet { threshold: 0, ..list.roots.clone() },
                    &["root-1", "root-2"],
                ),
                "E_TRUST_KEY",
            ),
            refused(
                "trust_list",
                trust(
                    |list| list.roots = RootSet { threshold: 4, ..list.roots.clone() },
                    &["root-1", "root-2"],
                ),
                "E_TRUST_KEY",
            ),
        ]),
    );
    for world in [
        "roots rotated twice",
        "roots rotated, the step between expired",
        "roots rotated, pinned anew",
        "a root set with one key twice",
    ] {
        let input = signed_show(&claims(all.number()));
        all.add(format!("loading: {world}"), input, Ok).world(world);
    }
}
