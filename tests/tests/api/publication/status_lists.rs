//! Status lists: a change is published, a delta leads where it says, an index belongs to one holder for ever.

use std::collections::HashSet;
use std::time::Duration;

use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::time::UnixTime;
use liangzheng_core::verify::{Code, Loaded, OnExpired, Options};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::Clock;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::service::publication::publisher;
use liangzheng_server::storage;
use liangzheng_tests::acts::by_two;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::{DemoApp, synced};
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::snapshot::stable;
use liangzheng_tests::until::within;
use serde_json::json;

use super::{claims, wait};

struct Wallet {
    holder: Caller,
    maker: Caller,
    checker: Caller,
    licence: Licence,
}

fn wallet(app: &TestApp) -> Wallet {
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    app.staff("maker", Role::IssuerMaker, UNIT);
    app.staff("checker", Role::IssuerChecker, UNIT);
    Wallet { holder: app.as_("lin"), maker: app.as_("maker"), checker: app.as_("checker"), licence }
}

fn show(wallet: &Wallet) -> String {
    let path = format!("/api/v1/wallet/licences/{}/show", wallet.licence.id);
    let answer = wallet.holder.post(&path, &json!({ "scene": "inspect.food", "pin": PIN }));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

fn act(wallet: &Wallet, act: &str) {
    if act == "revoke" {
        by_two(&wallet.maker, &wallet.checker, wallet.licence.id, act);
        return;
    }
    let path = format!("/api/v1/licences/{}/acts", wallet.licence.id);
    let body = json!({ "act": act, "reason": "核查", "legal_basis": "测试依据" });
    let answer = wallet.checker.post(&path, &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The `iat` of the first list as published, once it is later than `after`.
fn published_after(app: &TestApp, after: i64) -> i64 {
    within(Duration::from_secs(5), "a publication", || {
        let iat = claims(&app.anyone().get("/status-lists/1").text())["iat"].as_i64().unwrap();
        (iat > after).then_some(iat)
    })
}

/// Rows: R41.
#[test]
fn an_act_is_on_the_wire_within_five_seconds_whole_and_as_a_delta() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let wallet = wallet(&app);
        let code = show(&wallet);
        let mut follower = synced(&app.url, app.roots.clone(), app.clock.now());
        let judge = |verifier: &liangzheng_core::verify::Verifier| {
            let options = Options { scene: Some("inspect.food"), ..Options::at(app.clock.now()) };
            verifier.verify(&code, &options).code
        };
        assert_eq!(judge(&follower), Code::Ok);
        let mut base = published_after(&app, 0);
        for (name, want) in
            [("suspend", Code::StatusSuspended), ("resume", Code::Ok), ("revoke", Code::StatusInvalid)]
        {
            app.pass(2);
            act(&wallet, name);
            let next = published_after(&app, base);
            assert_eq!(next, app.clock.now().0, "never ahead of the clock");
            assert_eq!(
                judge(&synced(&app.url, app.roots.clone(), app.clock.now())),
                want,
                "{name}, lists whole"
            );
            let delta = app.anyone().get(&format!("/status-lists/delta?from={base}"));
            assert_eq!(
                (delta.status, delta.header("content-type")),
                (200, Some("application/statusdelta+jwt"))
            );
            let now = app.clock.now();
            assert_eq!(follower.apply_delta(&delta.text(), OnExpired::Refuse { now }), Ok(Loaded::New));
            assert_eq!(judge(&follower), want, "{name}, by delta");
            base = next;
        }
    }
}

#[test]
fn one_delta_leads_over_many_publications() {
    let app = TestApp::sqlite();
    let wallet = wallet(&app);
    let code = show(&wallet);
    let mut follower = synced(&app.url, app.roots.clone(), app.clock.now());
    let base = published_after(&app, 0);
    let mut last = base;
    for name in ["suspend", "resume", "suspend"] {
        app.pass(2);
        act(&wallet, name);
        last = published_after(&app, last);
    }
    let delta = app.anyone().get(&format!("/status-lists/delta?from={base}"));
    let now = app.clock.now();
    assert_eq!(follower.apply_delta(&delta.text(), OnExpired::Refuse { now }), Ok(Loaded::New));
    assert_eq!(follower.verify(&code, &Options::at(now)).code, Code::StatusSuspended);
    assert_eq!(app.anyone().get(&format!("/status-lists/delta?from={last}")).status, 204, "nothing newer");
    let too_old = app.anyone().get(&format!("/status-lists/delta?from={}", base - 1));
    assert_eq!((too_old.status, too_old.header("location")), (303, Some("/status-lists")));
    assert_eq!(app.anyone().get("/status-lists/delta?from=x").status, 422);
    assert_eq!(app.anyone().get("/status-lists/delta").status, 422);
}

#[test]
fn lists_are_signed_anew_before_they_age_and_can_be_asked_for_changes() {
    let app = TestApp::sqlite();
    let first = published_after(&app, 0);
    app.pass(150);
    let second = published_after(&app, first);
    assert_eq!(second - first, 150, "half the ttl");
    let list = app.anyone().get("/status-lists/1");
    assert_eq!(list.header("content-type"), Some("application/statuslist+jwt"));
    assert_eq!(list.header("access-control-allow-origin"), Some("*"));
    let told = claims(&list.text());
    assert_eq!(
        (told["ttl"].clone(), told["sub"].clone()),
        (json!(300), json!("https://licence.example/status-lists/1"))
    );
    assert!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap() <= 7 * 86_400);
    for path in [
        "/status-lists",
        "/status-lists/1",
        "/.well-known/trust-list",
        "/.well-known/trust-list/1",
        "/.well-known/catalogue",
        "/.well-known/jwks.json",
        "/.well-known/roots.json",
    ] {
        let whole = app.anyone().get(path);
        let tag = whole.header("etag").unwrap().to_owned();
        assert_eq!((whole.status, whole.header("access-control-allow-origin")), (200, Some("*")), "{path}");
        let unchanged = app.anyone().with("If-None-Match", &tag).get(path);
        assert_eq!((unchanged.status, unchanged.body.len()), (304, 0), "{path}");
        assert_eq!(app.anyone().with("If-None-Match", "\"other\"").get(path).status, 200, "{path}");
    }
    for path in ["/status-lists/2", "/status-lists/x", "/.well-known/trust-list/2"] {
        assert_eq!(app.anyone().get(path).status, 404, "{path}");
    }
}

#[test]
fn the_key_set_has_exactly_the_members_that_jose_libraries_take() {
    let app = TestApp::sqlite();
    let set = app.anyone().get("/.well-known/jwks.json").json();
    assert_eq!(set.as_object().unwrap().keys().collect::<Vec<_>>(), ["keys"]);
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        let mut members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!((&key["alg"], &key["use"]), (&json!("ES256"), &json!("sig")));
    }
}

#[test]
fn an_index_is_given_once_per_licence_and_device_and_a_dropped_phone_ends_only_its_own_codes() {
    let app = TestApp::sqlite();
    let wallet = wallet(&app);
    show(&wallet);
    show(&wallet);
    let mut devices = Vec::new();
    for name in ["旧手机", "新手机"] {
        let (key, _) = AwsLcSigner::generate("phone").unwrap();
        let body = json!({ "name": name, "jwk": key.public_key().to_jwk() });
        let made = wallet.holder.post("/api/v1/wallet/devices", &body);
        assert_eq!(made.status, 201, "{}", made.text());
        devices.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/api/v1/wallet/licences/{}/grant", wallet.licence.id);
    for device in devices.iter().chain(&devices) {
        let body = json!({ "device": device, "scene": "inspect.food", "pin": PIN });
        let granted = wallet.holder.post(&path, &body);
        assert_eq!(granted.status, 201, "{}", granted.text());
        assert!(granted.json()["grant"].as_str().unwrap().ends_with('~'));
    }
    // Each index with whether it is the dropped phone's, and its value.
    let entries = || -> Vec<(i64, bool, i64)> {
        app.wait(async {
            let mut tx = app.app.db.begin_read().await.unwrap();
            let of_device = devices[0].parse().unwrap();
            let of_device =
                storage::publication::status::entries_of_device(&mut tx, of_device).await.unwrap();
            let held =
                storage::publication::status::entries_of_licence(&mut tx, wallet.licence.id).await.unwrap();
            held.iter().map(|entry| (entry.idx, of_device.contains(entry), entry.value)).collect()
        })
    };
    let held = entries();
    assert_eq!(held.len(), 3, "profile S and two phones");
    assert_eq!(held.iter().map(|(idx, ..)| idx).collect::<HashSet<_>>().len(), 3);
    let dropped = wallet.holder.delete(&format!("/api/v1/wallet/devices/{}", devices[0]));
    assert_eq!(dropped.status, 204);
    let after = entries();
    assert_eq!(after.iter().filter(|(_, dropped, _)| *dropped).count(), 1, "{after:?}");
    assert!(after.iter().all(|(_, dropped, value)| *value == i64::from(*dropped)), "{after:?}");
    let body = json!({ "device": devices[0], "scene": "inspect.food", "pin": PIN });
    assert_eq!(wallet.holder.post(&path, &body).status, 404, "no grant for a dropped phone");
    app.pass(2);
    act(&wallet, "suspend");
    let after = entries();
    assert!(after.iter().all(|(_, dropped, value)| *value == if *dropped { 1 } else { 2 }), "{after:?}");
}

#[test]
fn a_change_that_was_not_published_before_a_stop_is_published_after_the_start() {
    let demo = DemoApp::start();
    let licence = demo.file["licences"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/wallet/licences/{licence}/show");
    let body = json!({ "scene": "inspect.food", "pin": demo.pin("shanyue") });
    let shown = demo.as_("shanyue").post(&path, &body).json();
    let code = shown["qr_text"].as_str().unwrap().to_owned();
    // The clock stands still, so the second of the first publication is not over and nothing can be signed.
    by_two(&demo.as_("maker.samr"), &demo.as_("checker.samr"), &licence, "revoke");
    let published = wait(publisher::publish(&demo.app, false));
    assert!(!matches!(published, Ok(true)), "{published:?}");
    let now = demo.clock.now();
    assert_eq!(demo.synced().verify(&code, &Options::at(now)).code, Code::Ok, "not published yet");
    demo.clock.set(UnixTime(now.0 + 1));
    let demo = demo.restarted();
    assert_eq!(demo.synced().verify(&code, &Options::at(demo.clock.now())).code, Code::StatusInvalid);
}

#[test]
fn what_verifiers_fetch_unsigned_is_answered_as_kept() {
    let app = TestApp::sqlite();
    insta::assert_json_snapshot!("aggregation", stable(&app.anyone().get("/status-lists")));
    insta::assert_json_snapshot!("key_set", stable(&app.anyone().get("/.well-known/jwks.json")));
}
