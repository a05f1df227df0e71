//! A server, or whoever stands between, that plays tricks: each with the code that tells it.

use liangzheng_core::{
    status::ListHead,
    time::{Seconds, UnixTime},
    trust::{Catalogue, TrustList, sign_catalogue},
};

use super::{
    setting::{CATALOGUE, NEXT_TRUST, Setting, TRUST, next_list, ok, path, refused_one_by_one},
    support::{
        at, run, show, with_status,
        world::{self, A, B, DAY, LIST_A, LIST_B, NOW, key, list_head, roots, signed_status, status_array},
        write,
    },
};

#[test]
fn old_objects_are_not_taken_again() {
    let next_catalogue = |change: fn(&mut Catalogue)| {
        let mut catalogue = world::catalogue();
        change(&mut catalogue);
        sign_catalogue(&catalogue, &key("catalogue-a")).unwrap()
    };
    let both = |list: &TrustList| world::signed_trust(list, &["root-1", "root-2"]);
    let mut other_story = world::trust_list();
    other_story.refresh = Seconds(DAY);
    let array = status_array();
    let mut other_array = status_array();
    other_array.set(100, liangzheng_core::status::StatusValue::Final);
    refused_one_by_one(
        "attack-rollback",
        &[
            (
                "an older trust list",
                NEXT_TRUST,
                both(&TrustList { version: 6, ..world::trust_list() }),
                "E_ROLLBACK",
            ),
            ("another list of the version held", NEXT_TRUST, both(&other_story), "E_ROLLBACK"),
            ("an older catalogue", CATALOGUE, next_catalogue(|held| held.version = 2), "E_ROLLBACK"),
            (
                "another catalogue of the version held",
                CATALOGUE,
                next_catalogue(|held| held.units.clear()),
                "E_ROLLBACK",
            ),
            (
                "an older status list",
                "/status-lists/1",
                signed_status(&list_head(LIST_A, 601), &array, "status-a"),
                "E_ROLLBACK",
            ),
            (
                "another status list of the same second",
                "/status-lists/1",
                signed_status(&list_head(LIST_A, 600), &other_array, "status-a"),
                "E_ROLLBACK",
            ),
        ],
    );
}

#[test]
fn what_has_the_wrong_form_or_signer_is_refused() {
    let list = |signer: &str| signed_status(&list_head(LIST_A, 5), &status_array(), signer);
    refused_one_by_one(
        "attack-form",
        &[
            ("a list signed by a show key", "/status-lists/1", list("show-a"), "E_ISSUER_KEY_MISMATCH"),
            ("a list signed by nobody known", "/status-lists/1", list("status-9"), "E_KID_UNKNOWN"),
            ("a list cut short", "/status-lists/1", list("status-a")[..300].into(), "E_SEGMENTS"),
            ("garbage", "/status-lists/1", "garbage".into(), "E_SEGMENTS"),
            ("too long", "/status-lists/1", "a".repeat((3 << 19) + 1), "E_SIZE"),
            ("an unsigned catalogue", CATALOGUE, "a.b.c".into(), "E_B64"),
            ("a trust list that is none", NEXT_TRUST, "{}".into(), "E_FORMAT"),
        ],
    );
}

#[test]
fn floors_outlive_what_they_were_raised_by() {
    let setting = Setting::new("attack-floors");
    setting.sync();
    let next = TrustList { iat: UnixTime(NOW.0 - 60), ..next_list() };
    setting.put_trust(&next, &["root-1", "root-2"]);
    setting.put_list(300, &status_array());
    assert_eq!(setting.sync().code, 0);
    // The lists are lost, the server has been put back: what was seen once is still known.
    for gone in ["trust-list.json", "status"] {
        let gone = setting.bundle.join(gone);
        if gone.is_dir() {
            std::fs::remove_dir_all(gone).unwrap()
        } else {
            std::fs::remove_file(gone).unwrap()
        }
    }
    setting.server.put(TRUST, world::signed_trust(&world::trust_list(), &["root-1", "root-2"]));
    setting.server.remove(NEXT_TRUST);
    let said = setting.sync();
    assert_eq!((said.code, said.stderr.contains("E_ROLLBACK")), (1, true), "{said:?}");
    setting.put_trust(&next, &["root-1", "root-2"]);
    setting.put_list(600, &status_array());
    let said = setting.sync();
    assert_eq!((said.code, said.stderr.contains("E_ROLLBACK")), (1, true), "{said:?}");
    setting.put_list(300, &status_array());
    assert_eq!(setting.sync().code, 0);
    assert_eq!(setting.valid(), ok());
}

#[test]
fn damaged_floors_are_refused_with_what_to_do() {
    let setting = Setting::new("attack-damaged-floors");
    setting.sync();
    for damaged in ["{", "", "null", r#"{"trust_version":0}"#] {
        write(setting.bundle.join("floors.json"), damaged);
        let before = setting.files();
        let said = setting.sync();
        assert_eq!(
            (said.code, said.stderr.contains("hint: empty the bundle (bundle reset)")),
            (74, true),
            "{said:?}"
        );
        let said = run(&["verify", &with_status(1, 0), "--bundle", path(&setting.bundle), "--now", &at(NOW)]);
        assert_eq!((said.code, said.stdout.as_str()), (74, ""), "{said:?}");
        assert!(setting.files() == before);
    }
    assert_eq!(run(&["bundle", "reset", "--bundle", path(&setting.bundle)]).code, 0);
    assert_eq!(setting.sync().code, 0);
    assert_eq!(setting.valid(), ok());
}

/// A good code made at `now`; with `kid` its signer.
fn code_at(now: i64, kid: &str) -> String {
    let mut claims = world::claims(1);
    (claims.iat, claims.exp) = (UnixTime(now - 10), UnixTime(now + 50));
    liangzheng_core::token::show::sign(&claims, &key(kid)).unwrap()
}

#[test]
fn a_server_that_stands_still_is_told_by_undetermined_verdicts() {
    let setting = Setting::new("attack-freeze");
    setting.sync();
    setting.server.put_status("/status-lists/delta?from=1799999400", 204, "");
    for (after, exit, said_by_sync, code_of_known, code_of_unknown) in [
        (3_600, 0, "oldest list expires in 6 d 22 h", "OK", "E_KID_UNKNOWN"),
        // The scene's max_status_age is a day.
        (DAY, 0, "oldest list expires in 5 d 23 h", "U_STATUS_STALE", "E_KID_UNKNOWN"),
        // The trust list was a day old; its refresh is seven.
        (6 * DAY + 3_600, 0, "oldest list expires in", "U_STATUS_STALE", "U_TRUST_STALE"),
        (7 * DAY, 0, "tell whoever runs it", "U_STATUS_STALE", "U_TRUST_STALE"),
        (21 * DAY, 0, "tell whoever runs it", "U_CATALOGUE_STALE", "U_TRUST_STALE"),
    ] {
        let now = NOW.0 + after;
        let said = setting.sync_at(now);
        assert_eq!((said.code, said.stderr.contains(said_by_sync)), (exit, true), "{after}: {said:?}");
        let known = setting.code(&code_at(now, "show-a"), now);
        assert_eq!(known.1, code_of_known, "{after}");
        assert_eq!(known.0, if code_of_known == "OK" { 0 } else { 2 }, "{after}");
        assert_eq!(setting.code(&code_at(now, "show-new"), now).1, code_of_unknown, "{after}");
    }
    // Past its end the trust list is refused outright, and nothing is believed on its word.
    let now = NOW.0 + 60 * DAY;
    let said = setting.sync_at(now);
    assert_eq!((said.code, said.stderr.contains("E_TRUST_EXPIRED")), (1, true), "{said:?}");
    assert_eq!(setting.code(&code_at(now - 30, "show-a"), now), (2, "U_TRUST_STALE".into()));
}

#[test]
fn objects_of_others_do_not_mix_in() {
    let array = status_array();
    let of_b = |catalogue: Catalogue| {
        liangzheng_core::jws::sign(
            "catalogue+jwt",
            &serde_json::to_vec(&catalogue).unwrap(),
            &key("catalogue-b"),
        )
        .unwrap()
    };
    let strangers = TrustList { roots: roots(&["root-7", "root-8"], 2), ..next_list() };
    refused_one_by_one(
        "attack-mix",
        &[
            (
                "another list under this name",
                "/status-lists/1",
                signed_status(&list_head(LIST_B, 5), &array, "status-b"),
                "E_STATUS_SUB",
            ),
            (
                "another of the same operator's",
                "/status-lists/1",
                signed_status(&list_head(world::LIST_OLD, 5), &array, "status-a"),
                "E_STATUS_SUB",
            ),
            (
                "this list by another operator",
                "/status-lists/1",
                signed_status(&list_head(LIST_A, 5), &array, "status-b"),
                "E_ISSUER_KEY_MISMATCH",
            ),
            (
                "a catalogue by another operator",
                CATALOGUE,
                of_b(Catalogue { version: 9, ..world::catalogue() }),
                "E_ISSUER_KEY_MISMATCH",
            ),
            (
                "a status list for a catalogue",
                CATALOGUE,
                signed_status(&list_head(LIST_A, 5), &array, "status-a"),
                "E_TYP",
            ),
            (
                "a catalogue for a status list",
                "/status-lists/1",
                sign_catalogue(&world::catalogue(), &key("catalogue-a")).unwrap(),
                "E_TYP",
            ),
            (
                "a trust list by other roots",
                NEXT_TRUST,
                world::signed_trust(&strangers, &["root-7", "root-8"]),
                "E_TRUST_THRESHOLD",
            ),
            (
                "a trust list that brings its own roots",
                NEXT_TRUST,
                world::signed_trust(&strangers, &["root-1", "root-7", "root-8"]),
                "E_TRUST_THRESHOLD",
            ),
        ],
    );
    // Before A's own list is known, B's word on A's licences is held and counts for nothing.
    let setting = Setting::new("attack-mix-first");
    setting.server.put("/status-lists/1", signed_status(&list_head(LIST_A, 5), &array, "status-b"));
    assert_eq!(setting.sync().code, 0);
    assert_eq!(setting.valid(), (2, "U_STATUS_MISSING".into()));
    // And a token of A that names B's list learns nothing good from it.
    setting.server.put("/status-lists", format!(r#"{{"status_lists":["{LIST_B}"]}}"#));
    setting.server.put("/status-lists/1", signed_status(&list_head(LIST_B, 5), &array, "status-b"));
    assert_eq!(setting.sync().code, 0);
    let lured = show(1, |claims| claims.status.uri = LIST_B.into());
    assert_eq!(setting.code(&lured, NOW.0), (2, "U_STATUS_MISSING".into()));
    assert_ne!(A, B);
}

#[test]
fn versions_and_times_beyond_reason_are_refused_or_can_be_left_again() {
    let list = |version: u64| {
        world::signed_trust(&TrustList { version, ..world::trust_list() }, &["root-1", "root-2"])
    };
    let catalogue =
        sign_catalogue(&Catalogue { version: 1 << 63, ..world::catalogue() }, &key("catalogue-a")).unwrap();
    let far = ListHead { iat: UnixTime(1 << 62), exp: UnixTime((1 << 62) + DAY), ..list_head(LIST_A, 0) };
    refused_one_by_one(
        "attack-forward",
        &[
            ("trust list 2^63", NEXT_TRUST, list(1 << 63), "E_FORMAT"),
            ("trust list 2^64 - 1", NEXT_TRUST, list(u64::MAX), "E_FORMAT"),
            ("catalogue 2^63", CATALOGUE, catalogue, "E_FORMAT"),
            (
                "a status list of the far future",
                "/status-lists/1",
                signed_status(&far, &status_array(), "status-a"),
                "E_KEY_STATE",
            ),
        ],
    );
    // The roots themselves may do what they like; even then nothing overflows, and there is a way back.
    let setting = Setting::new("attack-forward-by-roots");
    setting.sync();
    setting.server.put(NEXT_TRUST, list((1 << 63) - 1));
    assert_eq!(setting.sync().code, 0);
    assert_eq!(setting.valid(), ok());
    assert_eq!(setting.sync().code, 0);
    assert_eq!(run(&["bundle", "reset", "--bundle", path(&setting.bundle)]).code, 0);
    setting.server.remove(NEXT_TRUST);
    assert_eq!(setting.sync().code, 0);
    assert_eq!(setting.valid(), ok());
}
