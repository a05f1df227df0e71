//! Restoring an account at a counter: two persons, a day to object, and nothing left of the old way in.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::HolderId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::service::actor::recovery;
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::authenticator::Authenticator;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PASSWORD, PIN, UNIT, secrets};
use serde_json::{Value, json};

use super::PLATFORM;

struct Counter {
    app: TestApp,
    account: String,
    holder: HolderId,
    number: String,
}

impl Counter {
    fn on(db: TestDb) -> Self {
        let app = TestApp::start(db, |_| {});
        let (account, holder) = app.holder("lin");
        for (login, unit) in [("one", UNIT), ("two", UNIT), ("far", OTHER_UNIT)] {
            app.staff(login, Role::Handler, unit);
        }
        app.staff("manager", Role::Manager, PLATFORM);
        let contact = json!({ "office": "办公室", "person": "秦川", "phone": "0990-1111111" });
        let named = json!({ "recovers": true, "contact": contact });
        app.as_("manager").send("PATCH", &format!("/api/v1/units/{UNIT}"), Some(&named)).must(200);
        let number = app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            let found = storage::actor::holder::find(&mut tx, &secrets(), holder).await.unwrap().unwrap();
            found.number.number().to_owned()
        });
        Self { app, account: account.to_string(), holder, number }
    }

    fn body(&self) -> Value {
        json!({
            "person": { "name": "lin 的账户", "id_type": "111", "id_number": self.number },
            "evidence": { "type": "photo_compared" },
            "reason": "手机丢失"
        })
    }

    fn ask(&self, who: &str) -> Answer {
        self.app.as_(who).post(&format!("/api/v1/accounts/{}/recovery", self.account), &self.body())
    }

    fn log_in(&self, password: &str) -> u16 {
        self.app.anyone().post("/api/v1/sessions", &json!({ "login": "lin", "password": password })).status
    }
}

#[test]
fn two_persons_restore_an_account_and_a_day_later_the_old_way_in_is_gone_on_both_databases() {
    for db in TestDb::both() {
        let counter = Counter::on(db);
        let app = &counter.app;
        let lin = app.as_("lin");
        let jwk = liangzheng_core::key::AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk();
        lin.post("/api/v1/wallet/devices", &json!({ "jwk": jwk, "name": "手机" })).must(201);
        let asked = counter.ask("one").must(202);
        assert_eq!((&asked["state"], &asked["effective_at"]), (&json!("asked"), &Value::Null));
        assert_eq!(counter.ask("one").must(202), asked, "the same person again is the same request");
        // By what its owner typed, too: who has forgotten everything still knows that.
        let confirmed = app.as_("two").post("/api/v1/accounts/lin/recovery", &counter.body()).must(200);
        assert_eq!((&confirmed["id"], &confirmed["state"]), (&asked["id"], &json!("confirmed")));
        let password = confirmed["first_password"].as_str().unwrap();
        assert_eq!(confirmed["effective_at"], app.app.now().0 + 86_400);
        assert_eq!(counter.ask("one").problem(), "already-exists");
        let told = lin.get("/api/v1/me/recovery").must(200);
        assert_eq!(told["recovery"]["state"], "confirmed");
        assert!(told["recovery"].get("first_password").is_none(), "{told}");

        app.pass(43_000);
        let lin = app.log_in("lin");
        app.pass(86_400 - 43_001);
        app.wait(recovery::carry_out_due(&app.app)).unwrap();
        assert_eq!((counter.log_in(PASSWORD), counter.log_in(password)), (201, 401), "not before its time");
        let last = app.log_in("lin");
        app.pass(1);
        app.wait(recovery::carry_out_due(&app.app)).unwrap();
        assert_eq!((lin.get("/api/v1/me").status, last.get("/api/v1/me").status), (401, 401), "sessions end");
        assert_eq!((counter.log_in(PASSWORD), counter.log_in(password)), (401, 201));
        let lin = app.anyone().log_in("lin", password);
        assert_eq!(lin.get("/api/v1/wallet/licences").problem(), "password-change-needed");
        app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            let id = counter.account.parse().unwrap();
            assert_eq!(
                storage::showing::device::of_account(&mut tx, id).await.unwrap().len(),
                0,
                "phones are dropped"
            );
            assert_eq!(storage::actor::account::find(&mut tx, id).await.unwrap().unwrap().pin, None);
        });
    }
}

/// Rows: R44.
#[test]
fn a_day_longer_nothing_is_shown_that_asks_for_the_person_himself_on_both_databases() {
    for db in TestDb::both() {
        let counter = Counter::on(db);
        let app = &counter.app;
        app.enter_kind_for_the_person_himself(BUSINESS_LICENCE);
        let licence = app.licence(counter.holder, BUSINESS_LICENCE, UNIT, Status::Active);
        counter.ask("one").must(202);
        let given = app.as_("two").post("/api/v1/accounts/lin/recovery", &counter.body()).must(200);
        app.pass(86_400);
        app.wait(recovery::carry_out_due(&app.app)).unwrap();
        let first = given["first_password"].as_str().unwrap();
        let lin = app.anyone().log_in("lin", first);
        let changed = json!({ "old_password": first, "new_password": PASSWORD });
        lin.send("PUT", "/api/v1/me/password", Some(&changed)).must(204);
        let lin = app.log_in("lin");
        lin.send("PUT", "/api/v1/me/pin", Some(&json!({ "password": PASSWORD, "new_pin": PIN }))).must(204);
        let begun = lin.post("/api/v1/me/totp", &json!({ "password": PASSWORD })).must(201);
        let phone = Authenticator::typed(begun["secret"].as_str().unwrap());
        let code = || json!(phone.code_at(app.app.now().0));
        lin.post("/api/v1/me/totp/confirmation", &json!({ "code": code() })).must(200);
        let show = |lin: &Caller| {
            let body = json!({ "scene": "inspect.food", "pin": PIN, "factor": { "totp": code() } });
            lin.post(&format!("/api/v1/wallet/licences/{}/show", licence.id), &body)
        };
        app.pass(30);
        let refused = show(&lin);
        assert_eq!((refused.status, refused.problem().as_str()), (403, "recently-restored"));
        assert!(refused.text().contains("20261124 1200"), "says from when on: {}", refused.text());
        app.pass(86_400 - 61);
        let body = json!({ "login": "lin", "password": PASSWORD, "totp": code() });
        let session = app.anyone().post("/api/v1/sessions", &body).must(201);
        let lin = app.anyone().with_token(session["token"].as_str().unwrap());
        app.pass(30);
        assert_eq!(show(&lin).problem(), "recently-restored");
        app.pass(1);
        show(&lin).must(201);
    }
}

#[test]
fn its_owner_objects_and_nothing_comes_of_it_on_both_databases() {
    for db in TestDb::both() {
        let counter = Counter::on(db);
        let app = &counter.app;
        counter.ask("one").must(202);
        let confirmed = counter.ask("two").must(200);
        app.pass(43_000);
        let lin = app.log_in("lin");
        let objected = lin.post("/api/v1/me/recovery", &json!({ "act": "object" })).must(200);
        assert_eq!(objected["state"], "objected");
        assert_eq!(lin.post("/api/v1/me/recovery", &json!({ "act": "object" })).status, 404);
        app.pass(86_400);
        app.wait(recovery::carry_out_due(&app.app)).unwrap();
        let password = confirmed["first_password"].as_str().unwrap();
        assert_eq!((counter.log_in(PASSWORD), counter.log_in(password)), (201, 401));
    }
}

#[test]
fn a_counter_sees_what_became_of_the_accounts_it_restores_on_both_databases() {
    for db in TestDb::both() {
        let counter = Counter::on(db);
        let app = &counter.app;
        let listed = |login: &str| app.log_in(login).get("/api/v1/recoveries").must(200)["items"].clone();
        assert_eq!(listed("one"), json!([]));
        let asked = counter.ask("one").must(202);
        let now = app.app.now().0;
        let waiting = listed("two")[0].clone();
        assert_eq!((&waiting["id"], &waiting["state"]), (&asked["id"], &json!("asked")));
        assert_eq!((&waiting["login"], &waiting["name"]), (&json!("lin"), &json!("lin 的账户")));
        assert_eq!((&waiting["own"], &listed("one")[0]["own"]), (&json!(false), &json!(true)));
        assert_eq!(waiting["lapses_at"], now + 86_400);
        assert_eq!(listed("far"), json!([]), "another unit's counter");
        assert_eq!(app.as_("manager").get("/api/v1/recoveries").status, 403);

        counter.ask("two").must(200);
        let confirmed = listed("one")[0].clone();
        assert_eq!(
            (&confirmed["state"], &confirmed["effective_at"], &confirmed["confirmed_by"]),
            (&json!("confirmed"), &json!(now + 86_400), &json!("two 的账户"))
        );
        assert!(confirmed.get("first_password").is_none(), "told once, to who agreed: {confirmed}");
        app.log_in("lin").post("/api/v1/me/recovery", &json!({ "act": "object" })).must(200);
        let objected = listed("one")[0].clone();
        assert_eq!((&objected["state"], &objected["ended_at"]), (&json!("objected"), &json!(now)));

        counter.ask("one").must(202);
        app.pass(86_400);
        // Both were asked for in one moment of this clock, so either may stand first.
        let all = listed("one");
        let mut states: Vec<_> = all.as_array().unwrap().iter().map(|one| one["state"].as_str()).collect();
        states.sort_unstable();
        assert_eq!(states, [Some("objected"), Some("over")]);
        let first = app.log_in("one").get("/api/v1/recoveries?limit=1").must(200);
        let next = first["next"].as_str().unwrap();
        let rest = app.log_in("one").get(&format!("/api/v1/recoveries?cursor={next}")).must(200);
        assert_eq!((&first["items"][0], &rest["items"][0]), (&all[0], &all[1]));
        assert_eq!(rest["next"], Value::Null);
    }
}

#[test]
fn who_is_not_this_person_or_not_named_for_it_restores_nothing() {
    let counter = Counter::on(TestDb::sqlite());
    assert_eq!(counter.ask("far").problem(), "forbidden", "the manager did not name that unit");
    assert_eq!(counter.ask("manager").problem(), "forbidden");
    assert_eq!(counter.ask("lin").problem(), "forbidden");
    let path = format!("/api/v1/accounts/{}/recovery", counter.account);
    for (member, value) in [("name", "林晓"), ("id_number", "990101199203040019")] {
        let mut body = counter.body();
        body["person"][member] = json!(value);
        assert_eq!(counter.app.as_("one").post(&path, &body).status, 404, "{member}");
    }
    assert_eq!(counter.app.as_("one").post("/api/v1/accounts/nobody/recovery", &counter.body()).status, 404);
}

#[test]
fn what_nobody_confirmed_in_a_day_is_over() {
    let counter = Counter::on(TestDb::sqlite());
    let asked = counter.ask("one").must(202);
    counter.app.pass(86_400);
    let again = counter
        .app
        .log_in("two")
        .post(&format!("/api/v1/accounts/{}/recovery", counter.account), &counter.body());
    let again = again.must(202);
    assert_eq!(again["state"], "asked", "the second is the first now");
    assert_ne!(again["id"], asked["id"]);
}
