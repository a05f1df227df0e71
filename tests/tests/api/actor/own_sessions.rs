//! `/api/v1/me/sessions`: where somebody is logged in, and how he ends it there.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT};
use serde_json::{Value, json};

fn items(listed: &Value) -> Vec<Value> {
    listed["items"].as_array().unwrap().clone()
}

#[test]
fn somebody_sees_where_he_is_logged_in_and_ends_it_there_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.holder("lin");
        app.holder("chen");
        let phone = app.anyone().with("User-Agent", "Phone 9\u{202e}").log_in("lin", PASSWORD);
        app.pass(60);
        let desk = app.anyone().with("User-Agent", "Desk/1.0").log_in("lin", PASSWORD);
        let listed = desk.get("/api/v1/me/sessions").must(200);
        assert_eq!(listed["next"], Value::Null);
        let listed = items(&listed);
        let told = |session: &Value| {
            (session["agent"].clone(), session["current"].clone(), session["carrier"].clone())
        };
        assert_eq!(told(&listed[0]), (json!("Desk/1.0"), json!(true), json!("bearer")));
        assert_eq!(told(&listed[1]).1, json!(false));
        assert_eq!(listed[0]["proof"], "password");
        let lived = listed[1]["expires_at"].as_i64().unwrap() - listed[1]["created_at"].as_i64().unwrap();
        assert_eq!(lived, 12 * 3600);

        let id = listed[1]["id"].as_str().unwrap();
        let path = format!("/api/v1/me/sessions/{id}");
        assert_eq!(app.as_("chen").delete(&path).status, 404, "another's session does not exist");
        assert_eq!(phone.get("/api/v1/me").status, 200);
        assert_eq!(desk.delete(&path).status, 204);
        assert_eq!(phone.get("/api/v1/me").status, 401);
        assert_eq!(desk.delete(&path).status, 404, "it has ended");
        assert_eq!(desk.delete("/api/v1/me/sessions/ses_x").status, 404);
        assert_eq!(items(&desk.get("/api/v1/me/sessions").must(200)).len(), 1);
    }
}

#[test]
fn ending_all_others_leaves_the_one_that_asks_and_ends_what_they_show() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("lin");
        app.holder("chen");
        let own = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let lost = app.log_in("lin");
        let show = json!({ "scene": "inspect.food", "pin": PIN });
        let shown = lost.post(&format!("/api/v1/wallet/licences/{own}/show"), &show).must(201);
        let refresh = format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap());
        assert_eq!(lost.post_nothing(&refresh).status, 200);
        let (here, chen) = (app.log_in("lin"), app.as_("chen"));
        assert_eq!(here.delete("/api/v1/me/sessions").status, 204);
        assert_eq!(lost.post_nothing(&refresh).status, 401);
        assert_eq!(here.post_nothing(&refresh).status, 410, "the show ended with it");
        assert_eq!(chen.get("/api/v1/me").status, 200, "others' sessions stay");
        assert_eq!(items(&here.get("/api/v1/me/sessions").must(200)).len(), 1);
    }
}
