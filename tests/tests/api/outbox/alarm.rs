//! Tries of a unit to use licences out of scope: told to the operator's program and to who is responsible in the unit.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT};
use liangzheng_tests::source::python;
use serde_json::json;

use super::{PLATFORM, mailbox, receiver, with_mail, with_webhook};

/// Rows: R63.
#[test]
fn three_refused_tries_are_written_to_the_unit_once_on_both_databases() {
    let Some(python) = python() else { return };
    for db in TestDb::both() {
        let (receiver, mailbox) = (receiver(&python, 0), mailbox(&python, 0));
        let app = TestApp::start(db, |config| {
            with_webhook(config, receiver.port);
            with_mail(config, mailbox.port);
        });
        app.enter_demo_catalogue();
        app.staff("manager", Role::Manager, PLATFORM);
        app.staff("handler", Role::Handler, UNIT);
        let contact = json!({ "office": "食品科", "person": "秦川", "phone": "0990-1111111", "email": "samr@city.example" });
        let path = format!("/api/v1/units/{UNIT}");
        app.as_("manager").send("PATCH", &path, Some(&json!({ "contact": contact }))).must(200);
        let wanted = json!({
            "case": "cas_00000000000000000000000000000000", "kind": BUSINESS_LICENCE, "purpose": "curiosity",
            "holder": { "id_type": "111", "id_number": "990101198806140123", "name": "林晓舟" },
        });
        for _ in 0..4 {
            assert_eq!(app.as_("handler").post("/api/v1/fetches", &wanted).problem(), "out-of-scope");
        }
        let hook = receiver.next();
        assert_eq!(hook["content"]["type"], "scope_alarm", "{hook}");
        let data = &hook["content"]["data"];
        assert_eq!((&data["unit"], &data["tries"]), (&json!(UNIT), &json!(3)), "at the third, and once");
        assert!(!hook.to_string().contains("林晓舟"), "{hook}");
        let mail = mailbox.next();
        assert_eq!(mail["to"], json!(["samr@city.example"]));
        assert!(mail["text"].as_str().unwrap().contains("/office#uses"), "{mail}");
        let outbox = app.as_("manager").get("/api/v1/outbox").must(200);
        assert_eq!(outbox["items"].as_array().unwrap().len(), 2, "{outbox}");
    }
}
