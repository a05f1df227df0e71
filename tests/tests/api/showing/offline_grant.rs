//! Offline grants, profile H: how they are answered. What they are good for is told by `story/main_job.rs`.

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::token::{Nonce, proof};
use liangzheng_server::domain::actor::agency::{AgencyAct, AgencyLevel};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::snapshot::stable;
use serde_json::{Value, json};

/// A phone as its owner's account has it.
struct Phone {
    key: AwsLcSigner,
    id: Value,
}

impl Phone {
    fn of(owner: &Caller) -> Self {
        let (key, _) = AwsLcSigner::generate("phone").unwrap();
        let device = json!({ "jwk": key.public_key().to_jwk(), "name": "手机" });
        let id = owner.post("/api/v1/wallet/devices", &device).must(201)["id"].clone();
        Self { key, id }
    }

    fn ask(&self, owner: &Caller, licence: LicenceId) -> Answer {
        let body = json!({ "device": self.id, "scene": "inspect.food", "pin": PIN });
        owner.post(&format!("/api/v1/wallet/licences/{licence}/grant"), &body)
    }

    /// The code that the phone shows with a grant, each time another.
    fn code(&self, granted: &Value, nonce: u8, at: UnixTime) -> String {
        let grant = granted["grant"].as_str().unwrap();
        let input = proof::signing_input(grant, "inspector", &Nonce::from_bytes([nonce; 12]), at);
        proof::attach(grant, &input, &self.key.sign(input.as_bytes()).unwrap())
    }
}

/// The claims of a grant.
fn claims(granted: &Value) -> Value {
    let payload = granted["grant"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

#[test]
fn an_offline_grant_is_answered_as_kept() {
    let app = TestApp::sqlite();
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let lin = app.as_("lin");
    let jwk = AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk();
    let device = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk, "name": "手机" })).must(201);
    let body = json!({ "device": device["id"], "scene": "inspect.food", "pin": PIN });
    let granted = lin.post(&format!("/api/v1/wallet/licences/{licence}/grant"), &body);
    assert_eq!(granted.status, 201);
    insta::assert_json_snapshot!("granted", stable(&granted));
}

#[test]
fn the_same_request_again_gets_the_same_grant_and_another_under_its_key_none() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("lin");
        let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let lin = app.as_("lin");
        let jwk = AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk();
        let device = lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk, "name": "手机" })).must(201);
        let path = format!("/api/v1/wallet/licences/{licence}/grant");
        let body = |scene: &str, pin: &str| json!({ "device": device["id"], "scene": scene, "pin": pin });
        let keyed = lin.with("Idempotency-Key", "one");
        let first = keyed.post(&path, &body("inspect.food", PIN)).must(201);
        app.pass(5);
        assert_eq!(keyed.post(&path, &body("inspect.food", PIN)).must(201), first);
        let wrong = keyed.post(&path, &body("inspect.food", "000000"));
        assert_eq!(
            (wrong.status, wrong.problem().as_str()),
            (403, "wrong-pin"),
            "the PIN is asked each time"
        );
        let other = keyed.post(&path, &body("another.scene", PIN));
        assert_eq!((other.status, other.problem().as_str()), (422, "idempotency-key-reused"));
        assert_ne!(lin.post(&path, &body("inspect.food", PIN)).must(201), first);
        let uses = lin.get("/api/v1/wallet/uses").must(200);
        assert_eq!(uses["items"].as_array().unwrap().len(), 2, "{uses}");
    }
}

/// Rows: R68.
#[test]
fn an_agents_phone_shows_without_a_network_until_he_acts_no_more_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        let (_, firm) = app.holder("firm");
        let licence = app.licence(firm, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let (account, own) = app.holder("boss");
        let own_licence = app.licence(own, BUSINESS_LICENCE, UNIT, Status::Active).id;
        app.staff("han", Role::Inspector, UNIT);
        let (boss, han) = (app.as_("boss"), app.as_("han"));
        let phone = Phone::of(&boss);
        assert_eq!(phone.ask(&boss, licence).status, 404, "not his");
        let level = AgencyLevel::LegalRepresentative;
        let agency = app.wait(app.make.agency(account, firm, level, &[], None));
        let granted = phone.ask(&boss, licence).must(201);
        let own_granted = phone.ask(&boss, own_licence).must(201);
        assert_eq!(claims(&granted)["act"]["name"], "林晓舟", "the code says who shows");
        assert!(claims(&own_granted).get("act").is_none(), "his own, nobody acts for him");
        let judged = |granted: &Value, nonce: u8| {
            let code = phone.code(granted, nonce, app.app.now());
            let body = json!({ "input": code, "scene": "inspect.food" });
            han.post("/api/v1/verify", &body).must(200)["code"].clone()
        };
        assert_eq!((judged(&granted, 1), judged(&own_granted, 2)), (json!("OK"), json!("OK")));
        let uses = app.as_("firm").get("/api/v1/wallet/uses").must(200);
        let fetched = uses["items"].as_array().unwrap().iter().find(|one| one["kind"] == "grant");
        assert!(fetched.is_some(), "the firm sees who fetched what: {uses}");

        boss.delete(&format!("/api/v1/wallet/agencies/{agency}")).must(204);
        assert_eq!(judged(&granted, 3), "E_STATUS_INVALID", "it ends with his agency");
        assert_eq!(judged(&own_granted, 4), "OK", "what is his own stays");
        assert_eq!(phone.ask(&boss, licence).status, 404);

        // Named anew, the same phone shows again; what ended stays ended.
        app.wait(app.make.agency(account, firm, level, &[AgencyAct::Show], None));
        let again = phone.ask(&boss, licence).must(201);
        assert_eq!((judged(&again, 5), judged(&granted, 6)), (json!("OK"), json!("E_STATUS_INVALID")));
    }
}

#[test]
fn an_agent_fetches_a_grant_if_he_may_show_and_for_no_longer_than_he_may() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, firm) = app.holder("firm");
        let licence = app.licence(firm, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let agent = |login: &str, acts: &[AgencyAct], until| {
            let (account, _) = app.holder(login);
            app.wait(app.make.agency(account, firm, AgencyLevel::Handler, acts, until));
            app.as_(login)
        };
        let clerk = agent("clerk", &[AgencyAct::View, AgencyAct::Ask], None);
        assert_eq!(Phone::of(&clerk).ask(&clerk, licence).status, 404, "he was not named to show");
        let brief = agent("brief", &[AgencyAct::Show], Some(NOON.plus(Seconds(3600))));
        let granted = Phone::of(&brief).ask(&brief, licence).must(201);
        assert_eq!(granted["expires_at"], NOON.0 + 3600);
        let long = agent("long", &[], Some(NOON.plus(Seconds(30 * 86_400))));
        let granted = Phone::of(&long).ask(&long, licence).must(201);
        assert_eq!(granted["expires_at"], NOON.0 + 86_400);
    }
}
