//! Locks are taken in one order: the licences first, then the head of the change feed.

use liangzheng_core::time::Day;
use liangzheng_server::domain::access::Scope;
use liangzheng_server::domain::licence::{AnnualInspection, Licence, Status};
use liangzheng_server::service::licence::annual_inspection;
use liangzheng_server::storage::change::{self, Change};
use liangzheng_server::storage::licence::record;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::{TestDb, is_waited_for};
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT, licence, secrets};
use liangzheng_tests::until::until;
use serde_json::json;

#[test]
fn an_act_and_the_job_that_marks_overdue_licences_never_wait_for_each_other() {
    let app = TestApp::start(TestDb::postgres(), |_| {});
    let (_, holder) = app.holder("lin");
    let lin = app.as_("lin");
    let due = AnnualInspection { due: Day::parse("20261122").unwrap(), failed: false };
    let mut ids = Vec::new();
    for _ in 0..2 {
        let own = licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
        app.put(&Licence { annual_inspection: Some(due), ..own.clone() });
        let body = json!({ "scene": "inspect.food", "pin": PIN });
        lin.post(&format!("/api/v1/wallet/licences/{}/show", own.id), &body).must(201);
        ids.push(own.id);
    }
    ids.sort_by_key(ToString::to_string);
    // As an act does: its licence is held, and now it wants the head of the feed.
    let mut tx = app.wait(app.make.db.begin_write()).unwrap();
    app.wait(record::find_and_hold(&mut tx, &secrets(), Scope::All, ids[1])).unwrap();
    app.pass(86_400);
    std::thread::scope(|scope| {
        let job = scope.spawn(|| app.wait(annual_inspection::mark_overdue(&app.app)));
        until("the job waits for the licence", || app.wait(is_waited_for(&app.make.db)).then_some(()));
        app.wait(change::record(&mut tx, &Change::Status, NOON)).unwrap();
        app.wait(tx.commit()).unwrap();
        job.join().unwrap().unwrap();
    });
}
