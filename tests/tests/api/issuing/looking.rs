//! What managers and auditors see of units' licences: counts; one for a case, or for a reason that its holder reads.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::UNIT;
use serde_json::{Value, json};

use super::{KIND, MATTER, PLATFORM, citizen, draft, holder, issue, office, write, wrong};
use crate::at_rest::{kept, stands_in};

/// Rows: R85.
#[test]
fn managers_and_auditors_see_counts_of_all_units_and_no_list_of_people() {
    for db in TestDb::both() {
        let app = office(db);
        app.staff("auditor", Role::Auditor, PLATFORM);
        issue(&app, &draft(1));
        issue(&app, &draft(2));
        write(&app, &draft(3));
        for login in ["manager", "auditor"] {
            let told = app.as_(login).get("/api/v1/licences").must(200);
            assert_eq!(told["items"], json!([]), "{login}");
            let counts: Vec<(&Value, &Value, &Value)> = told["counts"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (&one["unit"], &one["status"], &one["count"]))
                .collect();
            let unit = json!(UNIT);
            assert_eq!(
                counts,
                [(&unit, &json!("ACTIVE"), &json!(2)), (&unit, &json!("DRAFT"), &json!(1))],
                "{login}"
            );
            let drafts = app.as_(login).get(&format!("/api/v1/licences?kind={KIND}&status=DRAFT")).must(200);
            assert_eq!(drafts["counts"].as_array().unwrap().len(), 1);
        }
        let own = app.as_("checker").get("/api/v1/licences").must(200);
        assert_eq!((own["items"].as_array().unwrap().len(), &own["counts"]), (3, &Value::Null));
    }
}

/// Rows: R76, R79.
#[test]
fn one_is_seen_for_its_case_or_for_a_reason_and_its_holder_is_told_who_looked() {
    for db in TestDb::both() {
        let folder = db.folder().to_owned();
        let app = office(db);
        app.staff("auditor", Role::Auditor, PLATFORM);
        let case = json!({ "type": "issuing", "matter": MATTER, "holder": holder(1), "mode": "online" });
        let case = app.as_("maker").post("/api/v1/cases", &case).must(201)["id"].as_str().unwrap().to_owned();
        let mut body = draft(1);
        body["case"] = json!(case);
        let id = issue(&app, &body);
        let path = format!("/api/v1/licences/{id}");
        let get = |login: &str, query: &str| app.as_(login).get(&format!("{path}{query}"));
        assert_eq!(wrong(&get("manager", "")), [("/case".to_owned(), "missing".to_owned())]);
        assert_eq!(wrong(&get("manager", "?reason=x")), [("/case".to_owned(), "missing".to_owned())]);
        assert_eq!(wrong(&get("auditor", "")), [("/reason".to_owned(), "missing".to_owned())]);
        assert_eq!(get("manager", "?case=cas_00000000000000000000000000000000").status, 404);
        let seen = get("manager", &format!("?case={case}")).must(200);
        assert_eq!((&seen["id"], &seen["holder"]), (&json!(id), &holder(1)));
        let seen = get("auditor", "?reason=2026%E5%B9%B4%E6%8A%BD%E6%9F%A5").must(200);
        assert_eq!(seen["id"], json!(id));
        let listed = app.as_("manager").get(&format!("/api/v1/licences?case={case}")).must(200);
        assert_eq!((&listed["items"][0]["id"], &listed["counts"]), (&json!(id), &Value::Null));
        assert_eq!(
            app.as_("manager").get("/api/v1/licences?case=cas_00000000000000000000000000000000").status,
            404
        );
        // Another unit's clerk finds nothing, whatever he gives.
        assert_eq!(get("foreign", &format!("?case={case}&reason=x")).status, 404);
        let of_case = format!("/api/v1/licences?case={case}");
        assert_eq!(
            app.as_("foreign").get(&of_case).status,
            404,
            "nor what a case of another unit has led to"
        );
        assert_eq!(app.as_("maker").get(&of_case).must(200)["items"][0]["id"], json!(id));
        app.wait(app.make.account_of("zhou", "111", &citizen(1)));
        let uses = app.as_("zhou").get("/api/v1/wallet/uses").must(200);
        let looks = uses["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "look");
        let reasons: Vec<&Value> = looks.map(|one| &one["purpose"]).collect();
        assert_eq!(reasons, [&json!("2026年抽查"), &Value::Null], "{uses}");
        assert!(!stands_in(&kept(&app, &folder), "2026年抽查"), "the reason stands in clear");
    }
}
