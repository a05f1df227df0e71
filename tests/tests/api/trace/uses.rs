//! `GET /api/v1/wallet/uses`: who used what, page by page.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::snapshot::stable;
use serde_json::{Value, json};

/// A holder whose licence was shown, verified by an inspector, and verified again.
fn used(app: &TestApp) -> Caller {
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
    app.staff("inspector", Role::Inspector, UNIT);
    let lin = app.as_("lin");
    let body = json!({ "scene": "inspect.food", "pin": PIN });
    let shown = lin.post(&format!("/api/v1/wallet/licences/{licence}/show"), &body).must(201);
    for _ in 0..2 {
        app.pass(1);
        app.as_("inspector").post("/api/v1/verify", &json!({ "input": shown["qr_text"] })).must(200);
    }
    lin
}

#[test]
fn uses_are_answered_as_kept() {
    let app = TestApp::sqlite();
    let lin = used(&app);
    insta::assert_json_snapshot!("list", stable(&lin.get("/api/v1/wallet/uses")));
}

/// Rows: R61.
#[test]
fn pages_follow_each_other_by_next_until_it_is_null() {
    let app = TestApp::sqlite();
    let lin = used(&app);
    let whole = lin.get("/api/v1/wallet/uses").must(200)["items"].as_array().unwrap().clone();
    let (mut walked, mut path) = (Vec::new(), "/api/v1/wallet/uses?limit=1".to_owned());
    for _ in 0..whole.len() {
        let page = lin.get(&path).must(200);
        walked.extend(page["items"].as_array().unwrap().clone());
        match &page["next"] {
            Value::Null => break,
            next => path = format!("/api/v1/wallet/uses?limit=1&cursor={}", next.as_str().unwrap()),
        }
    }
    assert_eq!((walked, whole.len()), (whole, 3));
    for query in ["limit=0", "limit=201", "limit=x", "cursor=x", "more=1"] {
        assert_eq!(lin.get(&format!("/api/v1/wallet/uses?{query}")).status, 422, "{query}");
    }
}
