//! An address is in force when the code that was sent there has come back; the old one is told.

use std::os::unix::fs::PermissionsExt;

use liangzheng_server::config::SmtpSecurity;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::make::{UNIT, number_of};
use liangzheng_tests::outside::Outside;
use liangzheng_tests::source::python;
use serde_json::{Value, json};

use super::{PLATFORM, code_in, confirm, mailbox, with_mail};

const CONTACT: &str = "/api/v1/me/contact";
const CONFIRMATION: &str = "/api/v1/me/contact/confirmation";

#[test]
fn an_address_counts_when_its_code_has_come_back_and_the_old_one_is_told_on_both_databases() {
    let Some(python) = python() else { return };
    for db in TestDb::both() {
        let mailbox = mailbox(&python, 0);
        let app = TestApp::start(db, |config| with_mail(config, mailbox.port));
        app.holder("lin");
        let lin = app.as_("lin");
        let ask = |email: &str| lin.send("PUT", CONTACT, Some(&json!({ "email": email })));
        let none = json!({ "available": true, "email": null, "confirmed_at": null, "wanted": null, "code_until": null });
        assert_eq!(lin.get(CONTACT).must(200), none);
        let wrong = ask("lin@localhost");
        assert_eq!((wrong.status, &wrong.json()["errors"][0]["pointer"]), (422, &json!("/email")));
        assert_eq!(lin.post(CONFIRMATION, &json!({ "code": "x" })).problem(), "no-code");
        let asked = ask(" lin@mail.example ").must(202);
        assert_eq!((&asked["email"], &asked["wanted"]), (&Value::Null, &json!("lin@mail.example")));
        assert_eq!(asked["code_until"], app.app.now().0 + 3600);
        let soon = ask("chen@mail.example");
        assert_eq!((soon.status, soon.header("retry-after")), (429, Some("60")));
        let code = code_in(&mailbox.next());
        assert_eq!(
            lin.post(CONFIRMATION, &json!({ "code": "abcdefghjkmn" })).json()["errors"][0]["code"],
            "wrong-code"
        );
        let confirmed = lin.post(CONFIRMATION, &json!({ "code": code.to_uppercase() })).must(200);
        assert_eq!((&confirmed["email"], &confirmed["wanted"]), (&json!("lin@mail.example"), &Value::Null));
        assert_eq!(
            lin.post(CONFIRMATION, &json!({ "code": code })).problem(),
            "no-code",
            "a code works once"
        );
        // Another address: the old one counts until the new one is confirmed, and is told then.
        ask("lin@other.example").must(202);
        let code = code_in(&mailbox.next());
        assert_eq!(lin.get(CONTACT).must(200)["email"], "lin@mail.example");
        lin.post(CONFIRMATION, &json!({ "code": code })).must(200);
        let told = mailbox.next();
        assert_eq!(told["to"], json!(["lin@mail.example"]));
        assert!(told["text"].as_str().unwrap().contains("联系邮箱已变更"), "{told}");
        // A code that lay about too long.
        ask("lin@third.example").must(202);
        let code = code_in(&mailbox.next());
        app.pass(3600);
        assert_eq!(lin.post(CONFIRMATION, &json!({ "code": code })).problem(), "no-code");
        assert_eq!(lin.send("DELETE", CONTACT, None).status, 204);
        assert_eq!(mailbox.next()["to"], json!(["lin@other.example"]));
        assert_eq!(lin.get(CONTACT).must(200), none);
        assert_eq!(lin.send("DELETE", CONTACT, None).status, 204, "none is none");
    }
}

#[test]
fn without_a_mail_server_no_address_is_taken() {
    let app = TestApp::sqlite();
    app.holder("lin");
    let asked = json!({ "email": "lin@mail.example" });
    assert_eq!(app.as_("lin").get(CONTACT).must(200)["available"], false);
    let refused = app.as_("lin").send("PUT", CONTACT, Some(&asked));
    assert_eq!((refused.status, refused.problem()), (409, "no-mail".into()));
}

/// Rows: R43.
#[test]
fn who_is_being_restored_is_told_where_he_was_reached_before() {
    let Some(python) = python() else { return };
    let mailbox = mailbox(&python, 0);
    let app = TestApp::start(TestDb::sqlite(), |config| with_mail(config, mailbox.port));
    app.holder("lin");
    confirm(&app, &mailbox, "lin", "lin@mail.example");
    app.staff("manager", Role::Manager, PLATFORM);
    for login in ["one", "two"] {
        app.staff(login, Role::Handler, UNIT);
    }
    let contact = json!({ "office": "办公室", "person": "秦川", "phone": "0990-1111111" });
    let named = json!({ "recovers": true, "contact": contact });
    app.as_("manager").send("PATCH", &format!("/api/v1/units/{UNIT}"), Some(&named)).must(200);
    let number = number_of("lin");
    let body = json!({
        "person": { "name": "lin 的账户", "id_type": "111", "id_number": number.number() },
        "evidence": { "type": "photo_compared" },
        "reason": "手机丢失"
    });
    app.as_("one").post("/api/v1/accounts/lin/recovery", &body).must(202);
    assert_eq!(mailbox.rest(), Vec::<Value>::new(), "one person alone restores nothing");
    app.as_("two").post("/api/v1/accounts/lin/recovery", &body).must(200);
    let told = mailbox.next();
    assert_eq!(told["to"], json!(["lin@mail.example"]));
    assert!(told["text"].as_str().unwrap().contains("提出异议"), "{told}");
}

#[test]
fn mail_goes_out_encrypted_to_a_server_that_asks_for_an_account() {
    let Some(python) = python() else { return };
    let folder = TempDir::new("smtp-tls");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, text) in [
        ("tls.crt", made.cert.pem()),
        ("tls.key", made.signing_key.serialize_pem()),
        ("password", "correct horse\n".to_owned()),
    ] {
        std::fs::write(path(name), text).unwrap();
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let (certificate, key) = (path("tls.crt"), path("tls.key"));
    let arguments = ["0", certificate.to_str().unwrap(), key.to_str().unwrap(), "licences", "correct horse"];
    let mailbox = Outside::start(&python, "mailbox.py", &arguments);
    let app = TestApp::start(TestDb::sqlite(), |config| {
        with_mail(config, mailbox.port);
        config.notices.smtp.host = Some("localhost".into());
        config.notices.smtp.security = SmtpSecurity::Starttls;
        config.notices.smtp.ca_file = Some(certificate.clone());
        config.notices.smtp.user = Some("licences".into());
        config.notices.smtp.password_file = Some(path("password"));
    });
    app.holder("lin");
    app.as_("lin").send("PUT", CONTACT, Some(&json!({ "email": "lin@mail.example" }))).must(202);
    let mail = mailbox.next();
    assert_eq!((&mail["tls"], &mail["user"]), (&json!(true), &json!("licences")));
}
