//! What a holder is told that he might do, by the rules alone, and that he can switch it off.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT};
use serde_json::{Value, json};

use crate::casework::{CIVIL, HOUSEHOLD, SOCIAL_CARD, desk, licence, person};

fn told(app: &TestApp, login: &str) -> Value {
    app.as_(login).get("/api/v1/wallet/suggestions").must(200)
}

fn of_kind<'a>(told: &'a Value, kind: &str) -> Vec<&'a Value> {
    told["items"].as_array().unwrap().iter().filter(|one| one["kind"] == kind).collect()
}

/// Rows: R69.
#[test]
fn matters_and_scenes_are_suggested_by_what_the_wallet_has_and_none_to_who_wants_none_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        assert_eq!(told(&app, "h2"), json!({ "on": true, "items": [] }), "who has nothing is told nothing");
        licence(&app, holder, SOCIAL_CARD, CIVIL, Status::Active);
        let first = told(&app, "h1");
        for one in of_kind(&first, "matter") {
            let kinds = one["kinds"].as_array().unwrap();
            let missing = kinds.iter().filter(|kind| kind["held"] == false).count();
            assert!(missing <= 1 && missing < kinds.len(), "{one}");
            assert!(one["names"]["zh-CN"].is_string() && one["unit_names"]["zh-CN"].is_string(), "{one}");
        }
        let scenes = of_kind(&first, "scene");
        assert!(!scenes.is_empty(), "{first}");
        assert!(scenes.iter().all(|one| one["kinds"][0]["code"] == SOCIAL_CARD), "{first}");
        // With more in the wallet more of the matters lack nothing; what does not hold does not count.
        let whole = |told: &Value| {
            let lacks =
                |one: &&&Value| one["kinds"].as_array().unwrap().iter().all(|kind| kind["held"] == true);
            of_kind(told, "matter").iter().filter(lacks).count()
        };
        licence(&app, holder, HOUSEHOLD, OTHER_UNIT, Status::OnHold);
        assert_eq!(told(&app, "h1"), first, "what is on hold is not there");
        licence(&app, holder, HOUSEHOLD, OTHER_UNIT, Status::Active);
        licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let more = told(&app, "h1");
        assert!(whole(&more) > whole(&first), "{first} {more}");
        assert!(more["items"].as_array().unwrap().len() <= 20);
        // Off: nothing is listed, for this account alone; and on again.
        app.as_("h1").send("PUT", "/api/v1/wallet/suggestions", Some(&json!({ "on": false }))).must(204);
        assert_eq!(told(&app, "h1"), json!({ "on": false, "items": [] }));
        assert_eq!(told(&app, "h2")["on"], true);
        app.as_("h1").send("PUT", "/api/v1/wallet/suggestions", Some(&json!({ "on": true }))).must(204);
        assert_eq!(told(&app, "h1"), more);
        assert_eq!(
            app.as_("h1").send("PUT", "/api/v1/wallet/suggestions", Some(&json!({ "on": 1 }))).status,
            422
        );
        assert_eq!(
            app.as_("h1").get("/api/v1/wallet/suggestions?for=hol_00000000000000000000000000000000").status,
            404,
            "nobody else's"
        );
    }
}
