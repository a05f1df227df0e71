//! `/api/v1/me/totp`: an authenticator, as a second factor of login and for the work of a unit.

use liangzheng_server::config::Config;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::actor::session::StaffFactor;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage::Db;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::authenticator::Authenticator;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, UNIT};
use serde_json::{Value, json};

/// A server where the work of a unit asks for two factors.
fn strict(config: &mut Config) {
    config.access.staff_factor = StaffFactor::Totp;
    config.limits.enabled = false;
}

fn log_in(app: &TestApp, login: &str, totp: Option<&str>) -> Answer {
    let mut body = json!({ "login": login, "password": PASSWORD });
    if let Some(code) = totp {
        body["totp"] = json!(code);
    }
    app.anyone().post("/api/v1/sessions", &body)
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

/// Sets an authenticator up; gives it and the recovery codes.
fn set_up(app: &TestApp, caller: &Caller) -> (Authenticator, Vec<String>) {
    let begun = caller.post("/api/v1/me/totp", &json!({ "password": PASSWORD })).must(201);
    let phone = Authenticator::typed(begun["secret"].as_str().unwrap());
    let code = phone.code_at(app.app.now().0);
    let codes = caller.post("/api/v1/me/totp/confirmation", &json!({ "code": code })).must(200);
    let codes = codes["recovery_codes"].as_array().unwrap();
    (phone, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

/// Rows: R44.
#[test]
fn staff_set_up_an_authenticator_at_their_first_login_and_then_work_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, strict);
        app.staff("qin", Role::IssuerChecker, UNIT);
        let (_, holder) = app.holder("lin");
        let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let act = json!({ "act": "suspend", "reason": "核查", "legal_basis": "测试依据" });
        let path = format!("/api/v1/licences/{licence}/acts");
        let qin = app.log_in("qin");
        assert_eq!(told(&qin.post(&path, &act)), (403, "staff-factor-needed".into()));
        let me = qin.get("/api/v1/me").must(200);
        assert_eq!(me["session"], json!({ "proof": "password", "staff_factor_needed": "totp" }));
        let (phone, _) = set_up(&app, &qin);
        let me = qin.get("/api/v1/me").must(200);
        assert_eq!(me["session"], json!({ "proof": "totp", "staff_factor_needed": null }));
        assert_eq!(me["factors"]["totp"], true);
        qin.post(&path, &act).must(200);

        assert_eq!(told(&log_in(&app, "qin", None)), (401, "totp-needed".into()));
        app.pass(30);
        let session = log_in(&app, "qin", Some(&phone.code_at(app.app.now().0))).must(201);
        let again = app.anyone().with_token(session["token"].as_str().unwrap());
        again
            .post(&path, &json!({ "act": "resume", "reason": "核查完毕", "legal_basis": "测试依据" }))
            .must(200);
        assert_eq!(
            app.as_("lin").get("/api/v1/wallet/licences").status,
            200,
            "a holder needs no second factor"
        );
    }
}

#[test]
fn a_code_is_taken_once_and_none_before_it() {
    for db in TestDb::both() {
        let app = TestApp::start(db, strict);
        app.staff("qin", Role::IssuerChecker, UNIT);
        let (phone, _) = set_up(&app, &app.log_in("qin"));
        let now = || app.app.now().0;
        assert_eq!(
            told(&log_in(&app, "qin", Some(&phone.code_at(now())))),
            (401, "wrong-totp".into()),
            "used"
        );
        app.pass(60);
        log_in(&app, "qin", Some(&phone.code_at(now()))).must(201);
        for (when, why) in [(0, "again"), (-30, "before it"), (-60, "long ago"), (60, "too far ahead")] {
            assert_eq!(told(&log_in(&app, "qin", Some(&phone.code_at(now() + when)))).0, 401, "{why}");
        }
        app.pass(30);
        log_in(&app, "qin", Some(&format!(" {} ", phone.code_at(now() + 30)))).must(201);
    }
}

#[test]
fn of_one_code_sent_many_times_at_once_one_is_taken() {
    for db in TestDb::both() {
        let app = TestApp::start(db, strict);
        app.staff("qin", Role::IssuerChecker, UNIT);
        let (phone, _) = set_up(&app, &app.log_in("qin"));
        app.pass(30);
        let code = phone.code_at(app.app.now().0);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> =
                (0..6).map(|_| scope.spawn(|| log_in(&app, "qin", Some(&code)).status)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    }
}

#[test]
fn five_wrong_codes_shut_it_for_a_quarter_of_an_hour_even_for_the_right_one() {
    for db in TestDb::both() {
        let app = TestApp::start(db, strict);
        app.staff("qin", Role::IssuerChecker, UNIT);
        let (phone, codes) = set_up(&app, &app.log_in("qin"));
        app.pass(30);
        for _ in 0..5 {
            assert_eq!(told(&log_in(&app, "qin", Some("abcdef"))), (401, "wrong-totp".into()));
        }
        for code in [phone.code_at(app.app.now().0), codes[0].clone()] {
            let shut = log_in(&app, "qin", Some(&code));
            assert_eq!((told(&shut), shut.header("retry-after")), ((429, "totp-shut".into()), Some("900")));
        }
        app.pass(900);
        log_in(&app, "qin", Some(&phone.code_at(app.app.now().0))).must(201);
    }
}

#[test]
fn a_recovery_code_lets_in_once_and_the_lost_phone_is_removed_by_another() {
    for db in TestDb::both() {
        let app = TestApp::start(db, strict);
        app.staff("qin", Role::IssuerChecker, UNIT);
        let (_, codes) = set_up(&app, &app.log_in("qin"));
        assert_eq!(codes.len(), 10);
        let session = log_in(&app, "qin", Some(&codes[3].to_uppercase())).must(201);
        assert_eq!(log_in(&app, "qin", Some(&codes[3])).status, 401, "once");
        let qin = app.anyone().with_token(session["token"].as_str().unwrap());
        let again = qin.post("/api/v1/me/totp", &json!({ "password": PASSWORD }));
        assert_eq!(told(&again), (409, "totp-set".into()));
        let remove = |code: &str| qin.send("DELETE", "/api/v1/me/totp", Some(&json!({ "code": code })));
        assert_eq!(told(&remove("000000")), (401, "wrong-totp".into()));
        assert_eq!(remove(&codes[4]).status, 204);
        assert_eq!(qin.get("/api/v1/me").must(200)["session"]["proof"], "password");
        assert_eq!(told(&remove(&codes[5])), (409, "totp-not-set".into()));
        log_in(&app, "qin", None).must(201);
    }
}

#[test]
fn setting_one_up_takes_the_password_and_a_first_code_and_ends_other_sessions() {
    let app = TestApp::start(TestDb::sqlite(), strict);
    app.staff("qin", Role::IssuerChecker, UNIT);
    let (qin, other) = (app.log_in("qin"), app.log_in("qin"));
    let begin = |password: &str| qin.post("/api/v1/me/totp", &json!({ "password": password }));
    let confirm = |code: &str| qin.post("/api/v1/me/totp/confirmation", &json!({ "code": code }));
    assert_eq!(told(&confirm("123456")), (409, "totp-not-set".into()));
    assert_eq!(told(&begin("a wrong one")), (403, "wrong-password".into()));
    let first = begin(PASSWORD).must(201);
    let second = begin(PASSWORD);
    assert_eq!(second.header("cache-control"), Some("no-store"));
    let second = second.must(201);
    assert_ne!(first["secret"], second["secret"], "begun anew, the first counts no more");
    let uri = second["otpauth_uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(second["secret"].as_str().unwrap()), "{uri}");
    assert!(second["qr_svg"].as_str().unwrap().starts_with("<svg"));
    log_in(&app, "qin", None).must(201);
    let code =
        |begun: &Value| Authenticator::typed(begun["secret"].as_str().unwrap()).code_at(app.app.now().0);
    assert_eq!(told(&confirm(&code(&first))), (401, "wrong-totp".into()));
    confirm(&code(&second)).must(200);
    assert_eq!(other.get("/api/v1/me").status, 401);
    assert_eq!(qin.get("/api/v1/me").status, 200);
}

#[test]
fn the_secret_is_sealed_and_a_wrong_password_tells_nothing_of_it() {
    for db in TestDb::both() {
        let app = TestApp::start(db, strict);
        app.staff("qin", Role::IssuerChecker, UNIT);
        let begun = app.log_in("qin").post("/api/v1/me/totp", &json!({ "password": PASSWORD })).must(201);
        let rows: Vec<Vec<u8>> = app.wait(async {
            let sql = "SELECT secret FROM actor_totp";
            match &app.make.db {
                Db::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_all(readers).await.unwrap(),
                Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
            }
        });
        let phone = Authenticator::typed(begun["secret"].as_str().unwrap());
        assert_eq!(rows.len(), 1);
        assert!(!phone.lies_in(&rows[0]), "the secret stands in clear");
    }
}

#[test]
fn staff_without_their_second_factor_are_not_served_as_the_public() {
    let app = TestApp::start(TestDb::sqlite(), strict);
    app.staff("han", Role::Inspector, UNIT);
    let verify = json!({ "input": "EL1:NOTHING" });
    assert_eq!(app.anyone().post("/api/v1/verify", &verify).status, 200);
    assert_eq!(told(&app.log_in("han").post("/api/v1/verify", &verify)), (403, "staff-factor-needed".into()));
}
