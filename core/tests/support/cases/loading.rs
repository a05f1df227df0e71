use liangzheng_core::{
    status::ListHead,
    time::{Seconds, UnixTime},
    trust::{RootSet, TrustList, sign_catalogue},
    verify::Code::{self, Ok, StatusInvalid, StatusStale, StatusSuspended},
};
use serde_json::{Value, json};

use super::super::{
    Cases, Step, World,
    world::{
        DAY, LIST_A, LIST_B, NOW, catalogue, claims, delta, key, list_head, payload_of, raw_payload, roots,
        signed_delta, signed_show, signed_status, signed_trust, status_array, trust_list,
    },
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
    root_rotation(all);
    catalogues(all);
    status_lists(all);
    deltas(all);
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
    let signed_value = |payload: &Value| {
        use base64ct::{Base64UrlUnpadded, Encoding};
        let bytes = serde_json::to_vec(payload).unwrap();
        let signatures: Vec<Value> = two
            .iter()
            .map(|name| {
                let token = liangzheng_core::jws::sign("trustlist+jwt", &bytes, &key(name)).unwrap();
                let parts: Vec<&str> = token.split('.').collect();
                json!({ "protected": parts[0], "signature": parts[2] })
            })
            .collect();
        json!({ "payload": Base64UrlUnpadded::encode_string(&bytes), "signatures": signatures }).to_string()
    };
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
    all.worlds.insert("trust lists refused", world_of(steps));
    let input = signed_show(&claims(all.number()));
    all.add("loading: bad trust lists leave the good one in force", input, Ok).world("trust lists refused");
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

fn catalogues(all: &mut Cases) {
    let signed = |change: fn(&mut liangzheng_core::trust::Catalogue), kid: &str| {
        let mut next = catalogue();
        next.version = 4;
        change(&mut next);
        raw_payload("catalogue+jwt", &serde_json::to_value(&next).unwrap(), kid)
    };
    let mut twice = serde_json::to_string(&catalogue()).unwrap();
    twice = twice.replacen("\"mc\":", "\"xm\":{\"zh-CN\":\"a\",\"en\":\"a\"},\"mc\":", 1);
    let twice = liangzheng_core::jws::sign("catalogue+jwt", twice.as_bytes(), &key("catalogue-a")).unwrap();
    let tampered = {
        let good = signed(|_| {}, "catalogue-a");
        format!("{}{}", &good[..good.len() - 2], if good.ends_with("AA") { "BA" } else { "AA" })
    };
    all.worlds.insert(
        "catalogues refused",
        world_of(vec![
            refused(
                "catalogue",
                sign_catalogue(&catalogue(), &key("catalogue-a")).unwrap(),
                "U_TRUST_MISSING",
            ),
            trust_step(),
            catalogue_step(),
            catalogue_step(),
            refused("catalogue", signed(|c| c.version = 2, "catalogue-a"), "E_ROLLBACK"),
            refused(
                "catalogue",
                signed(
                    |c| {
                        c.version = 3;
                        c.exp = later(DAY)
                    },
                    "catalogue-a",
                ),
                "E_ROLLBACK",
            ),
            refused("catalogue", signed(|_| {}, "catalogue-b"), "E_ISSUER_KEY_MISMATCH"),
            refused("catalogue", signed(|_| {}, "show-a"), "E_ISSUER_KEY_MISMATCH"),
            refused("catalogue", signed(|_| {}, "nobody"), "E_KID_UNKNOWN"),
            refused("catalogue", tampered, "E_CATALOGUE_SIG"),
            refused(
                "catalogue",
                signed(
                    |c| {
                        c.iat = later(-29 * DAY);
                        c.exp = later(-1)
                    },
                    "catalogue-a",
                ),
                "U_CATALOGUE_STALE",
            ),
            refused(
                "catalogue",
                signed(|c| c.exp = UnixTime(c.iat.0 + 30 * DAY + 1), "catalogue-a"),
                "E_LIFETIME",
            ),
            refused(
                "catalogue",
                signed(|c| c.scenes[0].lifetime = Seconds(301), "catalogue-a"),
                "E_LIFETIME",
            ),
            refused("catalogue", signed(|c| c.scenes[0].lifetime = Seconds(29), "catalogue-a"), "E_LIFETIME"),
            refused(
                "catalogue",
                signed(|c| c.scenes[3].lifetime = Seconds(180 * DAY + 1), "catalogue-a"),
                "E_LIFETIME",
            ),
            refused("catalogue", signed(|c| c.scenes[0].profiles.clear(), "catalogue-a"), "E_CLAIM_TYPE"),
            refused(
                "catalogue",
                signed(|c| c.scenes[1].code = c.scenes[0].code.clone(), "catalogue-a"),
                "E_CLAIM_TYPE",
            ),
            refused(
                "catalogue",
                signed(|c| c.units[1].id = c.units[0].id.clone(), "catalogue-a"),
                "E_CLAIM_TYPE",
            ),
            refused(
                "catalogue",
                signed(|c| c.kinds[1].code = c.kinds[0].code.clone(), "catalogue-a"),
                "E_CLAIM_TYPE",
            ),
            refused("catalogue", signed(|c| c.iat = later(-40 * DAY), "catalogue-a"), "E_KEY_STATE"),
            refused("catalogue", twice, "E_FORMAT"),
            refused("catalogue", "a.b.c".into(), "E_B64"),
            status_step(LIST_A, 600, "status-a"),
        ]),
    );
    let input = signed_show(&claims(all.number()));
    all.add("loading: bad catalogues leave the good one in force", input, Ok).world("catalogues refused");
}

fn status_lists(all: &mut Cases) {
    let array = status_array();
    let good = |age: i64| signed_status(&list_head(LIST_A, age), &array, "status-a");
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut payload = payload_of(&good(500));
        change(&mut payload);
        raw_payload("statuslist+jwt", &payload, "status-a")
    };
    let lst_of = |bytes: usize| json!(liangzheng_core::status::packed::deflate(&vec![0; bytes]));
    let tampered = {
        let good = good(500);
        format!("{}{}", &good[..good.len() - 2], if good.ends_with("AA") { "BA" } else { "AA" })
    };
    let mut fetched_elsewhere =
        refused("status_list", signed_status(&list_head(LIST_B, 600), &array, "status-b"), "E_STATUS_SUB");
    fetched_elsewhere.uri = Some(LIST_A.into());
    let mut fetched_right = step("status_list", good(600));
    fetched_right.uri = Some(LIST_A.into());
    let mut other = array.clone();
    other.set(0, liangzheng_core::status::StatusValue::Final);
    all.worlds.insert(
        "status lists refused",
        world_of(vec![
            refused("status_list", good(600), "U_TRUST_MISSING"),
            trust_step(),
            catalogue_step(),
            fetched_elsewhere,
            fetched_right,
            step("status_list", good(600)),
            refused("status_list", good(601), "E_ROLLBACK"),
            refused("status_list", signed_status(&list_head(LIST_A, 600), &other, "status-a"), "E_ROLLBACK"),
            refused(
                "status_list",
                signed_status(&list_head(LIST_A, 500), &other, "status-b"),
                "E_ISSUER_KEY_MISMATCH",
            ),
            refused(
                "status_list",
                signed_status(&list_head(LIST_A, 500), &other, "show-a"),
                "E_ISSUER_KEY_MISMATCH",
            ),
            refused("status_list", signed_status(&list_head(LIST_A, 500), &other, "nobody"), "E_KID_UNKNOWN"),
            refused(
                "status_list",
                signed_status(&list_head(LIST_A, 10), &other, "status-revoked"),
                "E_KEY_STATE",
            ),
            refused("status_list", tampered, "E_STATUS_SIG"),
            refused("status_list", changed(&|p| p["status_list"]["bits"] = json!(8)), "E_STATUS_SIZE"),
            refused("status_list", changed(&|p| p["status_list"]["lst"] = lst_of(524_287)), "E_STATUS_SIZE"),
            refused("status_list", changed(&|p| p["status_list"]["lst"] = lst_of(524_289)), "E_STATUS_SIZE"),
            refused("status_list", changed(&|p| p["status_list"]["lst"] = lst_of(64 << 20)), "E_STATUS_SIZE"),
            refused("status_list", changed(&|p| p["status_list"]["lst"] = json!("AAAA")), "E_STATUS_SIZE"),
            refused("status_list", changed(&|p| p["status_list"]["lst"] = json!("A")), "E_B64"),
            refused("status_list", changed(&|p| p["exp"] = json!(NOW.0 - 500 + 7 * DAY + 1)), "E_LIFETIME"),
            refused("status_list", changed(&|p| p["ttl"] = json!(0)), "E_LIFETIME"),
            refused("status_list", changed(&|p| p["iss"] = json!("lz.990000")), "E_FORMAT"),
            refused(
                "status_list",
                changed(&|p| {
                    p["iat"] = json!(NOW.0 - 400);
                    p["exp"] = json!(NOW.0 - 1)
                }),
                "U_STATUS_STALE",
            ),
            refused("status_list", signed_show(&claims(960_000)), "E_TYP"),
        ]),
    );
    let input = signed_show(&claims(all.number()));
    all.add("loading: bad status lists leave the good one in force", input, Ok).world("status lists refused");
}

fn deltas(all: &mut Cases) {
    let head = list_head(LIST_A, 600);
    let array = status_array();
    let make = |at: i64, changes: &[(u32, u8)]| delta(&head, &array, NOW.0 + at, changes);
    let first = make(-300, &[(8, 1), (20, 2), (1_048_575, 1)]);
    let mut lies = make(-300, &[(8, 1)]);
    lies.next.lists.insert(LIST_A.into(), [7; 32]);
    let mut elsewhere = make(-300, &[(8, 1)]);
    elsewhere.base.lists.insert(LIST_A.into(), [7; 32]);
    let mut no_next = make(-300, &[(8, 1)]);
    no_next.next.lists = liangzheng_core::by_name::ByName::new();
    let mut too_long = make(-300, &[(8, 1)]);
    too_long.next.exp = later(8 * DAY);
    // The second starts where the first leads.
    let mut after = array.clone();
    for (index, value) in [
        (8, liangzheng_core::status::StatusValue::Final),
        (20, liangzheng_core::status::StatusValue::Suspended),
        (1_048_575, liangzheng_core::status::StatusValue::Final),
    ] {
        after.set(index, value);
    }
    let second = delta(&ListHead { iat: first.next.iat, ..head.clone() }, &after, NOW.0 - 100, &[(20, 0)]);
    let base = || vec![trust_step(), catalogue_step(), status_step(LIST_A, 600, "status-a")];
    let with = |more: Vec<Step>| {
        let mut steps = base();
        steps.extend(more);
        world_of(steps)
    };
    let one = step("delta", signed_delta(&first, "status-a"));
    all.worlds.insert(
        "one delta",
        with(vec![
            refused("delta", signed_delta(&first, "status-b"), "E_DELTA_BASE"),
            refused("delta", signed_delta(&first, "show-a"), "E_ISSUER_KEY_MISMATCH"),
            refused("delta", signed_delta(&make(-10, &[(8, 1)]), "status-revoked"), "E_KEY_STATE"),
            refused("delta", signed_delta(&lies, "status-a"), "E_DELTA_RESULT"),
            refused("delta", signed_delta(&elsewhere, "status-a"), "E_DELTA_BASE"),
            refused("delta", signed_delta(&no_next, "status-a"), "E_DELTA_BASE"),
            refused("delta", signed_delta(&too_long, "status-a"), "E_LIFETIME"),
            refused("delta", signed_delta(&second, "status-a"), "E_DELTA_BASE"),
            one.clone(),
            one.clone(),
        ]),
    );
    all.worlds
        .insert("two deltas", with(vec![one.clone(), step("delta", signed_delta(&second, "status-a"))]));
    all.worlds.insert(
        "delta before its list",
        world_of(vec![
            trust_step(),
            refused("delta", signed_delta(&first, "status-a"), "E_DELTA_BASE"),
            catalogue_step(),
            status_step(LIST_A, 600, "status-a"),
        ]),
    );
    let at_index = |all: &Cases, idx: u32| {
        let mut c = claims(all.number());
        c.status.idx = idx;
        signed_show(&c)
    };
    for (world, idx, code) in [
        ("one delta", 0, Ok),
        ("one delta", 8, StatusInvalid),
        ("one delta", 20, StatusSuspended),
        ("one delta", 1_048_575, StatusInvalid),
        ("two deltas", 8, StatusInvalid),
        ("two deltas", 20, Ok),
        ("delta before its list", 8, Ok),
    ] {
        let input = at_index(all, idx);
        all.add(format!("delta: {world}, entry {idx}"), input, code).world(world);
    }
    // A delta brings freshness too; without it the list is too old.
    for (world, code) in [("one delta", Ok), ("delta before its list", StatusStale)] {
        let at = DAY - 400;
        let mut c = claims(all.number());
        (c.iat, c.exp) = (later(at), later(at + 50));
        all.add(format!("delta: {world}, a day on"), signed_show(&c), code)
            .world(world)
            .at(NOW.0 + at)
            .cautions(if code == Ok { &[Code::StatusAgeing] } else { &[] });
    }
}
