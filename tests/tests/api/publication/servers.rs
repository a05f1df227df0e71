//! Several servers on one database: one publishes; when it goes, another does.

use std::time::Duration;

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::{TestDb, execute};
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::until::{until, within};
use serde_json::json;

use super::{claims, number};

/// A licence with an index, which a checker may suspend.
fn shown(app: &TestApp) -> String {
    let (_, holder) = app.holder("lin");
    app.staff("checker", Role::IssuerChecker, UNIT);
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let path = format!("/api/v1/wallet/licences/{licence}/show");
    let shown = app.as_("lin").post(&path, &json!({ "scene": "inspect.food", "pin": PIN }));
    assert_eq!(shown.status, 201, "{}", shown.text());
    licence.to_string()
}

fn suspend(app: &TestApp, licence: &str) {
    let body = json!({ "act": "suspend", "reason": "核查", "legal_basis": "测试依据" });
    let done = app.as_("checker").post(&format!("/api/v1/licences/{licence}/acts"), &body);
    assert_eq!(done.status, 200, "{}", done.text());
}

fn iat(app: &TestApp) -> i64 {
    claims(&app.anyone().get("/status-lists/1").text())["iat"].as_i64().unwrap()
}

fn epoch(app: &TestApp) -> i64 {
    number(app, "SELECT epoch FROM publication_status_publication ORDER BY iat DESC LIMIT 1")
}

#[test]
fn the_other_server_publishes_when_the_publisher_stops() {
    let first = TestApp::start(TestDb::postgres(), |_| {});
    let licence = shown(&first);
    let second = first.second_server();
    assert!(first.app.publisher.lease.epoch().is_some(), "who starts first publishes");
    assert_eq!(second.app.publisher.lease.epoch(), None);
    let (before, epoch_before) = (iat(&second), epoch(&second));
    second.as_("checker");
    drop(first);
    second.pass(2);
    suspend(&second, &licence);
    within(Duration::from_secs(5), "a publication of the other server", || {
        (iat(&second) > before).then_some(())
    });
    assert!(second.app.publisher.lease.epoch().is_some());
    assert_eq!(epoch(&second), epoch_before + 1);
}

/// What a server finds that slept while another took over and was then killed: its lease is gone, though it does not
/// know it yet, and nobody gives it back before it ends.
#[test]
fn a_publisher_whose_lease_was_taken_publishes_nothing_until_it_has_it_again() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let licence = shown(&app);
        app.as_("checker");
        let old = epoch(&app);
        let publications = |epoch: i64| {
            number(
                &app,
                &format!("SELECT COUNT(*) FROM publication_status_publication WHERE epoch = {epoch}"),
            )
        };
        let before = iat(&app);
        until("a renewal a moment ago", || app.app.publisher.lease.epoch());
        app.wait(execute(&app.app.db, "UPDATE job_lease SET server = 'killed', epoch = epoch + 1"));
        let published = publications(old);
        app.pass(2);
        suspend(&app, &licence);
        within(Duration::from_secs(5), "a publication after the lease ended", || {
            (iat(&app) > before).then_some(())
        });
        assert_eq!(publications(old), published, "none under the epoch that was over");
        assert_eq!(epoch(&app), old + 2, "killed was {}, this is the next", old + 1);
    }
}
