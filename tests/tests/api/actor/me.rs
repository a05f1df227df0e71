//! `GET /api/v1/me`: what the caller is here.

use liangzheng_server::domain::actor::agency::{Agency, AgencyLevel};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::AgencyId;
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::UNIT;
use serde_json::{Value, json};

#[test]
fn everybody_is_told_what_they_are_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (account, holder) = app.holder("lin");
        app.wait(app.make.member("han", &[Role::Inspector, Role::Handler], UNIT));
        let me = |login| app.as_(login).get("/api/v1/me").must(200);
        assert_eq!(
            me("lin"),
            json!({
                "account": { "id": account.to_string(), "login": "lin", "name": "lin 的账户", "must_change_password": false },
                "holder": { "id": holder.to_string(), "kind": "natural", "name": "林晓舟" },
                "agencies": [],
                "membership": null,
                "factors": { "pin": true, "password": true, "totp": false, "oidc": false },
                "session": { "proof": "password", "staff_factor_needed": null },
            })
        );
        let han = me("han");
        let factors = json!({ "pin": false, "password": true, "totp": false, "oidc": false });
        assert_eq!((&han["holder"], &han["factors"]), (&Value::Null, &factors));
        assert_eq!(han["membership"]["unit"]["id"], UNIT);
        assert_eq!(han["membership"]["unit"]["names"]["zh-CN"], "云溪市市场监督管理局");
        assert_eq!(han["membership"]["roles"], json!(["handler", "inspector"]));
    }
}

#[test]
fn an_agent_is_told_for_whom_he_acts() {
    let app = TestApp::sqlite();
    let (agent, _) = app.holder("lin");
    let (_, firm) = app.holder("firm");
    app.wait(async {
        let id = AgencyId::generate(NOON, &SystemEntropy);
        let level = AgencyLevel::Manager;
        let agency = Agency { id, holder: firm, level, acts: Vec::new(), ends_at: None };
        let mut tx = app.make.db.begin_write().await.unwrap();
        storage::actor::agency::insert(&mut tx, agent, &agency, None, NOON).await.unwrap();
        tx.commit().await.unwrap();
    });
    let me = app.as_("lin").get("/api/v1/me").must(200);
    let holder = json!({ "id": firm.to_string(), "name": "林晓舟" });
    assert_eq!(me["agencies"], json!([{ "holder": holder, "level": "manager", "acts": [] }]));
}

#[test]
fn nobody_is_told_without_a_session_and_no_number_is_told_at_all() {
    let app = TestApp::sqlite();
    app.holder("lin");
    assert_eq!(app.anyone().get("/api/v1/me").status, 401);
    let answer = app.as_("lin").get("/api/v1/me");
    assert!(!answer.text().contains("number"), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
