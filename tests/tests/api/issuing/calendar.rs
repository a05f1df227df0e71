//! Working days: what is announced, what is not, and what a manager enters.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::UNIT;
use serde_json::json;

use super::{PLATFORM, wrong};

/// Rows: R17.
#[test]
fn a_year_is_as_announced_or_provisional_until_a_manager_enters_it() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.staff("manager", Role::Manager, PLATFORM);
        app.staff("maker", Role::IssuerMaker, UNIT);
        let known = app.anyone().get("/api/v1/calendar/2026").must(200);
        assert_eq!((&known["year"], &known["provisional"]), (&json!(2026), &json!(false)));
        assert_eq!(known["off"].as_array().unwrap().len(), 33);
        assert!(known["off"].as_array().unwrap().contains(&json!("20261007")));
        assert_eq!(known["work"][5], "20261010");
        let unknown = app.anyone().get("/api/v1/calendar/2027").must(200);
        assert_eq!((&unknown["provisional"], &unknown["off"]), (&json!(true), &json!([])));
        for path in ["/api/v1/calendar/20260", "/api/v1/calendar/x", "/api/v1/calendar/1800"] {
            assert_eq!(app.anyone().get(path).status, 404, "{path}");
        }
        let body = json!({ "notice": "测试通知", "off": ["20270101"], "work": ["20270102"] });
        let enter = |login: &str, body| app.as_(login).send("PUT", "/api/v1/calendar/2027", Some(body));
        assert_eq!(enter("maker", &body).status, 403);
        enter("manager", &body).must(200);
        let entered = app.anyone().get("/api/v1/calendar/2027").must(200);
        assert_eq!((&entered["provisional"], &entered["notice"]), (&json!(false), &json!("测试通知")));
        let odd = json!({ "notice": "n", "off": ["20270230"], "work": [] });
        assert_eq!(wrong(&enter("manager", &odd)), [("/off/0".to_owned(), "date".to_owned())]);
        let odd = json!({ "notice": "n", "off": ["20280101"], "work": ["20270105"] });
        let told: Vec<_> = wrong(&enter("manager", &odd)).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(told, ["/off/0", "/work/0"]);
    }
}
