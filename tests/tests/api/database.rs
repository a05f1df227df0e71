//! A database that says nothing, crashes, or is away: callers are told when to come again, soon, and the server goes on
//! by itself when the database does.

use std::time::{Duration, Instant};

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT};
use liangzheng_tests::silence::Silence;
use liangzheng_tests::until::within;
use serde_json::json;

fn is_told_to_wait(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}

/// The answer, which comes within `limit`.
fn soon(limit: u64, ask: impl FnOnce() -> Answer) -> Answer {
    let started = Instant::now();
    let answer = ask();
    let took = started.elapsed();
    assert!(took <= Duration::from_secs(limit), "after {took:?}: {}", answer.text());
    answer
}

/// It says so in two seconds each time; what it found a second ago it says again.
fn is_not_ready(app: &TestApp) {
    let answer = within(Duration::from_secs(4), "it is not ready", || {
        Some(soon(2, || app.anyone().get("/readyz"))).filter(|answer| answer.status != 200)
    });
    is_told_to_wait(&answer);
}

fn log_in(app: &TestApp, login: &str) -> Answer {
    app.anyone().post("/api/v1/sessions", &json!({ "login": login, "password": PASSWORD }))
}

fn open(caller: &Caller, licence: &str) -> Answer {
    let path = format!("/api/v1/wallet/licences/{licence}/show");
    caller.post(&path, &json!({ "scene": "inspect.food", "pin": PIN }))
}

#[test]
fn a_database_that_goes_silent_holds_nobody_up_for_ever_nor_the_end_of_the_server() {
    let (db, cluster) = TestDb::postgres_alone();
    let silence = Silence::before(cluster.folder());
    let url = db.through(silence.folder());
    let mut app = TestApp::start(db, |config| {
        config.database.url = url;
        config.server.drain_seconds = 1;
    });
    let (_, lin) = app.holder("lin");
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id.to_string();
    let caller = app.as_("lin");
    open(&caller, &licence).must(201);
    for _ in 0..2 {
        silence.begin();
        is_not_ready(&app);
        is_told_to_wait(&soon(12, || log_in(&app, "lin")));
        is_told_to_wait(&soon(12, || open(&caller, &licence)));
        silence.end();
        within(Duration::from_secs(20), "the service is back", || {
            (app.anyone().get("/readyz").status == 200 && open(&caller, &licence).status == 201).then_some(())
        });
    }
    silence.begin();
    let started = Instant::now();
    app.stop();
    assert!(started.elapsed() < Duration::from_secs(10), "it ended after {:?}", started.elapsed());
}

#[test]
fn a_database_that_crashes_is_a_reason_to_wait_and_its_return_is_found() {
    let (db, cluster) = TestDb::postgres_alone();
    let app = TestApp::start(db, |_| {});
    app.holder("lin");
    app.staff("qin", Role::IssuerChecker, UNIT);
    let caller = app.as_("lin");
    for _ in 0..2 {
        cluster.crash();
        is_not_ready(&app);
        is_told_to_wait(&soon(12, || log_in(&app, "qin")));
        is_told_to_wait(&soon(12, || caller.get("/api/v1/wallet/licences")));
        cluster.come_up();
        within(Duration::from_secs(10), "the service is back", || {
            let statuses = [app.anyone().get("/readyz").status, caller.get("/api/v1/wallet/licences").status];
            (statuses == [200, 200]).then_some(())
        });
    }
}

#[test]
fn a_text_that_no_column_holds_is_the_senders_fault_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.holder("lin");
        assert_eq!(log_in(&app, "li\0n").problem(), "invalid-request");
        let caller = app.as_("lin");
        for path in ["/api/v1/wallet/licences/x%00y", "/api/v1/wallet/uses?cursor=%00"] {
            let answer = caller.get(path);
            assert!((400..500).contains(&answer.status), "{path}: {}", answer.text());
        }
    }
}
