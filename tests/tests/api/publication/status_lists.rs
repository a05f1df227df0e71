//! Status lists: a change is published, a delta leads where it says, an index belongs to one holder for ever.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use liangzheng_core::key::AwsLcSigner;
use liangzheng_core::time::UnixTime;
use liangzheng_core::verify::{Code, Loaded, OnExpired, Options};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::Clock;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::builders::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::{DemoApp, synced};
use serde_json::{Value, json};

struct Wallet {
    token: String,
    checker: String,
    licence: Licence,
}

fn wallet(app: &TestApp) -> Wallet {
    let (_, holder) = app.wait(app.builder.holder("lin"));
    let licence = app.wait(app.builder.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active));
    app.wait(app.builder.staff("checker", Role::IssuerChecker, UNIT));
    Wallet { token: app.log_in("lin"), checker: app.log_in("checker"), licence }
}

fn show(app: &TestApp, wallet: &Wallet) -> String {
    let path = format!("/api/v1/wallet/licences/{}/show", wallet.licence.id);
    let answer = app.post(Some(&wallet.token), &path, &json!({ "scene": "inspect.food", "pin": PIN }));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["token"].as_str().unwrap().to_owned()
}

fn act(app: &TestApp, wallet: &Wallet, act: &str) {
    let path = format!("/api/v1/licences/{}/acts", wallet.licence.id);
    let body = json!({ "act": act, "reason": "核查", "legal_basis": "测试依据" });
    let answer = app.post(Some(&wallet.checker), &path, &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The `iat` of the first list as published, once it is later than `after`.
fn published_after(app: &TestApp, after: i64) -> i64 {
    let started = Instant::now();
    loop {
        let iat = claims(&app.get(None, "/status-lists/1").text())["iat"].as_i64().unwrap();
        if iat > after {
            return iat;
        }
        assert!(started.elapsed() < Duration::from_secs(5), "nothing published within 5 s");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn claims(jws: &str) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = Base64UrlUnpadded::decode_vec(jws.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

#[test]
fn an_act_is_on_the_wire_within_five_seconds_whole_and_as_a_delta() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let wallet = wallet(&app);
        let code = show(&app, &wallet);
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
            act(&app, &wallet, name);
            let next = published_after(&app, base);
            assert_eq!(next, app.clock.now().0, "never ahead of the clock");
            assert_eq!(
                judge(&synced(&app.url, app.roots.clone(), app.clock.now())),
                want,
                "{name}, lists whole"
            );
            let delta = app.get(None, &format!("/status-lists/delta?from={base}"));
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
    let code = show(&app, &wallet);
    let mut follower = synced(&app.url, app.roots.clone(), app.clock.now());
    let base = published_after(&app, 0);
    let mut last = base;
    for name in ["suspend", "resume", "suspend"] {
        app.pass(2);
        act(&app, &wallet, name);
        last = published_after(&app, last);
    }
    let delta = app.get(None, &format!("/status-lists/delta?from={base}"));
    let now = app.clock.now();
    assert_eq!(follower.apply_delta(&delta.text(), OnExpired::Refuse { now }), Ok(Loaded::New));
    assert_eq!(follower.verify(&code, &Options::at(now)).code, Code::StatusSuspended);
    assert_eq!(app.get(None, &format!("/status-lists/delta?from={last}")).status, 204, "nothing newer");
    let too_old = app.get(None, &format!("/status-lists/delta?from={}", base - 1));
    assert_eq!((too_old.status, too_old.header("location")), (303, Some("/status-lists")));
    assert_eq!(app.get(None, "/status-lists/delta?from=x").status, 422);
    assert_eq!(app.get(None, "/status-lists/delta").status, 422);
}

#[test]
fn lists_are_signed_anew_before_they_age_and_can_be_asked_for_changes() {
    let app = TestApp::sqlite();
    let first = published_after(&app, 0);
    app.pass(150);
    let second = published_after(&app, first);
    assert_eq!(second - first, 150, "half the ttl");
    let list = app.get(None, "/status-lists/1");
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
        let whole = app.get(None, path);
        let tag = whole.header("etag").unwrap().to_owned();
        assert_eq!((whole.status, whole.header("access-control-allow-origin")), (200, Some("*")), "{path}");
        let unchanged = app.send("GET", None, path, &[("If-None-Match", &tag)], None);
        assert_eq!((unchanged.status, unchanged.body.len()), (304, 0), "{path}");
        assert_eq!(
            app.send("GET", None, path, &[("If-None-Match", "\"other\"")], None).status,
            200,
            "{path}"
        );
    }
    for path in ["/status-lists/2", "/status-lists/x", "/.well-known/trust-list/2"] {
        assert_eq!(app.get(None, path).status, 404, "{path}");
    }
}

#[test]
fn the_key_set_has_exactly_the_members_that_jose_libraries_take() {
    let app = TestApp::sqlite();
    let set = app.get(None, "/.well-known/jwks.json").json();
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
    show(&app, &wallet);
    show(&app, &wallet);
    let mut devices = Vec::new();
    for name in ["旧手机", "新手机"] {
        let (key, _) = AwsLcSigner::generate("phone").unwrap();
        let body = json!({ "name": name, "jwk": key.public_key().to_jwk() });
        let made = app.post(Some(&wallet.token), "/api/v1/wallet/devices", &body);
        assert_eq!(made.status, 201, "{}", made.text());
        devices.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/api/v1/wallet/licences/{}/grant", wallet.licence.id);
    for device in devices.iter().chain(&devices) {
        let body = json!({ "device": device, "scene": "inspect.food", "pin": PIN });
        let granted = app.post(Some(&wallet.token), &path, &body);
        assert_eq!(granted.status, 201, "{}", granted.text());
        assert!(granted.json()["grant"].as_str().unwrap().ends_with('~'));
    }
    let entries = |app: &TestApp| {
        app.wait(async {
            let mut tx = app.app.db.begin_read().await.unwrap();
            storage::publication::status::entries_of_licence(&mut tx, &wallet.licence.id.to_string())
                .await
                .unwrap()
        })
    };
    let held = entries(&app);
    assert_eq!(held.len(), 3, "profile S and two phones");
    assert_eq!(held.iter().map(|entry| entry.idx).collect::<HashSet<_>>().len(), 3);
    let dropped = app.delete(Some(&wallet.token), &format!("/api/v1/wallet/devices/{}", devices[0]));
    assert_eq!(dropped.status, 204);
    for entry in entries(&app) {
        assert_eq!(entry.value, i64::from(entry.device == devices[0]), "{entry:?}");
    }
    let body = json!({ "device": devices[0], "scene": "inspect.food", "pin": PIN });
    assert_eq!(app.post(Some(&wallet.token), &path, &body).status, 404, "no grant for a dropped phone");
    app.pass(2);
    act(&app, &wallet, "suspend");
    let values: Vec<_> =
        entries(&app).iter().map(|entry| (entry.device == devices[0], entry.value)).collect();
    assert!(values.iter().all(|(dropped, value)| *value == if *dropped { 1 } else { 2 }), "{values:?}");
}

#[test]
fn a_change_that_was_not_published_before_a_stop_is_published_after_the_start() {
    let demo = DemoApp::start();
    let licence = demo.file["licences"][0]["id"].as_str().unwrap().to_owned();
    let (token, pin) = demo.log_in("shanyue");
    let path = format!("/api/v1/wallet/licences/{licence}/show");
    let body = json!({ "scene": "inspect.food", "pin": pin });
    let shown = demo.request("POST", Some(&token), &path, Some(&body)).json();
    let code = shown["qr_text"].as_str().unwrap().to_owned();
    let (checker, _) = demo.log_in("checker.samr");
    // The clock stands still, so the second of the first publication is not over and nothing can be signed.
    let body = json!({ "act": "revoke", "reason": "测试", "legal_basis": "测试依据" });
    let done = demo.request("POST", Some(&checker), &format!("/api/v1/licences/{licence}/acts"), Some(&body));
    assert_eq!(done.status, 200, "{}", done.text());
    std::thread::sleep(Duration::from_millis(700));
    let now = demo.clock.now();
    assert_eq!(demo.synced().verify(&code, &Options::at(now)).code, Code::Ok, "not published yet");
    demo.clock.set(UnixTime(now.0 + 1));
    let demo = demo.restarted();
    assert_eq!(demo.synced().verify(&code, &Options::at(demo.clock.now())).code, Code::StatusInvalid);
}
