//! From a case to a licence in the holder's wallet.

mod calendar;
mod cases;
mod drafts;
mod exactly_once;
mod file;
mod import_faults;
mod import_rules;
mod imports;
mod looking;
mod pictures;
mod prints;
mod reconciliations;
mod register;
mod review;
pub(super) mod seal;
mod submissions;
mod succession;
mod suspects;
mod tasks;
mod trusted_files;

use liangzheng_server::config::Config;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::office::{
    KIND, MATTER, PLATFORM, citizen, draft, holder, issue, kind, open_with, publish, review, write,
};
use serde_json::Value;

/// An office with two makers and two checkers, one of another unit each, a handler and a manager; a matter and a kind that
/// were published through the catalogue.
fn office(db: TestDb) -> TestApp {
    office_with(db, |_| {}, |_| {})
}

/// The same with another configuration, or another kind.
fn office_with(db: TestDb, adjust: impl FnOnce(&mut Config), change: impl FnOnce(&mut Value)) -> TestApp {
    let app = TestApp::start(db, adjust);
    open_with(&app, change);
    app
}

/// A licence as its unit reads it.
fn read(app: &TestApp, id: &str) -> Value {
    app.as_("maker").get(&format!("/api/v1/licences/{id}")).must(200)
}

/// Pointers and codes of what is wrong.
fn wrong(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let text = |error: &Value, member: &str| error[member].as_str().unwrap().to_owned();
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}
