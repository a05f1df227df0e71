//! Acts on licences over HTTP: who may, from which state, on which version, once.

use std::time::Duration;

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::service::licence::annual_inspection;
use liangzheng_server::storage;
use liangzheng_tests::acts::{act, acts_of as path, by_two};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PASSWORD, UNIT};
use liangzheng_tests::snapshot::stable;
use liangzheng_tests::until::within;
use serde_json::{Value, json};

/// A server with a licence, and a checker of its unit.
fn office(db: TestDb) -> (TestApp, LicenceId, Caller) {
    let app = TestApp::start(db, |_| {});
    let (_, lin) = app.holder("lin");
    app.staff("qin", Role::IssuerChecker, UNIT);
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let qin = app.as_("qin");
    (app, licence, qin)
}

fn recorded(app: &TestApp, licence: LicenceId) -> usize {
    app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        storage::licence::act::of_licence(&mut tx, licence).await.unwrap().len()
    })
}

/// Rows: R37.
#[test]
fn a_checker_suspends_and_resumes_and_every_act_is_recorded_on_both_databases() {
    for db in TestDb::both() {
        let (app, licence, qin) = office(db);
        for (name, status, version) in [("suspend", "ON_HOLD", 2), ("resume", "ACTIVE", 3)] {
            let answer = qin.post(&path(licence), &act(name));
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(
                answer.json(),
                json!({ "id": licence.to_string(), "status": status, "version": version })
            );
            assert_eq!(answer.header("etag"), Some(format!("\"{version}\"").as_str()));
        }
        app.wait(async {
            let mut tx = app.app.db.begin_read().await.unwrap();
            let acts = storage::licence::act::of_licence(&mut tx, licence).await.unwrap();
            let told: Vec<_> =
                acts.iter().map(|a| (a.act.as_str(), a.from_status.as_str(), a.to_status.as_str())).collect();
            assert_eq!(told, [("suspend", "ACTIVE", "ON_HOLD"), ("resume", "ON_HOLD", "ACTIVE")]);
            let reason = |a| storage::licence::act::open_reason(&app.app.secrets, a).unwrap();
            assert!(
                acts.iter()
                    .all(|a| a.effective_at == NOON.0 && a.unit.as_str() == UNIT && reason(a) == "投诉核查")
            );
        });
    }
}

#[test]
fn what_the_state_forbids_is_refused_with_what_it_allows_and_whose_act_came_before() {
    let (app, licence, qin) = office(TestDb::sqlite());
    qin.post(&path(licence), &act("suspend")).must(200);
    let refused = qin.post(&path(licence), &act("suspend"));
    assert_eq!((refused.status, refused.problem().as_str()), (409, "forbidden-transition"));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    for told in
        ["已挂起", "qin 的账户", "2026-11-22 12:00", "resume", "cancel", "revoke", "withdraw", "annul"]
    {
        assert!(detail.contains(told), "{told}: {detail}");
    }
    assert!(!detail.contains("seize"), "{detail}");
    app.staff("gao", Role::IssuerMaker, UNIT);
    by_two(&app.as_("gao"), &qin, licence, "revoke");
    for name in ["suspend", "resume", "revoke", "annul"] {
        let answer = qin.post(&path(licence), &act(name));
        assert_eq!((answer.status, answer.problem().as_str()), (409, "forbidden-transition"), "{name}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("已吊销"), "{}", answer.text());
    }
    assert_eq!(recorded(&app, licence), 2);
}

/// Rows: R37.
#[test]
fn only_a_checker_of_the_licences_own_unit_may_act() {
    let (app, licence, _) = office(TestDb::sqlite());
    app.staff("han", Role::IssuerChecker, OTHER_UNIT);
    assert_eq!(app.as_("han").post(&path(licence), &act("suspend")).status, 404);
    for role in Role::ALL {
        if *role == Role::IssuerChecker {
            continue;
        }
        app.staff(role.as_str(), *role, UNIT);
        let answer = app.as_(role.as_str()).post(&path(licence), &act("suspend"));
        assert_eq!(answer.status, 403, "{role}");
    }
    assert_eq!(app.as_("lin").post(&path(licence), &act("suspend")).status, 403, "its holder");
    assert_eq!(recorded(&app, licence), 0);
}

#[test]
fn if_match_lets_through_the_version_seen_and_refuses_any_other() {
    let (app, licence, qin) = office(TestDb::sqlite());
    let with = |tag: &str, name: &str| qin.with("If-Match", tag).post(&path(licence), &act(name));
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
        let (app, licence, qin) = office(db);
        let with = |key: &str, body: &Value| qin.with("Idempotency-Key", key).post(&path(licence), body);
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
        let (app, licence, qin) = office(db);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let requests: Vec<_> = (0..16)
                .map(|n| {
                    let caller = if n % 2 == 0 { qin.with("Idempotency-Key", "same") } else { qin.clone() };
                    scope.spawn(move || caller.post(&path(licence), &act("suspend")).status)
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
    let (app, licence, qin) = office(TestDb::sqlite());
    let changed = |member: &str, value: Value| {
        let mut body = act("suspend");
        body[member] = value;
        body
    };
    for (member, value) in [
        ("act", json!("explode")),
        ("act", json!("supersede")),
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
        ("effective_at", json!(-1)),
        ("effective_at", json!("1949-09-30T23:59:59+08:00")),
        ("effective_at", json!("0001-01-01T00:00:00Z")),
        ("effective_at", json!(NOON.0 + 61)),
        ("effective_at", json!("2026-11-22T20:00:00+08:00")),
        ("until", json!("20271122")),
        ("until", json!("2027-11-22")),
        ("due", json!("20271122")),
    ] {
        let answer = qin.post(&path(licence), &changed(member, value.clone()));
        assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid-request"), "{member} {value}");
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{member}"), "{value}");
    }
    for body in
        [json!({}), json!({ "act": "suspend" }), changed("pin", json!("1")), changed("reason", json!(5))]
    {
        assert_eq!(qin.post(&path(licence), &body).status, 422, "{body}");
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
        assert_eq!(qin.post(&path(licence), &body).status, 200, "{value}");
        app.wait(async {
            let mut tx = app.app.db.begin_read().await.unwrap();
            let last = storage::licence::act::of_licence(&mut tx, licence).await.unwrap().pop().unwrap();
            assert_eq!(last.effective_at, want, "{value}");
        });
    }
    let mut longest = act("suspend");
    longest["reason"] = json!("长".repeat(500));
    assert_eq!(qin.post(&path(licence), &longest).status, 200);
}

/// Rows: R41.
#[test]
fn an_act_ends_the_open_shows_of_its_licence_at_once() {
    let (app, licence, qin) = office(TestDb::sqlite());
    let lin = app.as_("lin");
    let scene = lin.get("/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let body = json!({ "scene": scene, "pin": "246810" });
    let shown = lin.post(&format!("/api/v1/wallet/licences/{licence}/show"), &body);
    assert_eq!(shown.status, 201, "{}", shown.text());
    let refresh = format!("/api/v1/wallet/shows/{}/refresh", shown.json()["show"].as_str().unwrap());
    assert_eq!(lin.post_nothing(&refresh).status, 200);
    assert_eq!(qin.post(&path(licence), &act("suspend")).status, 200);
    let refused = lin.post_nothing(&refresh);
    assert_eq!((refused.status, refused.problem().as_str()), (409, "licence-not-showable"));
    let again = lin.post(&format!("/api/v1/wallet/licences/{licence}/show"), &body);
    assert_eq!(again.status, 409);
    assert_eq!(lin.get(&format!("/api/v1/wallet/licences/{licence}")).json()["showable"], false);
}

#[test]
fn an_act_on_one_server_ends_shows_on_another_within_a_second_and_no_code_outlives_it() {
    let app = TestApp::start(TestDb::postgres(), |_| {});
    let second = app.second_server();
    let (_, lin) = app.holder("lin");
    app.staff("qin", Role::IssuerChecker, UNIT);
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let (holder, checker) = (app.as_("lin"), app.as_("qin"));
    let holder_at_second = holder.at(&second.url);
    let scene = holder.get("/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let body = json!({ "scene": scene, "pin": "246810" });
    let show = format!("/api/v1/wallet/licences/{licence}/show");
    let opened = holder_at_second.post(&show, &body);
    assert_eq!(opened.status, 201, "{}", opened.text());
    let refresh = format!("/api/v1/wallet/shows/{}/refresh", opened.json()["show"].as_str().unwrap());
    assert_eq!(holder_at_second.post_nothing(&refresh).status, 200);
    // Shows are being opened on one server while the other suspends.
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let shows: Vec<_> =
            (0..8).map(|_| scope.spawn(|| holder_at_second.post(&show, &body).status)).collect();
        assert_eq!(checker.post(&path(licence), &act("suspend")).status, 200);
        shows.into_iter().map(|show| show.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409 | 410)), "{statuses:?}");
    within(Duration::from_secs(1), "the show is over on the other server", || {
        (holder_at_second.post_nothing(&refresh).status == 409).then_some(())
    });
    let values: Vec<i64> = app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        let entries = storage::publication::status::entries_of_licence(&mut tx, licence).await.unwrap();
        entries.iter().map(|entry| entry.value).collect()
    });
    assert_eq!(values, [2], "whatever came first, the index says suspended");
}

/// Rows: R39.
#[test]
fn an_inspection_that_runs_out_overnight_reaches_the_status_index_by_itself() {
    let app = TestApp::sqlite();
    let (_, lin) = app.holder("lin");
    let mut inspected = liangzheng_tests::make::licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let due = liangzheng_core::time::Day::parse("20261122").unwrap();
    inspected.annual_inspection =
        Some(liangzheng_server::domain::licence::AnnualInspection { due, failed: false });
    app.put(&inspected);
    let holder = app.as_("lin");
    let scene = holder.get("/api/v1/wallet/licences").json()["items"][0]["scenes"][0]["code"].clone();
    let show = format!("/api/v1/wallet/licences/{}/show", inspected.id);
    assert_eq!(holder.post(&show, &json!({ "scene": scene, "pin": "246810" })).status, 201);
    // What the job does once a minute; it may run meanwhile, too.
    let mark = || app.wait(annual_inspection::mark_overdue(&app.app)).unwrap();
    let values = || -> Vec<i64> {
        app.wait(async {
            let mut tx = app.app.db.begin_read().await.unwrap();
            let changes = storage::publication::status::changes(&mut tx, 0, i64::MAX).await.unwrap();
            let entries =
                storage::publication::status::entries_of_licence(&mut tx, inspected.id).await.unwrap();
            changes.iter().map(|(.., value)| *value).chain([entries[0].value]).collect()
        })
    };
    assert_eq!((mark(), values()), (false, vec![0]));
    app.pass(86_400);
    assert!(!mark());
    assert!(!mark());
    assert_eq!(values(), [14, 14], "marked, by this or by the job, and only once");
}

#[test]
fn an_act_and_its_refusals_are_answered_as_kept() {
    let (_app, licence, qin) = office(TestDb::sqlite());
    insta::assert_json_snapshot!("done", stable(&qin.post(&path(licence), &act("suspend"))));
    let again = qin.post(&path(licence), &act("suspend"));
    insta::assert_json_snapshot!("forbidden_transition", stable(&again));
    let stale = qin.with("If-Match", "\"1\"").post(&path(licence), &act("resume"));
    insta::assert_json_snapshot!("stale_version", stable(&stale));
    let wrong =
        json!({ "act": "explode", "reason": "", "legal_basis": "依\u{200b}据", "effective_at": "yesterday" });
    insta::assert_json_snapshot!("every_wrong_member", stable(&qin.post(&path(licence), &wrong)));
}

#[test]
fn a_page_names_the_version_it_saw_and_a_program_need_not() {
    let (app, licence, qin) = office(TestDb::sqlite());
    let same = [("Sec-Fetch-Site", "same-origin")];
    let login = json!({ "login": "qin", "password": PASSWORD });
    let session = app.anyone().with_all(&same).post("/api/v1/sessions", &login);
    let cookie = session.header("set-cookie").unwrap().split(';').next().unwrap();
    let page = app.anyone().with_all(&same).with("Cookie", cookie);
    let blind = page.post(&path(licence), &act("suspend"));
    assert_eq!((blind.status, blind.problem()), (428, "precondition-required".into()));
    assert_eq!(recorded(&app, licence), 0);
    page.with("If-Match", "\"1\"").post(&path(licence), &act("suspend")).must(200);
    qin.post(&path(licence), &act("resume")).must(200);
}
