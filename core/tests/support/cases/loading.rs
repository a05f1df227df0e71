use liangzheng_core::{
    status::ListHead,
    time::{Seconds, UnixTime},
    trust::sign_catalogue,
    verify::Code::{self, Ok, StatusInvalid, StatusStale},
};
use serde_json::{Value, json};

use super::super::{
    Cases, Step,
    world::{
        DAY, LIST_A, LIST_B, NOW, catalogue, claims, delta, key, list_head, payload_of, raw_payload,
        signed_delta, signed_show, signed_status, status_array,
    },
};
use super::{catalogue_step, later, refused, status_step, step, trust_step, world_of};

pub fn add(all: &mut Cases) {
    catalogues(all);
    status_lists(all);
    deltas(all);
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
        // The code is younger than the delta, and nothing is signed for a suspended licence.
        ("one delta", 20, StatusStale),
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
