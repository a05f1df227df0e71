//! Acts on licences over HTTP: who may, from which state, on which version, once.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::builders::{BUSINESS_LICENCE, OTHER_UNIT, UNIT};
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use serde_json::{Value, json};

/// A server with a licence, and the token of a checker of its unit.
fn office(db: TestDb) -> (TestApp, LicenceId, String) {
    let app = TestApp::start(db, |_| {});
    let (_, lin) = app.wait(app.builder.holder("lin"));
    app.wait(app.builder.staff("qin", Role::IssuerChecker, UNIT));
    let licence = app.wait(app.builder.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)).id;
    let token = app.log_in("qin");
    (app, licence, token)
}

fn act(name: &str) -> Value {
    json!({ "act": name, "reason": "投诉核查", "legal_basis": "《河南省电子证照管理办法》第十八条" })
}

fn path(licence: LicenceId) -> String {
    format!("/api/v1/licences/{licence}/acts")
}

fn recorded(app: &TestApp, licence: LicenceId) -> usize {
    app.wait(async {
        let mut tx = app.builder.db.begin_read().await.unwrap();
        storage::licence::act::of_licence(&mut tx, licence).await.unwrap().len()
    })
}

#[test]
fn a_checker_suspends_resumes_and_revokes_and_every_act_is_recorded_on_both_databases() {
    for db in TestDb::both() {
        let (app, licence, token) = office(db);
        for (name, status, version) in
            [("suspend", "ON_HOLD", 2), ("resume", "ACTIVE", 3), ("revoke", "REVOKED", 4)]
        {
            let answer = app.post(Some(&token), &path(licence), &act(name));
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(
                answer.json(),
                json!({ "id": licence.to_string(), "status": status, "version": version })
            );
            assert_eq!(answer.header("etag"), Some(format!("\"{version}\"").as_str()));
        }
        app.wait(async {
            let mut tx = app.builder.db.begin_read().await.unwrap();
            let acts = storage::licence::act::of_licence(&mut tx, licence).await.unwrap();
            let told: Vec<_> =
                acts.iter().map(|a| (a.act.as_str(), a.from_status.as_str(), a.to_status.as_str())).collect();
            assert_eq!(
                told,
                [
                    ("suspend", "ACTIVE", "ON_HOLD"),
                    ("resume", "ON_HOLD", "ACTIVE"),
                    ("revoke", "ACTIVE", "REVOKED")
                ]
            );
            assert!(
                acts.iter().all(|a| a.effective_at == NOON.0 && a.unit == UNIT && a.reason == "投诉核查")
            );
        });
    }
}

#[test]
fn a_revoked_licence_cannot_be_suspended_and_the_answer_says_so_in_words() {
    let (app, licence, token) = office(TestDb::sqlite());
    assert_eq!(app.post(Some(&token), &path(licence), &act("revoke")).status, 200);
    for name in ["suspend", "resume", "revoke"] {
        let answer = app.post(Some(&token), &path(licence), &act(name));
        assert_eq!((answer.status, answer.problem().as_str()), (409, "forbidden-transition"), "{name}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("已吊销"), "{}", answer.text());
    }
    assert_eq!(recorded(&app, licence), 1);
}

#[test]
fn only_a_checker_of_the_licences_own_unit_may_act() {
    let (app, licence, _) = office(TestDb::sqlite());
    app.wait(app.builder.staff("han", Role::IssuerChecker, OTHER_UNIT));
    assert_eq!(app.post(Some(&app.log_in("han")), &path(licence), &act("suspend")).status, 404);
    for role in Role::ALL {
        if matches!(role, Role::Holder | Role::IssuerChecker) {
            continue;
        }
        app.wait(app.builder.staff(role.as_str(), role, UNIT));
        let answer = app.post(Some(&app.log_in(role.as_str())), &path(licence), &act("suspend"));
        assert_eq!(answer.status, 403, "{role}");
    }
    assert_eq!(app.post(Some(&app.log_in("lin")), &path(licence), &act("suspend")).status, 403, "its holder");
    assert_eq!(recorded(&app, licence), 0);
}

#[test]
fn if_match_lets_through_the_version_seen_and_refuses_any_other() {
    let (app, licence, token) = office(TestDb::sqlite());
    let with = |tag: &str, name: &str| {
        app.send("POST", Some(&token), &path(licence), &[("If-Match", tag)], Some(&act(name)))
    };
    for stale in ["\"2\"", "W/\"1\"", "1", "\"x\"", "\"0\", \"9\""] {
        let answer = with(stale, "suspend");
        assert_eq!((answer.status, answer.problem().as_str()), (412, "stale-version"), "{stale}");
    }
    assert_eq!(with("\"1\"", "suspend").status, 200);
    assert_eq!(with("\"1\"", "resume").status, 412);
    assert_eq!(with("*", "resume").status, 200);
    assert_eq!(recorded(&app, licence), 2);
}

#[test]
fn the_same_request_under_one_key_is_done_once_and_another_is_refused_on_both_databases() {
    for db in TestDb::both() {
        let (app, licence, token) = office(db);
        let with = |key: &str, body: &Value| {
            app.send("POST", Some(&token), &path(licence), &[("Idempotency-Key", key)], Some(body))
        };
        let first = with("k-1", &act("suspend"));
        assert_eq!(first.status, 200, "{}", first.text());
        let again = with("k-1", &act("suspend"));
        assert_eq!(
            (again.status, again.json()),
            (200, first.json()),
            "not 409, though it is suspended by now"
        );
        let other = with("k-1", &act("revoke"));
        assert_eq!((other.status, other.problem().as_str()), (422, "idempotency-key-reused"));
        assert_eq!(with("k-2", &act("suspend")).status, 409, "another key is another request");
        // A request that failed did not use its key up.
        assert_eq!(with("k-2", &act("resume")).status, 200);
        assert_eq!(recorded(&app, licence), 2);
        assert_eq!(with("", &act("suspend")).status, 400);
        assert_eq!(with(&"k".repeat(129), &act("suspend")).status, 400);
    }
}

#[test]
fn of_sixteen_equal_requests_at_once_one_act_comes_on_both_databases() {
    for db in TestDb::both() {
        let name = db.name;
        let (app, licence, token) = office(db);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let requests: Vec<_> = (0..16)
                .map(|n| {
                    let (app, token) = (&app, &token);
                    scope.spawn(move || {
                        let key = [("Idempotency-Key", "same")];
                        let headers = if n % 2 == 0 { &key[..] } else { &[] };
                        app.send("POST", Some(token), &path(licence), headers, Some(&act("suspend"))).status
                    })
                })
                .collect();
            requests.into_iter().map(|request| request.join().unwrap()).collect()
        });
        assert_eq!(recorded(&app, licence), 1, "{name}: {statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{name}: {statuses:?}");
        assert!(statuses.contains(&200), "{name}: {statuses:?}");
    }
}

#[test]
fn an_act_without_reason_basis_or_sense_is_refused_with_the_member_that_is_wrong() {
    let (app, licence, token) = office(TestDb::sqlite());
    let changed = |member: &str, value: Value| {
        let mut body = act("suspend");
        body[member] = value;
        body
    };
    for (member, value) in [
        ("act", json!("explode")),
        ("act", json!("cancel")),
        ("act", json!("")),
        ("reason", json!("")),
        ("reason", json!(" \n ")),
        ("reason", json!("长".repeat(501))),
        ("reason", json!("a\u{0}b")),
        ("legal_basis", json!("")),
        ("effective_at", json!("yesterday")),
        ("effective_at", json!("2026-11-22T12:00:00")),
        ("effective_at", json!("2026-13-22T12:00:00Z")),
        ("effective_at", json!(i64::MAX)),
        ("effective_at", json!(NOON.0 + 61)),
        ("effective_at", json!("2026-11-22T20:00:00+08:00")),
    ] {
        let answer = app.post(Some(&token), &path(licence), &changed(member, value.clone()));
        assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid-request"), "{member} {value}");
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{member}"), "{value}");
    }
    for body in
        [json!({}), json!({ "act": "suspend" }), changed("pin", json!("1")), changed("reason", json!(5))]
    {
        assert_eq!(app.post(Some(&token), &path(licence), &body).status, 422, "{body}");
    }
    assert_eq!(recorded(&app, licence), 0);
    for (value, want) in [
        (Value::Null, NOON.0),
        (json!(NOON.0 - 86_400), NOON.0 - 86_400),
        (json!("2026-11-22T12:00:00+08:00"), NOON.0),
        (json!("2026-11-22T04:00:30Z"), NOON.0 + 30),
    ] {
        let name = if recorded(&app, licence).is_multiple_of(2) { "suspend" } else { "resume" };
        let mut body = act(name);
        body["effective_at"] = value.clone();
        assert_eq!(app.post(Some(&token), &path(licence), &body).status, 200, "{value}");
        app.wait(async {
            let mut tx = app.builder.db.begin_read().await.unwrap();
            let last = storage::licence::act::of_licence(&mut tx, licence).await.unwrap().pop().unwrap();
            assert_eq!(last.effective_at, want, "{value}");
        });
    }
    let mut longest = act("revoke");
    longest["reason"] = json!("长".repeat(500));
    assert_eq!(app.post(Some(&token), &path(licence), &longest).status, 200);
}

#[test]
fn an_act_ends_the_open_shows_of_its_licence_at_once() {
    let (app, licence, token) = office(TestDb::sqlite());
    let lin = app.log_in("lin");
    let scene =
        app.get(Some(&lin), "/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let body = json!({ "scene": scene, "pin": "246810" });
    let shown = app.post(Some(&lin), &format!("/api/v1/wallet/licences/{licence}/show"), &body);
    assert_eq!(shown.status, 201, "{}", shown.text());
    let refresh = format!("/api/v1/wallet/shows/{}/refresh", shown.json()["show"].as_str().unwrap());
    assert_eq!(app.send("POST", Some(&lin), &refresh, &[], None).status, 200);
    assert_eq!(app.post(Some(&token), &path(licence), &act("suspend")).status, 200);
    let refused = app.send("POST", Some(&lin), &refresh, &[], None);
    assert_eq!((refused.status, refused.problem().as_str()), (409, "licence-not-showable"));
    let again = app.post(Some(&lin), &format!("/api/v1/wallet/licences/{licence}/show"), &body);
    assert_eq!(again.status, 409);
    assert_eq!(app.get(Some(&lin), &format!("/api/v1/wallet/licences/{licence}")).json()["showable"], false);
}

#[test]
fn an_act_on_one_server_ends_shows_on_another_within_a_second_and_no_code_outlives_it() {
    let app = TestApp::start(TestDb::postgres(), |_| {});
    let beside = app.beside();
    let (_, lin) = app.wait(app.builder.holder("lin"));
    app.wait(app.builder.staff("qin", Role::IssuerChecker, UNIT));
    let licence = app.wait(app.builder.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)).id;
    let (holder, checker) = (app.log_in("lin"), app.log_in("qin"));
    let scene =
        app.get(Some(&holder), "/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let body = json!({ "scene": scene, "pin": "246810" });
    let show = format!("/api/v1/wallet/licences/{licence}/show");
    let opened = beside.post(Some(&holder), &show, &body);
    assert_eq!(opened.status, 201, "{}", opened.text());
    let refresh = format!("/api/v1/wallet/shows/{}/refresh", opened.json()["show"].as_str().unwrap());
    assert_eq!(beside.send("POST", Some(&holder), &refresh, &[], None).status, 200);
    // Shows are being opened on one server while the other suspends.
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let shows: Vec<_> = (0..8)
            .map(|_| {
                let (beside, holder, show, body) = (&beside, &holder, &show, &body);
                scope.spawn(move || beside.post(Some(holder), show, body).status)
            })
            .collect();
        assert_eq!(app.post(Some(&checker), &path(licence), &act("suspend")).status, 200);
        shows.into_iter().map(|show| show.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409 | 410)), "{statuses:?}");
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(beside.send("POST", Some(&holder), &refresh, &[], None).status, 409);
    let values: Vec<i64> = app.wait(async {
        let mut tx = app.builder.db.begin_read().await.unwrap();
        let entries =
            storage::publication::status::entries_of_licence(&mut tx, &licence.to_string()).await.unwrap();
        entries.iter().map(|entry| entry.value).collect()
    });
    assert_eq!(values, [2], "whatever came first, the index says suspended");
}

#[test]
fn an_inspection_that_runs_out_overnight_reaches_the_status_index_by_itself() {
    let app = TestApp::sqlite();
    let (_, lin) = app.wait(app.builder.holder("lin"));
    let mut inspected = liangzheng_tests::builders::licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let due = liangzheng_core::time::Day::parse("20261122").unwrap();
    inspected.inspection = Some(liangzheng_server::domain::licence::Inspection { due, failed: false });
    app.wait(app.builder.put(&inspected));
    let holder = app.log_in("lin");
    let scene =
        app.get(Some(&holder), "/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let show = format!("/api/v1/wallet/licences/{}/show", inspected.id);
    assert_eq!(app.post(Some(&holder), &show, &json!({ "scene": scene, "pin": "246810" })).status, 201);
    let mark =
        || app.wait(liangzheng_server::service::licence::annual_inspection::mark_overdue(&app.app)).unwrap();
    let value = || {
        app.wait(async {
            let mut tx = app.builder.db.begin_read().await.unwrap();
            let id = inspected.id.to_string();
            storage::publication::status::entries_of_licence(&mut tx, &id).await.unwrap()[0].value
        })
    };
    assert_eq!((mark(), value()), (0, 0));
    app.pass(86_400);
    mark();
    assert_eq!((value(), mark()), (14, 0), "marked, by this or by the worker, and only once");
}
