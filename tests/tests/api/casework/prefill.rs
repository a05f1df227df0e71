//! 免提交: everything that a matter needs at one look.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, UNIT};
use serde_json::{Value, json};

use super::{CIVIL, HOUSEHOLD, SOCIAL_CARD, authorise, consent, desk, granted, licence, open, person, rule};

/// Rows: R66.
#[test]
fn a_case_is_filled_with_what_there_is_and_told_what_is_missing_and_why_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        licence(&app, holder, SOCIAL_CARD, CIVIL, Status::Active);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        let path = format!("/api/v1/cases/{case}/prefill");
        let handler = app.as_("civil.handler");
        consent(&app, "civil.handler", &case);
        granted(&app);
        authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");
        let filled = handler.post_nothing(&path).must(200);
        assert_eq!((&filled["matter"], &filled["purpose"]), (&json!("civil.subsidy"), &json!("subsidy")));
        let told: Vec<(&Value, &Value, &Value)> = filled["materials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["kind"], &one["state"], &one["rule"]))
            .collect();
        let (id, household, social) = (json!(IDENTITY_CARD), json!(HOUSEHOLD), json!(SOCIAL_CARD));
        let (yes, none, no) = (json!("filled"), json!("absent"), json!("refused"));
        let missing = json!("authorisation");
        assert_eq!(
            told,
            [(&id, &yes, &Value::Null), (&household, &none, &Value::Null), (&social, &no, &missing)],
            "{filled}"
        );
        assert_eq!(filled["materials"][0]["licences"][0]["identifier"], card.identifier.to_string());
        assert_eq!(filled["materials"][1]["reason"]["zh-CN"], "持证主体名下没有这种证照");

        // Each stands in the holder's list; what the list names raises no alarm, however often it is missing.
        handler.post_nothing(&path).must(200);
        handler.post_nothing(&path).must(200);
        let uses = app.as_("h1").get("/api/v1/wallet/uses").must(200);
        assert_eq!(uses["items"].as_array().unwrap().len(), 9, "{uses}");
        assert_eq!(app.as_("manager").get("/api/v1/tasks?kind=scope_alarm").must(200)["items"], json!([]));

        // A licence that does not hold is absent, and it is told why.
        let suspend = json!({ "act": "suspend", "reason": "核查", "legal_basis": "某法" });
        app.as_("police.checker").post(&format!("/api/v1/licences/{}/acts", card.id), &suspend).must(200);
        let filled = handler.post_nothing(&path).must(200);
        assert_eq!(filled["materials"][0]["state"], "absent");
        assert!(filled["materials"][0]["reason"]["zh-CN"].as_str().unwrap().contains("挂起"), "{filled}");

        assert_eq!(app.as_("samr.handler").post_nothing(&path).status, 404, "another unit's case");
        handler.post(&format!("/api/v1/cases/{case}/acts"), &json!({ "act": "conclude" })).must(200);
        assert_eq!(rule(&handler.post_nothing(&path)), "case");
    }
}

/// Rows: R63, R66.
#[test]
fn a_matter_that_the_list_has_not_is_refused_and_logged_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        person(&app, 1);
        // 云溪市市场监督管理局 opens a case in a matter of another unit.
        let case = open(&app, "samr.handler", "civil.subsidy", 1);
        assert_eq!(
            rule(&app.as_("samr.handler").post_nothing(&format!("/api/v1/cases/{case}/prefill"))),
            "list"
        );
        let of_unit = format!("/api/v1/units/{UNIT}/uses");
        for (login, path) in [("samr.admin", of_unit.as_str()), ("h1", "/api/v1/wallet/uses")] {
            let uses = app.as_(login).get(path).must(200);
            let [one] = &uses["items"].as_array().unwrap()[..] else { panic!("{login}: {uses}") };
            assert_eq!((&one["kind"], &one["refused"]["rule"]), (&json!("fetch"), &json!("list")));
            assert_eq!((&one["licence_kind"], &one["licence"]), (&Value::Null, &Value::Null));
        }
    }
}
