//! Logging in and out: tokens, cookies, wrong passwords, ended sessions.

use std::time::Duration;

use liangzheng_server::config::RateConfig;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::service::actor::session;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{PASSWORD, UNIT};
use liangzheng_tests::snapshot::stable;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

fn login(name: &str, password: &str) -> Value {
    json!({ "login": name, "password": password })
}

#[test]
fn a_program_gets_a_token_that_works_until_it_logs_out_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.holder("lin");
        let answer = app.anyone().post("/api/v1/sessions", &login("lin", PASSWORD));
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("set-cookie"), None, "a program wants no cookie");
        let json = answer.json();
        let token = json["token"].as_str().unwrap();
        assert_eq!(token.len(), 47);
        assert_eq!(json["expires_at"], liangzheng_tests::clock::NOON.0 + 12 * 3600);
        assert_eq!(json["principal"]["role"], "holder");
        let lin = app.anyone().with_token(token);
        assert_eq!(lin.get("/api/v1/wallet/licences").status, 200);
        assert_eq!(lin.delete("/api/v1/sessions/current").status, 204);
        let ended = lin.get("/api/v1/wallet/licences");
        assert_eq!((ended.status, ended.problem().as_str()), (401, "unauthenticated"));
        assert_eq!(ended.header("www-authenticate"), Some("Bearer"));
    }
}

#[test]
fn a_page_of_ours_gets_a_cookie_and_no_token() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let same = [("Sec-Fetch-Site", "same-origin")];
    let answer = app.anyone().with_all(&same).post("/api/v1/sessions", &login("lin", PASSWORD));
    assert_eq!(answer.status, 201);
    assert!(answer.json()["token"].is_null());
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("__Host-lz=lzs_"), "{cookie}");
    for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=43200"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let pair = cookie.split(';').next().unwrap();
    let path = "/api/v1/wallet/licences";
    let page = app.anyone().with("Cookie", pair);
    let with = |headers: &[(&str, &str)]| page.with_all(headers).get(path).status;
    assert_eq!(with(&same), 200);
    assert_eq!(with(&[("Sec-Fetch-Site", "cross-site")]), 403);
    assert_eq!(with(&[("Sec-Fetch-Site", "same-site")]), 403);
    assert_eq!(with(&[]), 200, "an old browser reading");
    let known = answer.headers.iter().filter(|(name, _)| name == "set-cookie").nth(1).unwrap();
    assert!(known.1.starts_with("__Host-lz-known=") && known.1.contains("; HttpOnly"), "{known:?}");
    let token = pair.split('=').nth(1).unwrap();
    assert_eq!(app.anyone().with_token(token).get(path).status, 401, "a cookie's token is no Bearer token");
    let end = |headers: &[(&str, &str)]| page.with_all(headers).delete("/api/v1/sessions/current");
    for foreign in [
        &[][..],
        &[("Origin", "null")],
        &[("Origin", "https://evil.example")],
        &[("Sec-Fetch-Site", "none")],
        &[("Sec-Fetch-Site", "cross-site")],
    ] {
        let answer = end(foreign);
        assert_eq!((answer.status, answer.problem().as_str()), (403, "cross-site-request"), "{foreign:?}");
    }
    let origin = app.url.clone();
    let gone = end(&[("Origin", &origin)]);
    assert_eq!(gone.status, 204);
    assert!(gone.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(with(&same), 401);
}

#[test]
fn a_bearer_token_is_not_asked_which_page_sent_it() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let foreign = [("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(app.as_("lin").with_all(&foreign).get("/api/v1/wallet/licences").status, 200);
}

#[test]
fn unknown_login_wrong_password_and_disabled_account_get_the_same_answer() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let gone = app.staff("gone", Role::Manager, UNIT);
    app.wait(session::disable(&app.app, gone)).unwrap();
    let mut answers = Vec::new();
    for (name, password) in
        [("lin", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("lin' OR 1=1 --", PASSWORD)]
    {
        let answer = app.anyone().post("/api/v1/sessions", &login(name, password));
        assert_eq!((answer.status, answer.problem().as_str()), (401, "wrong-credentials"), "{name}");
        let mut json = answer.json();
        json["request_id"] = Value::Null;
        answers.push(json);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[test]
fn ten_wrong_passwords_close_a_login_for_five_seconds_whether_it_exists_or_not() {
    for (name, enabled) in [("lin", true), ("nobody", false)] {
        // Lifting the rate limits lifts nothing here.
        let app = TestApp::start(TestDb::sqlite(), |config| config.limits.enabled = enabled);
        app.holder("lin");
        for n in 0..10 {
            assert_eq!(app.anyone().post("/api/v1/sessions", &login(name, "wrong")).status, 401, "{n}");
        }
        let shut = app.anyone().post("/api/v1/sessions", &login(name, PASSWORD));
        assert_eq!((shut.status, shut.problem().as_str()), (429, "too-many-requests"), "{name}");
        assert_eq!(shut.header("retry-after"), Some("5"));
        app.pass(5);
        assert_eq!(app.anyone().post("/api/v1/sessions", &login(name, "wrong")).status, 401);
        assert_eq!(app.anyone().post("/api/v1/sessions", &login(name, "wrong")).status, 429);
        app.pass(5);
        let right = app.anyone().post("/api/v1/sessions", &login(name, PASSWORD)).status;
        assert_eq!(right, if name == "lin" { 201 } else { 401 });
    }
}

#[test]
fn an_address_logs_in_as_often_as_it_may_at_once_and_then_waits() {
    let app = TestApp::start(TestDb::sqlite(), |config| {
        config.limits.login_per_address = RateConfig { burst: 30, per_second: 1 };
    });
    for n in 0..30 {
        let answer = app.anyone().post("/api/v1/sessions", &login(&format!("nobody{n}"), "x"));
        assert_eq!(answer.status, 401, "{n}");
    }
    let statuses: Vec<u16> = (30..60)
        .map(|n| app.anyone().post("/api/v1/sessions", &login(&format!("nobody{n}"), "x")).status)
        .collect();
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[test]
fn a_session_ends_by_time_and_by_disabling_its_account() {
    let app = TestApp::sqlite();
    let account = app.holder("lin").0;
    app.holder("chen");
    let (lin, chen) = (app.as_("lin"), app.as_("chen"));
    let path = "/api/v1/wallet/licences";
    assert_eq!(lin.get(path).status, 200);
    app.wait(session::disable(&app.app, account)).unwrap();
    assert_eq!(lin.get(path).status, 401, "the very next request");
    assert_eq!(chen.get(path).status, 200);
    app.pass(12 * 3600 - 1);
    assert_eq!(chen.get(path).status, 200);
    app.pass(1);
    assert_eq!(chen.get(path).status, 401);
}

#[test]
fn what_is_no_session_is_refused_as_such() {
    let app = TestApp::sqlite();
    for token in ["", "x", "lzs_", "lzs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let answer = app.anyone().with_token(token).get("/api/v1/wallet/licences");
        assert_eq!(answer.status, 401, "{token}");
    }
    let basic = app.anyone().with("Authorization", "Basic bGluOng=");
    assert_eq!(basic.get("/api/v1/wallet/licences").status, 401);
}

#[test]
fn bodies_that_are_not_logins_are_told_what_is_wrong_and_never_quoted() {
    let app = TestApp::sqlite();
    let raw = |body: &str, kind: &str| {
        let url = format!("{}/api/v1/sessions", app.url);
        liangzheng_tests::http::send("POST", &url, &[("Content-Type", kind)], Some(body.as_bytes()))
    };
    let long = format!("{{\"login\":\"{}\",\"password\":\"x\"}}", "a".repeat(65));
    let huge = format!("{{\"login\":\"{}\"}}", "a".repeat(300_000));
    for (body, status, code) in [
        ("", 400, "malformed-request"),
        ("{", 400, "malformed-request"),
        ("[]", 422, "invalid-request"),
        ("{\"login\":\"geheim-1\"}", 422, "invalid-request"),
        ("{\"login\":\"lin\",\"password\":\"geheim-2\",\"x\":\"geheim-3\"}", 422, "invalid-request"),
        ("{\"login\":\"lin\",\"password\":{\"a\":\"geheim-4\"}}", 422, "invalid-request"),
        ("{\"login\":[\"geheim-5\"],\"password\":\"x\"}", 422, "invalid-request"),
        ("{\"login\":\"a\",\"login\":\"b\",\"password\":\"x\"}", 422, "invalid-request"),
        ("{\"login\":\"\",\"password\":\"\"}", 422, "invalid-request"),
        (&long, 422, "invalid-request"),
        (&huge, 413, "too-large"),
    ] {
        let answer = raw(body, "application/json");
        assert_eq!((answer.status, answer.problem().as_str()), (status, code), "{body:.60}");
        assert!(!answer.text().contains("geheim"), "{}", answer.text());
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let answer = raw("{\"login\":\"lin\",\"password\":\"x\"}", kind);
        assert_eq!((answer.status, answer.problem().as_str()), (415, "unsupported-media-type"), "{kind}");
    }
}

#[test]
fn what_one_server_ends_another_refuses_within_a_second() {
    let app = TestApp::start(TestDb::postgres(), |_| {});
    let second = app.second_server();
    let lin_account = app.holder("lin").0;
    app.holder("chen");
    let (lin, chen) = (app.as_("lin"), app.as_("chen"));
    let path = "/api/v1/wallet/licences";
    let statuses = |caller: &Caller| [caller.get(path).status, caller.at(&second.url).get(path).status];
    // Both servers now remember both sessions.
    for caller in [&lin, &chen] {
        assert_eq!(statuses(caller), [200, 200]);
    }
    app.wait(session::disable(&app.app, lin_account)).unwrap();
    assert_eq!(chen.delete("/api/v1/sessions/current").status, 204);
    within(Duration::from_secs(1), "both sessions are over on both servers", || {
        [&lin, &chen].into_iter().all(|caller| statuses(caller) == [401, 401]).then_some(())
    });
}

#[test]
fn a_session_is_answered_as_kept() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let both = app.holder("both").0;
    app.wait(app.make.join(both, &[Role::IssuerChecker, Role::Inspector], UNIT));
    for (name, who) in [("holder", "lin"), ("holder_and_member", "both")] {
        let answer = app.anyone().post("/api/v1/sessions", &login(who, PASSWORD));
        insta::assert_json_snapshot!(name, stable(&answer));
    }
    let page = app.anyone().with("Sec-Fetch-Site", "same-origin");
    insta::assert_json_snapshot!(
        "of_a_page",
        stable(&page.post("/api/v1/sessions", &login("lin", PASSWORD)))
    );
}
