//! Authorisations 授权用证: given with the PIN, seen by their holder, taken back.

use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::agency::AgencyLevel;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage::licence::co_holder;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, PIN};
use serde_json::{Value, json};

use crate::casework::{CIVIL, authorise, desk, licence, person};

const AUTHORISATIONS: &str = "/api/v1/wallet/authorisations";

/// Rows: R44, R59.
#[test]
fn a_holder_sees_what_a_unit_would_see_lets_it_and_takes_that_back_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let own = app.as_("h1");
        let path = format!("/api/v1/wallet/licences/{}/authorisation-options", card.id);
        let options = own.get(&path).must(200);
        let subsidy =
            options["items"].as_array().unwrap().iter().find(|one| one["matter"] == "civil.subsidy");
        let keys: Vec<&Value> =
            subsidy.unwrap()["fields"].as_array().unwrap().iter().map(|field| &field["key"]).collect();
        assert_eq!(keys, ["n", "id", "a"]);
        assert_eq!(app.as_("h2").get(&path).status, 404);

        let today = app.app.now();
        let mut body = json!({
            "licence": card.id, "unit": CIVIL, "scope": "view", "purpose": "subsidy", "until": "20261231", "pin": PIN,
        });
        for (member, value, pointer) in [
            ("until", json!(today.0), "/until"),
            ("until", json!("20280101"), "/until"),
            ("until", json!("20261301"), "/until"),
            ("unit", json!("91990100MA0000306U"), "/unit"),
            ("purpose", json!("补贴"), "/purpose"),
        ] {
            let mut wrong = body.clone();
            wrong[member] = value;
            let told = own.post(AUTHORISATIONS, &wrong).must(422);
            assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
        }
        let mut guessed = body.clone();
        guessed["pin"] = json!("000000");
        assert_eq!(own.post(AUTHORISATIONS, &guessed).problem(), "wrong-pin");
        assert_eq!(app.as_("h2").post(AUTHORISATIONS, &body).status, 404, "it is not his");
        let keyed = own.with("Idempotency-Key", "once");
        let twice = [(); 2].map(|()| keyed.post(AUTHORISATIONS, &body).must(201));
        assert_eq!(twice[0], twice[1]);
        assert_eq!(twice[0]["until"], 1_798_732_800, "24:00 in China of the last day");
        app.pass(1);
        body["until"] = json!(today.0 + 60);
        own.post(AUTHORISATIONS, &body).must(201);

        let listed = own.get(AUTHORISATIONS).must(200);
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "{listed}");
        assert_eq!((&items[1]["id"], &items[1]["state"]), (&twice[0]["id"], &json!("live")));
        assert_eq!(items[1]["fields"].as_array().unwrap().len(), 3, "what it sees by its list");
        app.pass(60);
        assert_eq!(own.get(AUTHORISATIONS).must(200)["items"][0]["state"], "ended");
        let one = format!("{AUTHORISATIONS}/{}", twice[0]["id"].as_str().unwrap());
        assert_eq!(app.as_("h2").delete(&one).status, 404);
        own.delete(&one).must(204);
        assert_eq!(own.delete(&one).problem(), "forbidden-transition");
        assert_eq!(own.get(AUTHORISATIONS).must(200)["items"][1]["state"], "withdrawn");
        assert_eq!(app.as_("h2").get(AUTHORISATIONS).must(200)["items"], json!([]));
    }
}

/// Rows: R59.
#[test]
fn the_other_holders_are_told_an_ended_licence_is_given_to_nobody_and_a_handler_gives_none_on_both_databases()
{
    for db in TestDb::both() {
        let app = desk(db);
        let (holder, beside) = (person(&app, 1), person(&app, 2));
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        app.wait(async {
            let mut tx = app.app.db.begin_write().await.unwrap();
            co_holder::insert(&mut tx, card.id, beside).await.unwrap();
            tx.commit().await.unwrap();
        });
        authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");
        let told = app.as_("h2").get("/api/v1/wallet/notices").must(200);
        assert_eq!(told["items"][0]["kind"], "authorisation", "{told}");
        assert_eq!(app.as_("h1").get("/api/v1/wallet/notices").must(200)["items"], json!([]));
        let over = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Cancelled);
        let body = json!({
            "licence": over.id, "unit": CIVIL, "scope": "view", "purpose": "subsidy",
            "until": Day::of(app.app.now()), "pin": PIN,
        });
        assert_eq!(app.as_("h1").post(AUTHORISATIONS, &body).problem(), "forbidden-transition");

        app.pass(1);
        // Whoever acts for him: a handler shows, and lets nobody use; a manager does.
        let mut body = body;
        body["licence"] = json!(card.id);
        for (login, level, status) in
            [("clerk", AgencyLevel::Handler, 403), ("chief", AgencyLevel::Manager, 201)]
        {
            let (account, _) = app.holder(login);
            app.wait(app.make.agency(account, holder, level, &[], None));
            let answer = app.log_in(login).post(AUTHORISATIONS, &body);
            assert_eq!(answer.status, status, "{login}: {}", answer.text());
        }
        let listed = app.as_("chief").get(&format!("{AUTHORISATIONS}?for={holder}")).must(200);
        assert_eq!(listed["items"][0]["footing"], "agent", "{listed}");
    }
}

/// Rows: R44.
#[test]
fn where_the_kind_asks_for_the_person_himself_the_pin_alone_lets_nobody_use_it_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.enter_kind_for_the_person_himself(IDENTITY_CARD);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let body = json!({
            "licence": card.id, "unit": CIVIL, "scope": "view", "purpose": "subsidy", "until": "20261231", "pin": PIN,
        });
        let refused = app.as_("h1").post(AUTHORISATIONS, &body);
        assert_eq!((refused.status, refused.problem().as_str()), (403, "second-factor-needed"));
        assert_eq!(app.as_("h1").get(AUTHORISATIONS).must(200)["items"], json!([]));
    }
}
