//! Offline grants, profile H: how they are answered. What they are good for is told by `story/main_job.rs`.

use liangzheng_core::key::AwsLcSigner;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::snapshot::stable;
use serde_json::json;

#[test]
fn an_offline_grant_is_answered_as_kept() {
    let app = TestApp::sqlite();
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let lin = app.as_("lin");
    let jwk = AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk();
    let device = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk, "name": "手机" })).must(201);
    let body = json!({ "device": device["id"], "scene": "inspect.food", "pin": PIN });
    let granted = lin.post(&format!("/api/v1/wallet/licences/{licence}/grant"), &body);
    assert_eq!(granted.status, 201);
    insta::assert_json_snapshot!("granted", stable(&granted));
}
