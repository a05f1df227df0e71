//! Deltas: used where they fit, done without where they do not, and never what a verifier is worse off for.

use liangzheng_core::status::StatusArray;

use super::{
    setting::{Setting, changed, ok},
    support::{
        with_status,
        world::{self, LIST_A, LIST_OLD, NOW, list_head, signed_status, status_array},
    },
};

#[test]
fn a_delta_brings_a_revocation_and_survives_a_restart() {
    let setting = Setting::new("sync-delta");
    setting.sync();
    assert_eq!(setting.code(&with_status(2, 8), NOW.0), ok());
    let (delta, _) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
    setting.server.put("/status-lists/delta?from=1799999400", world::signed_delta(&delta, "status-a"));
    setting.server.asked();
    assert_eq!(setting.sync().code, 0);
    assert!(!setting.server.asked().contains(&"/status-lists/1".into()));
    assert_eq!(setting.code(&with_status(2, 8), NOW.0), (1, "E_STATUS_INVALID".into()));
    assert_eq!(setting.valid(), ok());
}

#[test]
fn a_delta_that_does_not_fit_or_is_refused_gives_way_to_the_whole_list() {
    let (_, array) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
    let (wrong_base, _) = changed(600, &array, NOW.0 - 5, 9, 1);
    let other_key = {
        let (delta, _) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
        world::signed_delta(&delta, "show-a")
    };
    let wrong_result = {
        let (mut delta, _) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
        delta.chg = [(LIST_A.into(), vec![(9, 1)])].into_iter().collect();
        world::signed_delta(&delta, "status-a")
    };
    for (name, status, body) in [
        ("too old", 303, String::new()),
        ("base", 200, world::signed_delta(&wrong_base, "status-a")),
        ("signer", 200, other_key),
        ("result", 200, wrong_result),
        ("none", 404, String::new()),
        ("nonsense", 200, "x".into()),
    ] {
        let setting = Setting::new("sync-whole");
        setting.sync();
        setting.server.put_status("/status-lists/delta?from=1799999400", status, body);
        setting.put_list(5, &array);
        setting.server.asked();
        let said = setting.sync();
        assert_eq!(said.code, 0, "{name}: {said:?}");
        assert!(setting.server.asked().contains(&"/status-lists/1".into()), "{name}");
        assert_eq!(setting.code(&with_status(2, 8), NOW.0), (1, "E_STATUS_INVALID".into()), "{name}");
        assert_eq!(setting.valid(), ok(), "{name}");
    }
}

/// The platform publishes a change of entry 100 + `step`, and the bundle follows by delta, or whole. From the list of `age`
/// seconds ago to the one that is given back.
fn synced_by_delta(setting: &Setting, step: u32, array: &StatusArray, age: i64) -> (StatusArray, i64) {
    let made = NOW.0 - 500 + i64::from(step) * 10;
    let (delta, next) = changed(age, array, made, 100 + step, 1);
    let from = format!("/status-lists/delta?from={}", NOW.0 - age);
    setting.server.put(&from, world::signed_delta(&delta, "status-a"));
    setting.put_list(NOW.0 - made, &next);
    assert_eq!(setting.sync().code, 0);
    (next, NOW.0 - made)
}

#[test]
fn after_eight_deltas_the_list_is_fetched_whole_and_the_deltas_go() {
    let setting = Setting::new("sync-compact");
    setting.sync();
    let (mut array, mut age) = (status_array(), 600);
    for step in 0..9 {
        (array, age) = synced_by_delta(&setting, step, &array, age);
        assert_eq!(
            setting.code(&with_status(step, 100 + step), NOW.0),
            (1, "E_STATUS_INVALID".into()),
            "{step}"
        );
        assert_eq!(setting.valid(), ok(), "{step}");
        let deltas = std::fs::read_dir(setting.bundle.join("deltas")).unwrap().count();
        assert_eq!(deltas, if step < 8 { step as usize + 1 } else { 0 });
    }
}

/// The files of the bundle are then as old as the first of eight deltas; without those they would be worth nothing.
#[test]
fn with_eight_deltas_held_a_sync_that_finds_nothing_new_takes_nothing_away() {
    for (name, status) in [("nothing newer", 204), ("cannot say", 303)] {
        let setting = Setting::new("sync-eight");
        setting.sync();
        let (mut array, mut age) = (status_array(), 600);
        for step in 0..8 {
            (array, age) = synced_by_delta(&setting, step, &array, age);
        }
        setting.server.put_status(&format!("/status-lists/delta?from={}", NOW.0 - age), status, "");
        for _ in 0..2 {
            let said = setting.sync();
            assert_eq!((said.code, said.stderr.contains("nothing new")), (0, true), "{name}: {said:?}");
            assert_eq!(setting.valid(), ok(), "{name}");
            assert_eq!(setting.code(&with_status(2, 107), NOW.0), (1, "E_STATUS_INVALID".into()), "{name}");
        }
    }
}

/// A shard that the platform has just begun is fetched whole, the others keep to their delta, also after a restart.
#[test]
fn a_new_shard_comes_whole_beside_a_delta_for_the_rest() {
    let setting = Setting::new("sync-grown");
    setting.sync();
    let (mut delta, _) = changed(600, &status_array(), NOW.0 - 5, 8, 1);
    delta.next.lists.insert(LIST_OLD.into(), status_array().sha256());
    setting.server.put("/status-lists/delta?from=1799999400", world::signed_delta(&delta, "status-a"));
    setting.server.put("/status-lists", format!(r#"{{"status_lists":["{LIST_A}","{LIST_OLD}"]}}"#));
    setting
        .server
        .put("/status-lists/2", signed_status(&list_head(LIST_OLD, 5), &status_array(), "status-a"));
    setting.server.asked();
    assert_eq!(setting.sync().code, 0);
    let asked = setting.server.asked();
    assert!(
        asked.contains(&"/status-lists/2".into()) && !asked.contains(&"/status-lists/1".into()),
        "{asked:?}"
    );
    assert_eq!(setting.code(&with_status(2, 8), NOW.0), (1, "E_STATUS_INVALID".into()));
    let in_new = super::support::show(3, |claims| claims.status.uri = LIST_OLD.into());
    assert_eq!(setting.code(&in_new, NOW.0), ok());
    setting.server.put_status("/status-lists/delta?from=1799999995", 204, "");
    assert_eq!(setting.sync().code, 0);
    assert_eq!(setting.code(&with_status(2, 8), NOW.0), (1, "E_STATUS_INVALID".into()));
}
