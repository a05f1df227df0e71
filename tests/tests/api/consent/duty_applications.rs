//! Duty applications 履职共享申请: written by a using unit, decided and ended by the issuer.

use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, UNIT};
use serde_json::json;

use crate::casework::{CIVIL, HOUSEHOLD, desk, duty, granted};

const APPLICATIONS: &str = "/api/v1/duty-applications";

/// Rows: R58.
#[test]
fn a_unit_applies_for_what_its_list_has_by_duty_and_the_issuer_decides_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let body = json!({ "kind": HOUSEHOLD, "purpose": "subsidy", "need": "核对家庭成员" });
        let handler = app.as_("civil.handler");
        for (member, value, pointer) in [
            ("kind", json!(IDENTITY_CARD), "/purpose"),
            ("purpose", json!("curiosity"), "/purpose"),
            ("kind", json!("11990000MB00010993001"), "/kind"),
            ("issuer", json!(UNIT), "/issuer"),
            ("need", json!(""), "/need"),
        ] {
            let mut wrong = body.clone();
            wrong[member] = value;
            let told = handler.post(APPLICATIONS, &wrong).must(422);
            assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
        }
        let applied = handler.post(APPLICATIONS, &body).must(201);
        let id = applied["id"].as_str().unwrap();
        assert_eq!(handler.post(APPLICATIONS, &body).problem(), "already-exists");

        // On the issuer's desk, and decided by its checker alone.
        let tasks = app.as_("police.checker").get("/api/v1/tasks?kind=duty").must(200);
        assert_eq!(tasks["items"][0]["id"], id, "{tasks}");
        let read = |login: &str| app.as_(login).get(&format!("{APPLICATIONS}/{id}"));
        assert_eq!(read("police.checker").must(200)["acts"], json!(["grant", "refuse"]));
        assert_eq!(read("civil.admin").must(200)["acts"], json!(["withdraw"]));
        assert_eq!(read("samr.checker").status, 404);
        assert_eq!(duty(&app, "police.admin", id, "grant").problem(), "forbidden");
        assert_eq!(duty(&app, "civil.handler", id, "grant").problem(), "forbidden");
        assert_eq!(duty(&app, "samr.checker", id, "grant").status, 404);
        let silent =
            app.as_("police.checker").post(&format!("{APPLICATIONS}/{id}/acts"), &json!({ "act": "refuse" }));
        assert_eq!(silent.must(422)["errors"][0]["pointer"], "/reason");
        let refused = duty(&app, "police.checker", id, "refuse").must(200);
        assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("测试")));
        assert_eq!(duty(&app, "police.checker", id, "grant").problem(), "forbidden-transition");

        // Again, and granted; then ended by the issuer, or withdrawn by who applied.
        let next = granted(&app);
        let listed =
            app.as_("police.checker").get(&format!("{APPLICATIONS}?side=received&state=granted")).must(200);
        let [one] = &listed["items"].as_array().unwrap()[..] else { panic!("{listed}") };
        assert_eq!(
            (&one["id"], &one["unit"], &one["issuer"]),
            (&json!(next), &json!(CIVIL), &json!(OTHER_UNIT))
        );
        assert_eq!(handler.get(APPLICATIONS).must(200)["items"].as_array().unwrap().len(), 2);
        assert_eq!(app.as_("police.checker").get(APPLICATIONS).must(200)["items"], json!([]));
        duty(&app, "civil.admin", &next, "withdraw").must(200);
        assert_eq!(duty(&app, "police.checker", &next, "end").problem(), "forbidden-transition");
    }
}
