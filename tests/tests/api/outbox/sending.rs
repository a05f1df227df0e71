//! Letters reach their receivers once each; what is down is waited for; what is given up is seen and tried again.

use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{AnnualInspection, Licence, Status};
use liangzheng_server::service::licence::notices;
use liangzheng_server::service::outbox::units;
use liangzheng_tests::acts::{act, acts_of};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, UNIT, licence};
use liangzheng_tests::source::python;
use serde_json::{Value, json};

use super::{PLATFORM, confirm, letters, mailbox, receiver, with_mail, with_webhook};

/// Rows: R42.
#[test]
fn a_notice_goes_out_once_by_webhook_and_by_mail_and_says_nothing_of_the_person_on_both_databases() {
    let Some(python) = python() else { return };
    for db in TestDb::both() {
        let (receiver, mailbox) = (receiver(&python, 0), mailbox(&python, 0));
        let app = TestApp::start(db, |config| {
            with_webhook(config, receiver.port);
            with_mail(config, mailbox.port);
        });
        let (_, lin) = app.holder("lin");
        app.holder("chen");
        app.staff("qin", Role::IssuerChecker, UNIT);
        app.staff("operator", Role::Operator, PLATFORM);
        confirm(&app, &mailbox, "lin", "lin@mail.example");
        let ends = Licence {
            valid_to: Day::parse("20270121"),
            ..licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)
        };
        app.put(&ends);
        for _ in 0..3 {
            while app.wait(notices::remind(&app.app)).unwrap() {}
        }
        let told = app.as_("lin").get("/api/v1/wallet/notices").must(200)["items"][0].clone();
        let hook = receiver.next();
        assert_eq!(hook["fault"], Value::Null, "the signature is right: {hook}");
        assert_eq!(
            (&hook["id"], &hook["key"]),
            (&told["id"], &json!(format!("\"{}\"", told["id"].as_str().unwrap())))
        );
        let data = &hook["content"]["data"];
        assert_eq!((&hook["content"]["type"], &data["kind"]), (&json!("notice"), &json!("expiry")));
        assert_eq!((&data["due"], &data["days"]), (&json!("20270121"), &json!(60)));
        assert_eq!(
            (&data["licence"], &data["holder"]),
            (&json!(ends.id.to_string()), &json!(lin.to_string()))
        );
        let mail = mailbox.next();
        assert_eq!(
            (&mail["to"], &mail["from"]),
            (&json!(["lin@mail.example"]), &json!("licences@city.example"))
        );
        assert_eq!((&mail["auto"], &mail["hello"]), (&json!("auto-generated"), &json!("licence.example")));
        let text = mail["text"].as_str().unwrap();
        assert!(text.contains("https://licence.example/wallet") && text.contains("一条新提醒"), "{text}");
        for said in [text, mail["subject"].as_str().unwrap(), &hook.to_string()] {
            for hidden in [ends.identifier.as_str(), "营业执照", "lin 的账户"] {
                assert!(!said.contains(hidden), "{hidden}: {said}");
            }
        }
        let sent = letters(&app, "state=sent", |all| all.len() == 3);
        assert!(sent.iter().all(|letter| letter["fault"].is_null() && letter["tries"] == 0), "{sent:?}");
        app.as_("qin").post(&acts_of(ends.id), &act("suspend")).must(200);
        assert_eq!(receiver.next()["content"]["data"]["kind"], "act");
        assert_eq!(mailbox.next()["to"], json!(["lin@mail.example"]));
        assert_eq!((receiver.rest(), mailbox.rest()), (vec![], vec![]), "nothing twice");
        let figures = app.anyone().get("/metrics").text();
        assert!(
            figures.contains("liangzheng_outbox_tries_total{channel=\"mail\",outcome=\"sent\"}"),
            "{figures}"
        );
    }
}

/// Rows: R42.
#[test]
fn a_receiver_that_is_down_is_waited_for_and_asked_by_one_letter_at_a_time_on_both_databases() {
    let Some(python) = python() else { return };
    for db in TestDb::both() {
        let mut first = receiver(&python, 0);
        let port = first.port;
        let app = TestApp::start(db, |config| with_webhook(config, port));
        let (_, lin) = app.holder("lin");
        app.staff("qin", Role::IssuerChecker, UNIT);
        app.staff("operator", Role::Operator, PLATFORM);
        let made = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        first.say("503");
        app.as_("qin").post(&acts_of(made.id), &act("suspend")).must(200);
        let waiting = letters(&app, "", |all| all.iter().any(|letter| letter["tries"] == 1));
        assert_eq!((&waiting[0]["state"], &waiting[0]["fault"]), (&json!("waiting"), &json!("HTTP 503")));
        assert_eq!(waiting[0]["next_at"], app.app.now().0 + 5);
        let event = first.next()["id"].clone();
        drop(first);
        app.pass(5);
        let waiting = letters(&app, "", |all| all.iter().any(|letter| letter["tries"] == 2));
        assert_eq!(waiting[0]["next_at"], app.app.now().0 + 10);
        let again = receiver(&python, port);
        app.pass(10);
        let hook = again.next();
        assert_eq!((&hook["id"], &hook["fault"]), (&event, &Value::Null), "the same event, signed anew");
        let sent = letters(&app, "state=sent&channel=webhook", |all| all.len() == 1);
        assert_eq!((&sent[0]["event"], &sent[0]["next_at"]), (&event, &Value::Null));
        assert_eq!(again.rest(), Vec::<Value>::new());
    }
}

/// Rows: R42.
#[test]
fn a_letter_that_failed_too_often_is_dead_until_it_is_tried_again_or_dropped_on_both_databases() {
    let Some(python) = python() else { return };
    for db in TestDb::both() {
        let mut receiver = receiver(&python, 0);
        let app = TestApp::start(db, |config| {
            with_webhook(config, receiver.port);
            config.notices.tries = 2;
        });
        let (_, lin) = app.holder("lin");
        app.staff("qin", Role::IssuerChecker, UNIT);
        app.staff("operator", Role::Operator, PLATFORM);
        app.staff("manager", Role::Manager, PLATFORM);
        receiver.say("500");
        let made = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        app.as_("qin").post(&acts_of(made.id), &act("suspend")).must(200);
        letters(&app, "", |all| all.iter().any(|letter| letter["tries"] == 1));
        app.pass(5);
        let dead = letters(&app, "state=dead", |all| all.len() == 1)[0].clone();
        assert_eq!((&dead["tries"], &dead["fault"]), (&json!(2), &json!("HTTP 500")));
        let id = dead["id"].as_str().unwrap();
        let path = format!("/api/v1/outbox/{id}/acts");
        let manager = app.as_("manager");
        let silent = manager.post(&path, &json!({ "act": "drop" }));
        assert_eq!((silent.status, &silent.json()["errors"][0]["pointer"]), (422, &json!("/reason")));
        assert_eq!(app.as_("qin").post(&path, &json!({ "act": "retry" })).status, 403);
        assert_eq!(
            (receiver.next()["answer"].clone(), receiver.next()["answer"].clone()),
            (json!("500"), json!("500"))
        );
        receiver.say("204");
        let retried = manager.post(&path, &json!({ "act": "retry" })).must(200);
        assert_eq!((&retried["state"], &retried["tries"]), (&json!("waiting"), &json!(0)));
        assert_eq!(receiver.next()["id"], dead["event"]);
        letters(&app, "state=sent", |all| all.len() == 1);
        let late = manager.post(&path, &json!({ "act": "retry" }));
        assert_eq!((late.status, late.problem()), (409, "not-dead".into()));
        // All at once, and what nobody needs any more.
        receiver.say("500");
        app.as_("qin").post(&acts_of(made.id), &act("resume")).must(200);
        letters(&app, "", |all| all.iter().any(|letter| letter["tries"] == 1));
        app.pass(5);
        letters(&app, "state=dead", |all| all.len() == 1);
        let all = json!({ "act": "retry", "channel": "mail" });
        assert_eq!(manager.post("/api/v1/outbox/acts", &all).must(200), json!({ "letters": 0 }));
        let all = json!({ "act": "retry" });
        assert_eq!(manager.post("/api/v1/outbox/acts", &all).must(200), json!({ "letters": 1 }));
        letters(&app, "", |all| all.iter().any(|letter| letter["tries"] == 1));
        app.pass(5);
        let dead = letters(&app, "state=dead", |all| all.len() == 1)[0].clone();
        let path = format!("/api/v1/outbox/{}/acts", dead["id"].as_str().unwrap());
        let dropped = manager.post(&path, &json!({ "act": "drop", "reason": "已电话告知" })).must(200);
        assert_eq!(dropped["state"], "dropped");
        let figures = app.anyone().get("/metrics").text();
        assert!(
            figures.contains("liangzheng_outbox_letters{channel=\"webhook\",state=\"dead\"}"),
            "{figures}"
        );
    }
}

#[test]
fn a_mailbox_that_is_not_there_ends_its_letter_and_one_that_is_full_stops_no_other() {
    let Some(python) = python() else { return };
    let mailbox = mailbox(&python, 0);
    let app = TestApp::start(TestDb::sqlite(), |config| with_mail(config, mailbox.port));
    app.staff("operator", Role::Operator, PLATFORM);
    for (login, address) in
        [("wu", "nobody@mail.example"), ("zhao", "busy@mail.example"), ("lin", "lin@mail.example")]
    {
        app.holder(login);
        let asked = json!({ "email": address });
        app.as_(login).send("PUT", "/api/v1/me/contact", Some(&asked)).must(202);
    }
    assert_eq!(mailbox.next()["to"], json!(["lin@mail.example"]));
    let all = letters(&app, "", |all| {
        all.iter().all(|letter| letter["state"] != "waiting" || letter["tries"] == 1)
    });
    let mut told: Vec<_> =
        all.iter().map(|one| (one["to"].clone(), one["state"].clone(), one["fault"].clone())).collect();
    told.sort_by_key(|(to, ..)| to.to_string());
    assert_eq!(
        told,
        [
            (json!("b***@mail.example"), json!("waiting"), json!("SMTP 452")),
            (json!("l***@mail.example"), json!("sent"), Value::Null),
            (json!("n***@mail.example"), json!("dead"), json!("SMTP 550")),
        ]
    );
}

/// Rows: R39, R17.
#[test]
fn a_unit_is_told_once_a_day_what_is_due_and_overdue_on_both_databases() {
    let Some(python) = python() else { return };
    for db in TestDb::both() {
        let (receiver, mailbox) = (receiver(&python, 0), mailbox(&python, 0));
        let app = TestApp::start(db, |config| {
            with_webhook(config, receiver.port);
            with_mail(config, mailbox.port);
        });
        app.staff("operator", Role::Operator, PLATFORM);
        app.staff("manager", Role::Manager, PLATFORM);
        let (_, lin) = app.holder("lin");
        let contact = json!({ "office": "食品科", "person": "秦川", "phone": "0990-1111111", "email": "samr@city.example" });
        let path = format!("/api/v1/units/{UNIT}");
        app.as_("manager")
            .post(
                "/api/v1/units",
                &json!({
                    "id": UNIT, "names": { "zh-CN": "云溪市测试局", "en": "Yunxi Test Bureau" }, "regions": ["990100"],
                    "capacities": ["issuing"], "audiences": [],
                    "contact": { "office": "食品科", "person": "秦川", "phone": "0990-1111111" }
                }),
            )
            .must(201);
        let mut wrong = contact.clone();
        wrong["email"] = json!("samr");
        let refused = app.as_("manager").send("PATCH", &path, Some(&json!({ "contact": wrong })));
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["pointer"]),
            (422, &json!("/contact/email"))
        );
        app.as_("manager").send("PATCH", &path, Some(&json!({ "contact": contact }))).must(200);
        for due in ["20261121", "20261225", "20270101", "20270901"] {
            app.put(&Licence {
                annual_inspection: Some(AnnualInspection { due: Day::parse(due).unwrap(), failed: false }),
                ..licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)
            });
        }
        for _ in 0..2 {
            app.wait(units::tell(&app.app)).unwrap();
        }
        let hook = receiver.next();
        assert_eq!(
            hook["content"]["data"],
            json!({
                "unit": UNIT, "day": "20261122", "inspections_due": 2, "inspections_overdue": 1, "cases_overdue": 0
            })
        );
        let mail = mailbox.next();
        assert_eq!(mail["to"], json!(["samr@city.example"]));
        assert!(mail["text"].as_str().unwrap().contains("/office#tasks"), "{mail}");
        app.pass(86_400);
        app.wait(units::tell(&app.app)).unwrap();
        assert_eq!(receiver.next()["content"]["data"]["day"], "20261123");
        assert_eq!(mailbox.next()["to"], json!(["samr@city.example"]));
        assert_eq!((receiver.rest(), mailbox.rest()), (vec![], vec![]), "once a day");
    }
}
