//! `PUT /api/v1/me/password`, `PUT /api/v1/me/pin`: the old one is asked, wrong ones are counted, and whoever came in by
//! the old one is out.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT};
use serde_json::json;

const NEW: &str = "another horse 电池";

fn change(caller: &Caller, old: &str, new: &str) -> Answer {
    let body = json!({ "old_password": old, "new_password": new });
    caller.send("PUT", "/api/v1/me/password", Some(&body))
}

fn log_in(app: &TestApp, password: &str) -> u16 {
    app.anyone().post("/api/v1/sessions", &json!({ "login": "lin", "password": password })).status
}

#[test]
fn a_changed_password_lets_in_alone_and_ends_other_sessions_and_shows_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("lin");
        let own = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let (here, there) = (app.log_in("lin"), app.log_in("lin"));
        let show = json!({ "scene": "inspect.food", "pin": PIN });
        let shown = here.post(&format!("/api/v1/wallet/licences/{own}/show"), &show).must(201);
        let refresh = format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap());
        let wrong = change(&here, "not it at all", NEW);
        assert_eq!((wrong.status, wrong.problem().as_str()), (403, "wrong-password"));
        assert_eq!(there.get("/api/v1/me").status, 200, "a wrong one changes nothing");
        assert_eq!(change(&here, PASSWORD, NEW).status, 204);
        assert_eq!(here.get("/api/v1/me").status, 200);
        assert_eq!(there.get("/api/v1/me").status, 401);
        assert_eq!(here.post_nothing(&refresh).status, 410);
        assert_eq!((log_in(&app, PASSWORD), log_in(&app, NEW)), (401, 201));
    }
}

#[test]
fn a_new_password_that_is_not_taken_says_what_would_be() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let lin = app.as_("lin");
    for (new, code) in [
        ("short", "length"),
        (PASSWORD, "same"),
        ("my name is lin so what", "holds-login"),
        (&"长".repeat(100), "length"),
    ] {
        let answer = change(&lin, PASSWORD, new);
        assert_eq!(answer.status, 422, "{new}");
        let error = &answer.json()["errors"][0];
        assert_eq!((error["pointer"].as_str(), error["code"].as_str()), (Some("/new_password"), Some(code)));
        assert!(!answer.text().contains(new), "what was sent is not repeated");
    }
    assert_eq!(change(&lin, &"x".repeat(300), NEW).json()["errors"][0]["pointer"], "/old_password");
    assert_eq!(log_in(&app, PASSWORD), 201);
}

#[test]
fn wrong_old_passwords_are_shut_out_as_at_login_and_shut_nobodys_login() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        app.holder("lin");
        let lin = app.as_("lin");
        for _ in 0..10 {
            assert_eq!(change(&lin, "a wrong one", NEW).status, 403);
        }
        let shut = change(&lin, PASSWORD, NEW);
        assert_eq!((shut.status, shut.problem().as_str()), (429, "too-many-requests"));
        assert_eq!(shut.header("retry-after"), Some("5"));
        assert_eq!(log_in(&app, PASSWORD), 201, "the bucket is the session's, not the login's");
        app.pass(5);
        assert_eq!(change(&lin, PASSWORD, NEW).status, 204);
    }
}

#[test]
fn a_pin_is_changed_by_the_old_one_with_its_lock_out() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        let (_, holder) = app.holder("lin");
        let own = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let (lin, there) = (app.log_in("lin"), app.log_in("lin"));
        let pin = |body| lin.send("PUT", "/api/v1/me/pin", Some(&body));
        let show = |pin: &str| {
            let body = json!({ "scene": "inspect.food", "pin": pin });
            lin.post(&format!("/api/v1/wallet/licences/{own}/show"), &body)
        };
        let shown = show(PIN).must(201);
        let refresh = format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap());
        for (body, pointer) in [
            (json!({ "new_pin": "135790" }), "/old_pin"),
            (json!({ "old_pin": PIN, "password": PASSWORD, "new_pin": "135790" }), "/old_pin"),
            (json!({ "old_pin": PIN, "new_pin": "1357" }), "/new_pin"),
            (json!({ "old_pin": PIN, "new_pin": PIN }), "/new_pin"),
            (json!({ "password": PASSWORD, "new_pin": "135790" }), "/old_pin"),
        ] {
            let answer = pin(body.clone());
            assert_eq!(
                (answer.status, answer.json()["errors"][0]["pointer"].as_str()),
                (422, Some(pointer)),
                "{body}"
            );
        }
        let wrong = pin(json!({ "old_pin": "000000", "new_pin": "135790" }));
        assert_eq!((wrong.status, wrong.problem().as_str()), (403, "wrong-pin"));
        assert_eq!(pin(json!({ "old_pin": PIN, "new_pin": "135790" })).status, 204);
        assert_eq!(lin.post_nothing(&refresh).status, 410, "the show ended");
        assert_eq!(there.get("/api/v1/me").status, 401, "the other session ended");
        assert_eq!((show(PIN).status, show("135790").status), (403, 201));
        for _ in 0..5 {
            assert_eq!(pin(json!({ "old_pin": "000000", "new_pin": "246810" })).status, 403);
        }
        let shut = pin(json!({ "old_pin": "135790", "new_pin": "246810" }));
        assert_eq!((shut.status, shut.problem().as_str()), (429, "pin-shut"));
    }
}

#[test]
fn who_has_no_pin_yet_sets_one_by_his_password() {
    let app = TestApp::sqlite();
    app.staff("han", Role::Inspector, UNIT);
    let han = app.as_("han");
    let by = |password: &str| {
        han.send("PUT", "/api/v1/me/pin", Some(&json!({ "password": password, "new_pin": "135790" })))
    };
    assert_eq!(by("a wrong one").problem(), "wrong-password");
    assert_eq!(by(PASSWORD).status, 204);
    assert_eq!(han.get("/api/v1/me").must(200)["factors"]["pin"], true);
    assert_eq!(by(PASSWORD).status, 422, "from then on the PIN is asked");
}
