//! What a delegate showed, on the wire: dead within five seconds of the withdrawal, and nothing else with it.

use std::time::Duration;

use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_core::token::{Nonce, proof};
use liangzheng_core::verify::Options;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::Clock;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage::trace::audit;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::synced;
use liangzheng_tests::make::office::{self, draft, issue};
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, PIN, UNIT};
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::delegations::{DELEGATIONS, act, given, show, to};
use crate::casework::{desk, licence, person};

/// A phone as its owner's account has it.
struct Phone(AwsLcSigner, Value);

impl Phone {
    fn of(app: &TestApp, login: &str) -> Self {
        let (key, _) = AwsLcSigner::generate("phone").unwrap();
        let device = json!({ "jwk": key.public_key().to_jwk(), "name": "手机" });
        let id = app.as_(login).post("/api/v1/wallet/devices", &device).must(201)["id"].clone();
        Self(key, id)
    }

    fn grant(&self, app: &TestApp, login: &str, licence: impl ToString) -> Value {
        let body = json!({ "device": self.1, "scene": "hotel.checkin", "pin": PIN });
        let path = format!("/api/v1/wallet/licences/{}/grant", licence.to_string());
        app.as_(login).post(&path, &body).must(201)
    }

    /// The code that the phone shows with a grant.
    fn code(&self, app: &TestApp, granted: &Value, nonce: u8) -> String {
        let grant = granted["grant"].as_str().unwrap();
        let nonce = Nonce::from_bytes([nonce; 12]);
        let input = proof::signing_input(grant, "hotel", &nonce, app.app.now());
        proof::attach(grant, &input, &self.0.sign(input.as_bytes()).unwrap())
    }
}

/// What a verifier says that fetched everything just now.
fn offline(app: &TestApp, code: &str) -> String {
    let verifier = synced(&app.url, app.roots.clone(), app.clock.now());
    let options = Options { scene: Some("hotel.checkin"), ..Options::at(app.clock.now()) };
    verifier.verify(code, &options).code.as_str().to_owned()
}

/// Rows: R46, R60.
#[test]
fn a_withdrawal_ends_the_delegates_codes_on_the_wire_and_not_the_holders_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let mut body = to(&app, card.id, 2);
        body["until"] = json!(app.app.now().0 + 7200);
        let id = given(&app, "h1", &body, "h2");
        let second = given(
            &app,
            "h1",
            &{
                let mut other = to(&app, card.id, 2);
                other["scenes"] = json!(["hospital.visit"]);
                other
            },
            "h2",
        );
        let (own, his) = (Phone::of(&app, "h1"), Phone::of(&app, "h2"));
        let (own_grant, his_grant) = (own.grant(&app, "h1", card.id), his.grant(&app, "h2", card.id));
        assert_eq!(his_grant["expires_at"], app.app.now().0 + 7200, "no longer than the delegation");
        let text = |shown: Value| shown["qr_text"].as_str().unwrap().to_owned();
        let own_code = text(show(&app, "h1", card.id, "hotel.checkin").must(201));
        let his_code = text(show(&app, "h2", card.id, "hotel.checkin").must(201));
        let other_code = text(show(&app, "h2", card.id, "hospital.visit").must(201));
        let is_valid = |code: &str| {
            within(Duration::from_secs(5), "OK", || (offline(&app, code) == "OK").then_some(()));
        };
        is_valid(&own_code);
        is_valid(&his_code);
        is_valid(&his.code(&app, &his_grant, 1));
        app.pass(1);
        act(&app, "h1", &id, "withdraw").must(200);
        for code in [his_code, his.code(&app, &his_grant, 2)] {
            let body = json!({ "input": code, "scene": "hotel.checkin" });
            let verdict = app.anyone().post("/api/v1/verify", &body).must(200);
            assert_eq!(verdict["code"], "E_STATUS_INVALID", "at once, online");
            within(Duration::from_secs(5), "withdrawn", || {
                (offline(&app, &code) == "E_STATUS_INVALID").then_some(())
            });
        }
        assert_eq!(offline(&app, &own_code), "OK");
        assert_eq!(offline(&app, &own.code(&app, &own_grant, 3)), "OK");
        // What he shows by another delegation of the same licence goes on.
        let verifier = synced(&app.url, app.roots.clone(), app.clock.now());
        let options = Options { scene: Some("hospital.visit"), ..Options::at(app.clock.now()) };
        assert_eq!(verifier.verify(&other_code, &options).code.as_str(), "OK");
        act(&app, "h2", &second, "withdraw").must(200);

        let actions = app.wait(async {
            let mut tx = app.app.db.begin_read().await.unwrap();
            audit::of_object(&mut tx, &id).await.unwrap()
        });
        let actions: Vec<&str> = actions.iter().map(|one| one.action.as_str()).collect();
        assert_eq!(actions, ["delegate", "accept delegation", "withdraw delegation"]);
    }
}

/// Rows: R40, R60.
#[test]
fn a_delegation_follows_the_licence_to_its_next_version_and_pauses_with_it_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        office::open(&app);
        let first = issue(&app, &draft(5));
        app.wait(app.make.account_of("zhou", "111", &office::citizen(5)));
        person(&app, 2);
        let scene = "test.scene";
        app.staff("admin", Role::UnitAdmin, UNIT);
        app.as_("admin").post("/api/v1/scenes", &a_scene()).must(201);
        app.as_("admin").post("/api/v1/scenes/test.scene/acts", &json!({ "act": "submit" })).must(200);
        app.as_("manager").post("/api/v1/scenes/test.scene/acts", &json!({ "act": "publish" })).must(200);
        within(Duration::from_secs(10), "the scene in the signed catalogue", || {
            (show(&app, "zhou", &first, scene).status == 201).then_some(())
        });
        let mut body = to(&app, &first, 2);
        body["scenes"] = json!([scene]);
        given(&app, "zhou", &body, "h2");
        show(&app, "h2", &first, scene).must(201);
        let mut next = draft(5);
        (next["replaces"], next["change"]) = (json!(first), json!("renew"));
        let second = issue(&app, &next);
        let listed = app.as_("zhou").get(DELEGATIONS).must(200);
        let one = &listed["items"][0];
        assert_eq!((&one["licence"], &one["state"]), (&json!(second), &json!("live")), "{listed}");
        assert_eq!(show(&app, "h2", &first, scene).status, 404, "the old version is nobody's to show");
        show(&app, "h2", &second, scene).must(201);
        // While the licence is on hold nobody shows it; afterwards he does again.
        let by_unit = |act: &str| {
            app.pass(1);
            let body = json!({ "act": act, "reason": "测试", "legal_basis": "测试" });
            app.as_("checker").post(&format!("/api/v1/licences/{second}/acts"), &body).must(200);
        };
        by_unit("suspend");
        assert_eq!(show(&app, "h2", &second, scene).status, 409);
        by_unit("resume");
        show(&app, "h2", &second, scene).must(201);
    }
}

/// A scene for the kind of the office.
fn a_scene() -> Value {
    json!({
        "code": "test.scene",
        "names": { "zh-CN": "测试场景", "en": "Test scene" },
        "unit": UNIT,
        "audience": "inspector",
        "kinds": [{ "code": office::KIND, "fields": [{ "key": "n", "mask": "name" }] }],
        "lifetime": 60,
        "profiles": ["S"],
        "medium": "screen",
        "max_status_age": 86_400,
    })
}
