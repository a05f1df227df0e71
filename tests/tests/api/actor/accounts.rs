//! Accounts of members: one a person, given with a password that its owner changes, seen by who may see them.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::service::actor::members;
use liangzheng_server::storage::Db;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{OTHER_UNIT, PASSWORD, UNIT};
use serde_json::{Value, json};

use super::{PLATFORM, pointers};

fn office(db: TestDb) -> TestApp {
    let app = TestApp::start(db, |_| {});
    app.staff("manager", Role::Manager, PLATFORM);
    app.staff("admin", Role::UnitAdmin, UNIT);
    app.staff("other", Role::UnitAdmin, OTHER_UNIT);
    app.staff("auditor", Role::Auditor, PLATFORM);
    app
}

/// Wei's account as it is asked for.
fn wei(roles: &Value) -> Value {
    json!({
        "login": "wei",
        "person": { "name": "韦青", "id_type": "111", "id_number": "990101199203040019" },
        "roles": roles
    })
}

fn accounts(unit: &str) -> String {
    format!("/api/v1/units/{unit}/accounts")
}

#[test]
fn an_account_is_given_with_a_password_that_does_nothing_but_be_changed_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let admin = app.as_("admin").with("Idempotency-Key", "a-1");
        let body = wei(&json!([{ "role": "issuer_maker" }, { "role": "inspector", "until": "20291231" }]));
        let made = admin.post(&accounts(UNIT), &body);
        assert_eq!(made.header("cache-control"), Some("no-store"));
        let made = made.must(201);
        assert_eq!(
            (&made["login"], &made["name"], &made["unit"], &made["state"], &made["must_change_password"]),
            (&json!("wei"), &json!("韦青"), &json!(UNIT), &json!("active"), &json!(true))
        );
        assert_eq!(
            made["roles"],
            json!([{ "role": "inspector", "until": "20291231" }, { "role": "issuer_maker", "until": null }])
        );
        assert!(!made.to_string().contains("990101199203040019"), "no number comes back");
        assert_eq!(admin.post(&accounts(UNIT), &body).must(201), made, "once under its key");
        let first = made["first_password"].as_str().unwrap();
        let caller = app.anyone().log_in("wei", first);
        let refused = caller.get("/api/v1/units");
        assert_eq!((refused.status, refused.problem().as_str()), (403, "password-change-needed"));
        assert_eq!(caller.get("/api/v1/me").must(200)["account"]["must_change_password"], true);
        let change = json!({ "old_password": first, "new_password": "新的密码 only I know" });
        caller.send("PUT", "/api/v1/me/password", Some(&change)).must(204);
        assert_eq!(caller.get("/api/v1/units").status, 200, "from then on it is his own");
        assert_eq!(caller.get("/api/v1/me").must(200)["account"]["must_change_password"], false);
        let seen =
            app.as_("admin").get(&format!("/api/v1/accounts/{}", made["id"].as_str().unwrap())).must(200);
        assert_eq!((&seen["first_password"], &seen["etag"]), (&Value::Null, &made["etag"]));
    }
}

#[test]
fn a_first_password_that_nobody_used_is_over_after_a_week() {
    let app = office(TestDb::sqlite());
    let made = app.as_("admin").post(&accounts(UNIT), &wei(&json!([{ "role": "handler" }]))).must(201);
    let log_in = || {
        let body = json!({ "login": "wei", "password": made["first_password"] });
        app.anyone().post("/api/v1/sessions", &body).status
    };
    assert_eq!(log_in(), 201);
    app.pass(7 * 86_400);
    assert_eq!(log_in(), 401);
}

#[test]
fn a_person_has_one_account_and_works_for_one_unit_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let made = app.as_("admin").post(&accounts(UNIT), &wei(&json!([{ "role": "handler" }]))).must(201);
        let id = made["id"].as_str().unwrap();
        let mut twice = wei(&json!([{ "role": "handler" }]));
        // Another spelling of the same number, and another login.
        twice["login"] = json!("wei.2");
        twice["person"]["id_number"] = json!("990101-19920304-0019");
        let refused = app.as_("admin").post(&accounts(UNIT), &twice);
        assert_eq!(refused.problem(), "already-exists");
        assert!(refused.text().contains(id), "one's own unit's is named: {}", refused.text());
        twice["roles"] = json!([{ "role": "issuer_maker" }]);
        let refused = app.as_("other").post(&accounts(OTHER_UNIT), &twice);
        assert_eq!(refused.must(409)["code"], "member-elsewhere");
        assert!(!refused.text().contains(id) && !refused.text().contains(UNIT), "{}", refused.text());
        let mut login = twice.clone();
        login["login"] = json!("wei");
        login["person"]["id_number"] = json!("990101199203040027");
        assert_eq!(pointers(&app.as_("other").post(&accounts(OTHER_UNIT), &login).must(409)), ["/login"]);

        // Once the first unit has taken the roles back, the other may have him, with his login and his password.
        let path = format!("/api/v1/accounts/{id}");
        app.as_("admin").send("PATCH", &path, Some(&json!({ "roles": [] }))).must(200);
        let mut named = twice.clone();
        named["person"]["name"] = json!("韦青青");
        assert_eq!(app.as_("other").post(&accounts(OTHER_UNIT), &named).must(409)["code"], "name-differs");
        let joined = app.as_("other").post(&accounts(OTHER_UNIT), &twice).must(201);
        assert_eq!(
            (&joined["id"], &joined["login"], &joined["unit"]),
            (&json!(id), &json!("wei"), &json!(OTHER_UNIT))
        );
        assert_eq!(joined["first_password"], Value::Null);
        assert_eq!(app.as_("admin").get(&path).status, 404);
    }
}

#[test]
fn who_has_a_wallet_becomes_a_member_and_no_wallet_is_opened_by_a_number() {
    let app = office(TestDb::sqlite());
    let (lin, holder) = app.holder("lin");
    let number = app.wait(async {
        let mut tx = app.make.db.begin_read().await.unwrap();
        let secrets = liangzheng_tests::make::secrets();
        let found = liangzheng_server::storage::actor::holder::find(&mut tx, &secrets, holder).await.unwrap();
        found.unwrap().number.number().to_owned()
    });
    let body = json!({
        "login": "lin.office",
        "person": { "name": "lin 的账户", "id_type": "111", "id_number": number },
        "roles": [{ "role": "inspector" }]
    });
    let joined = app.as_("admin").post(&accounts(UNIT), &body).must(201);
    assert_eq!((&joined["id"], &joined["login"]), (&json!(lin.to_string()), &json!("lin")));
    let me = app.as_("lin").get("/api/v1/me").must(200);
    assert_eq!(
        (&me["holder"]["id"], &me["membership"]["roles"]),
        (&json!(holder.to_string()), &json!(["inspector"]))
    );

    // A member of staff entered with the number of a holder who has no account gets no wallet by it.
    let citizen =
        liangzheng_server::domain::actor::holder::HolderNumber::new("111", "990101199203040019").unwrap();
    app.wait(async {
        let holder = liangzheng_server::domain::actor::holder::Holder {
            id: liangzheng_server::domain::ids::HolderId::generate(app.app.now(), &*app.app.entropy),
            kind: liangzheng_server::domain::actor::holder::HolderKind::Natural,
            name: "韦青".into(),
            number: citizen,
            created_at: app.app.now(),
        };
        let mut tx = app.make.db.begin_write().await.unwrap();
        let secrets = liangzheng_tests::make::secrets();
        liangzheng_server::storage::actor::holder::insert(&mut tx, &secrets, &*app.app.entropy, &holder)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    });
    let made = app.as_("admin").post(&accounts(UNIT), &wei(&json!([{ "role": "handler" }]))).must(201);
    let me = app.anyone().log_in("wei", made["first_password"].as_str().unwrap()).get("/api/v1/me").must(200);
    assert_eq!(me["holder"], Value::Null);
}

#[test]
fn what_is_wrong_with_an_account_is_named() {
    let app = office(TestDb::sqlite());
    let wrong = |spoil: &dyn Fn(&mut Value)| {
        let mut body = wei(&json!([{ "role": "handler" }]));
        spoil(&mut body);
        pointers(&app.as_("admin").post(&accounts(UNIT), &body).must(422))
    };
    assert_eq!(wrong(&|body| body["login"] = json!("韦")), ["/login"]);
    assert_eq!(wrong(&|body| body["person"]["id_type"] = json!("citizen")), ["/person/id_type"]);
    assert_eq!(wrong(&|body| body["person"]["id_number"] = json!("990101920304001")), ["/person/id_number"]);
    assert_eq!(wrong(&|body| body["person"]["name"] = json!("韦\u{200b}青")), ["/person/name"]);
    assert_eq!(wrong(&|body| body["roles"] = json!([{ "role": "king" }])), ["/roles/0/role"]);
    assert_eq!(
        wrong(&|body| body["roles"] = json!([{ "role": "handler", "until": "2027" }])),
        ["/roles/0/until"]
    );
    assert_eq!(
        wrong(&|body| body["roles"] = json!([{ "role": "handler", "until": "20200101" }])),
        ["/roles/0/until"]
    );
    assert_eq!(
        wrong(&|body| body["roles"] = json!([{ "role": "handler" }, { "role": "handler" }])),
        ["/roles/1/role"]
    );
    assert_eq!(
        wrong(&|body| body["roles"] = json!([{ "role": "verifier" }])),
        ["/roles"],
        "not a social unit"
    );
}

#[test]
fn a_units_accounts_are_seen_by_its_administrator_the_manager_and_with_a_reason_the_auditor() {
    for db in TestDb::both() {
        let app = office(db);
        let made = app.as_("admin").post(&accounts(UNIT), &wei(&json!([{ "role": "handler" }]))).must(201);
        let one = format!("/api/v1/accounts/{}", made["id"].as_str().unwrap());
        for path in [accounts(UNIT), one.clone(), format!("{one}/effective")] {
            for (who, status) in [("admin", 200), ("manager", 200), ("other", 404), ("auditor", 422)] {
                assert_eq!(app.as_(who).get(&path).status, status, "{who} {path}");
            }
            assert_eq!(app.as_("auditor").get(&format!("{path}?reason=audit-7")).status, 200, "{path}");
        }
        let list = app.as_("admin").get(&accounts(UNIT)).must(200);
        let logins: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|item| item["login"].clone()).collect();
        let mut logins: Vec<&str> = logins.iter().filter_map(Value::as_str).collect();
        let in_order = logins.clone();
        logins.sort_unstable();
        assert_eq!(logins, ["admin", "wei"]);
        let page = app.as_("admin").get(&format!("{}?limit=1", accounts(UNIT))).must(200);
        let next = app.as_("admin").get(&format!(
            "{}?limit=1&cursor={}",
            accounts(UNIT),
            page["next"].as_str().unwrap()
        ));
        assert_eq!(next.must(200)["items"][0]["login"], in_order[1]);
        // Each look of an auditor stands in the trace, with its reason.
        app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            let id = made["id"].as_str().unwrap();
            let rows = liangzheng_server::storage::trace::audit::of_object(&mut tx, id).await.unwrap();
            let looks = rows.iter().filter(|row| row.action == "look at account");
            assert_eq!(looks.filter(|row| row.reason.is_some()).count(), 2);
        });
    }
}

#[test]
fn every_right_is_told_with_what_it_comes_from() {
    let app = office(TestDb::sqlite());
    app.wait(app.make.member("both", &[Role::Inspector, Role::IssuerChecker], UNIT));
    let id = app.as_("both").get("/api/v1/me").must(200)["account"]["id"].clone();
    let rights =
        app.as_("admin").get(&format!("/api/v1/accounts/{}/effective", id.as_str().unwrap())).must(200);
    let of = |method: &str, path: &str| {
        let items = rights["items"].as_array().unwrap();
        items.iter().find(|right| right["method"] == method && right["path"] == path).cloned()
    };
    let verify = of("POST", "/api/v1/scans").expect("an inspector hands in receipts");
    assert_eq!(verify["from"], json!([{ "footing": "member", "role": "inspector", "unit": UNIT }]));
    let act = of("POST", "/api/v1/licences/{id}/acts").expect("a checker acts");
    assert_eq!((&act["action"], &act["within"]), (&json!("ActOnLicence"), &json!("unit")));
    assert!(of("GET", "/api/v1/me").is_some());
    assert!(of("GET", "/api/v1/wallet/licences").is_none(), "no holder");
    assert!(of("POST", "/api/v1/units").is_none(), "no manager");
}

#[test]
fn who_has_not_logged_in_for_ninety_days_is_disabled_but_for_the_last_manager_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        app.as_("other").get("/api/v1/me").must(200);
        app.pass(89 * 86_400);
        app.log_in("other");
        app.pass(2 * 86_400);
        while app.wait(members::disable_dormant(&app.app)).unwrap() {}
        let log_in = |login: &str| {
            let body = json!({ "login": login, "password": PASSWORD });
            app.anyone().post("/api/v1/sessions", &body).status
        };
        assert_eq!((log_in("admin"), log_in("auditor")), (401, 401));
        assert_eq!((log_in("other"), log_in("manager")), (201, 201));
        let manager = app.log_in("manager");
        let list = manager.get(&accounts(UNIT)).must(200);
        assert_eq!(list["items"][0]["state"], "disabled");
        let path = format!("/api/v1/accounts/{}", list["items"][0]["id"].as_str().unwrap());
        let back = manager.send("PATCH", &path, Some(&json!({ "state": "active" }))).must(200);
        assert_eq!(back["state"], "active");
        assert_eq!(log_in("admin"), 201);
    }
}

#[test]
fn no_number_or_contact_of_staff_stands_in_the_database_in_clear() {
    for db in TestDb::both() {
        let app = office(db);
        app.as_("admin").post(&accounts(UNIT), &wei(&json!([{ "role": "handler" }]))).must(201);
        let contact =
            json!({ "contact": { "office": "办公室", "person": "何安宁", "phone": "0990-7654321" } });
        app.as_("admin").send("PATCH", &format!("/api/v1/units/{UNIT}"), Some(&contact)).must(200);
        app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            for sql in [
                "SELECT person FROM actor_person",
                "SELECT contact FROM catalogue_unit WHERE contact IS NOT NULL",
                "SELECT name FROM actor_account WHERE login = 'wei'",
            ] {
                let sealed: Vec<u8> = match &mut tx {
                    liangzheng_server::storage::Tx::Sqlite(tx) => {
                        sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap()
                    }
                    liangzheng_server::storage::Tx::Postgres(tx) => {
                        sqlx::query_scalar(sql).fetch_one(&mut **tx).await.unwrap()
                    }
                };
                for clear in ["韦青", "990101199203040019", "何安宁", "7654321"] {
                    assert!(
                        !sealed.windows(clear.len()).any(|window| window == clear.as_bytes()),
                        "{sql}: {clear}"
                    );
                }
            }
            drop(tx);
        });
        let _: &Db = &app.make.db;
    }
}
