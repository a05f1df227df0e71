//! A clock that jumps: nothing is published by it, everybody is told, and there is a way back.

use liangzheng_core::time::UnixTime;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::service::publication::recover;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

use super::claims;

/// Longer than the clock of any time server, shorter than a session.
const HOURS: i64 = 2 * 3600;

/// A server with a licence whose status index is given, and a checker of its unit.
fn office(db: TestDb) -> (TestApp, LicenceId, Caller) {
    let app = TestApp::start(db, |_| {});
    let (_, lin) = app.holder("lin");
    app.staff("qin", Role::IssuerChecker, UNIT);
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let body = json!({ "scene": "inspect.food", "pin": liangzheng_tests::make::PIN });
    app.as_("lin").post(&format!("/api/v1/wallet/licences/{licence}/show"), &body).must(201);
    let qin = app.as_("qin");
    (app, licence, qin)
}

fn act(qin: &Caller, licence: LicenceId, name: &str) -> Value {
    let body = json!({ "act": name, "reason": "投诉核查", "legal_basis": "第十八条" });
    qin.post(&format!("/api/v1/licences/{licence}/acts"), &body).must(200)
}

/// The time of the list and whether all in it is valid; nothing in the second between what was taken back and the next.
fn published(app: &TestApp) -> Option<(i64, bool)> {
    let answer = app.anyone().get("/status-lists/1");
    if answer.status == 404 {
        return None;
    }
    assert_eq!(answer.status, 200, "{}", answer.text());
    let payload = claims(&answer.text());
    let blank = liangzheng_core::status::packed::deflate(liangzheng_core::status::StatusArray::new().bytes());
    Some((payload["iat"].as_i64().unwrap(), payload["status_list"]["lst"] == json!(blank)))
}

fn reasons(app: &TestApp) -> Value {
    app.anyone().get("/readyz").json()["reasons"].clone()
}

/// Time passes until the act is on the wire, so that a list of the same second is not waited for.
fn is_published(app: &TestApp, from: i64) -> i64 {
    until("a list with the act in it, and readiness", || {
        app.pass(1);
        let (iat, is_blank) = published(app)?;
        (iat >= from && !is_blank && reasons(app).is_null()).then_some(iat)
    })
}

#[test]
fn a_clock_that_jumps_publishes_nothing_and_says_so_until_it_is_set_back_on_both_databases() {
    for db in TestDb::both() {
        let (app, licence, qin) = office(db);
        let before = published(&app);
        app.jump(HOURS);
        until("the server sees it", || (reasons(&app) == json!(["clock"])).then_some(()));
        let told = act(&qin, licence, "suspend");
        assert_eq!(told["status_list"], "stuck", "{told}");
        app.pass(400); // more than a renewal
        assert_eq!(reasons(&app), json!(["clock"]));
        assert_eq!(published(&app), before, "published by a clock that jumped");
        // The servers of other tests in this process set the same gauge, each second.
        until("the figures tell it", || {
            app.anyone().get("/metrics").text().contains("liangzheng_publication_stuck 1").then_some(())
        });
        app.jump(-HOURS);
        let iat = is_published(&app, NOON.0 + 400);
        assert!(iat < NOON.0 + HOURS, "{iat}");
        assert_eq!(act(&qin, licence, "resume").get("status_list"), None);
    }
}

#[test]
fn an_operator_who_says_that_the_clock_is_right_ends_it_and_what_lay_ahead_is_taken_back_on_both_databases() {
    for db in TestDb::both() {
        let (app, licence, qin) = office(db);
        let recover = |at: UnixTime| app.wait(recover::recover(&app.make.db, at)).unwrap();
        // Set right, as it seems: what is published then is of that time.
        app.jump(HOURS);
        until("the server sees it", || (reasons(&app) == json!(["clock"])).then_some(()));
        recover(app.app.now());
        act(&qin, licence, "suspend");
        let ahead = is_published(&app, NOON.0 + HOURS);
        // It was wrong: the right time is two hours before what is published.
        app.jump(-HOURS);
        until("the server sees it", || (reasons(&app) == json!(["clock"])).then_some(()));
        let told = act(&qin, licence, "resume");
        assert_eq!(told["status_list"], "stuck", "{told}");
        act(&qin, licence, "suspend");
        recover(app.app.now());
        let iat = is_published(&app, NOON.0);
        assert!(iat < ahead - HOURS / 2, "{iat} {ahead}");
        // Everybody who synced before the jump gets on from there.
        let delta = app.anyone().get(&format!("/status-lists/delta?from={ahead}"));
        assert_eq!(delta.status, 303, "what was taken back is no beginning: {}", delta.text());
    }
}

#[test]
fn a_server_whose_own_clock_is_not_the_right_one_goes_on_waiting() {
    let (app, licence, qin) = office(TestDb::sqlite());
    app.jump(HOURS);
    until("the server sees it", || (reasons(&app) == json!(["clock"])).then_some(()));
    app.wait(recover::recover(&app.make.db, NOON)).unwrap();
    let seq = app.wait(async {
        let mut tx = app.make.db.begin_read().await.unwrap();
        liangzheng_server::storage::change::head(&mut tx).await.unwrap()
    });
    until("the word has come here", || {
        (app.app.feed_read_to.load(std::sync::atomic::Ordering::Acquire) >= seq).then_some(())
    });
    assert_eq!(act(&qin, licence, "suspend")["status_list"], "stuck");
    assert_eq!(reasons(&app), json!(["clock"]));
}

/// A web server on this machine that answers once a connection, whatever it is asked, with this `Date`.
fn peer(date: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let answer = format!(
                "HTTP/1.1 405 Not Allowed\r\ndate: {date}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn a_clock_that_is_not_the_peers_at_start_publishes_nothing_until_it_is_set_right() {
    // Where the test clock begins, and an hour later.
    for (date, off) in [("Sun, 22 Nov 2026 04:00:00 GMT", 0), ("Sun, 22 Nov 2026 05:00:00 GMT", -3600)] {
        for db in TestDb::both() {
            let app = TestApp::start(db, |config| config.clock.peer = Some(peer(date)));
            if off == 0 {
                assert_eq!(reasons(&app), Value::Null, "the peer agrees");
                continue;
            }
            assert!(reasons(&app).as_array().unwrap().contains(&json!("clock")), "{}", reasons(&app));
            assert_eq!(published(&app), None, "published by a clock that is not the peer's");
            app.jump(-off);
            until("it is set right", || {
                app.pass(1);
                (reasons(&app).is_null() && published(&app).is_some()).then_some(())
            });
        }
    }
}

#[test]
fn a_peer_that_does_not_answer_keeps_no_server_from_starting() {
    let app =
        TestApp::start(TestDb::sqlite(), |config| config.clock.peer = Some("http://127.0.0.1:9/".into()));
    assert_eq!(reasons(&app), Value::Null);
}

#[test]
fn a_start_long_after_the_newest_lists_is_a_clock_in_doubt_until_an_operator_says_that_it_is_right() {
    for db in TestDb::both() {
        let mut app = TestApp::start(db, |_| {});
        let before = published(&app);
        app.stop();
        app.pass(7 * 86_400 - 60);
        let mut short = app.second_server();
        until("an outage of less than a week is one: lists are published", || {
            (published(&short) != before).then_some(())
        });
        short.stop();
        app.pass(7 * 86_400 + 60);
        let long = app.second_server();
        let last = until("what was published before is served", || published(&long));
        assert!(last.0 < long.app.now().0 - 7 * 86_400, "{last:?}");
        assert!(reasons(&long).as_array().unwrap().contains(&json!("clock")), "{}", reasons(&long));
        app.wait(recover::recover(&app.make.db, long.app.now())).unwrap();
        until("it is accepted", || {
            app.pass(1);
            reasons(&long).is_null().then_some(())
        });
        assert!(published(&long).is_some_and(|(iat, _)| iat > last.0));
    }
}
