//! `POST /api/v1/wallet/licences/{id}/face`: the whole face, for its holder, after the PIN.

use liangzheng_server::domain::actor::agency::{AgencyAct, AgencyLevel};
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use serde_json::{Value, json};

fn path(id: impl std::fmt::Display) -> String {
    format!("/api/v1/wallet/licences/{id}/face")
}

/// Rows: R43.
#[test]
fn the_whole_face_is_read_after_the_pin_and_logged_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, lin) = app.holder("lin");
        let (_, chen) = app.holder("chen");
        let own = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::OnHold);
        let foreign = app.licence(chen, BUSINESS_LICENCE, UNIT, Status::Active);
        let draft = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Draft);
        let holder = app.as_("lin");

        let wrong = holder.post(&path(own.id), &json!({ "pin": "000001" })).must(403);
        assert!(wrong["type"].as_str().unwrap().ends_with("/problems/wrong-pin"), "{wrong}");
        assert_eq!(holder.get("/api/v1/wallet/uses").must(200)["items"], json!([]), "nothing was read");

        let told = holder.post(&path(own.id), &json!({ "pin": PIN }));
        assert_eq!((told.status, told.header("cache-control")), (200, Some("no-store")));
        let fields = told.json()["fields"].as_array().unwrap().clone();
        for (key, value) in &own.face {
            let field = fields.iter().find(|field| field["key"] == *key).unwrap();
            assert_eq!(field["value"], *value, "unmasked, though it cannot be shown");
            assert!(field["label"]["zh-CN"].is_string() && field["picture"] == Value::Null);
        }
        assert_eq!(fields.len(), own.face.len());

        let uses = holder.get("/api/v1/wallet/uses").must(200);
        assert_eq!((&uses["items"][0]["kind"], &uses["items"][1]), (&json!("look"), &Value::Null));
        assert_eq!(uses["items"][0]["licence"], own.id.to_string());
        for id in [foreign.id, draft.id] {
            holder.post(&path(id), &json!({ "pin": PIN })).must(404);
        }
        holder.post(&path(own.id), &json!({ "pin": PIN, "more": 1 })).must(422);
    }
}

#[test]
fn an_agent_reads_it_if_he_was_named_to_see() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    for (login, act, status) in [("sees", AgencyAct::View, 200), ("asks", AgencyAct::Ask, 404)] {
        let (account, _) = app.holder(login);
        app.wait(app.make.agency(account, holder, AgencyLevel::Handler, &[act], None));
        app.as_(login).post(&path(licence.id), &json!({ "pin": PIN })).must(status);
    }
    let uses = app.as_("lin").get("/api/v1/wallet/uses").must(200);
    assert_eq!(uses["items"].as_array().unwrap().len(), 1, "told to the holder");
}

#[test]
fn a_card_names_what_took_its_place() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    let (_, lin) = app.holder("lin");
    let new = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let old = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Superseded { successor: new.id });
    let holder = app.as_("lin");
    let card = |id: String| holder.get(&format!("/api/v1/wallet/licences/{id}")).must(200);
    assert_eq!(card(old.id.to_string())["successor"], new.id.to_string());
    assert_eq!(card(new.id.to_string())["successor"], Value::Null);
}
