//! The base register: what it says is kept with the draft, and nothing passes without its word.

use liangzheng_server::config::Config;
use liangzheng_server::service::issuing::{drafts, submissions};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::{TempDir, TestDb};
use liangzheng_tests::register::{Mood, Register};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

use super::{KIND, citizen, draft, office_with, read, review};

fn asking(db: TestDb, register: &Register, adjust: impl FnOnce(&mut Config)) -> TestApp {
    let url = register.url.clone();
    office_with(
        db,
        |config| {
            config.registers.population = Some(url);
            config.registers.timeout_seconds = 1;
            adjust(config);
        },
        |_| {},
    )
}

fn state(app: &TestApp, id: &str) -> Value {
    read(app, id)["register"]["state"].clone()
}

/// Rows: R26.
#[test]
fn a_mismatch_is_kept_with_the_draft_and_blocks_it_until_it_is_mended() {
    for db in TestDb::both() {
        let register = Register::start(Mood::Knows("周一鸣"));
        let folder = TempDir::new("register");
        let token = folder.path().join("token");
        std::fs::write(&token, "secret-of-the-register\n").unwrap();
        let app = asking(db, &register, |config| config.registers.bearer_file = Some(token));
        let maker = app.as_("maker");
        let mut body = draft(1);
        body["holder"]["name"] = json!("周一名");
        body["face"]["n"] = json!("周一名");
        let written = maker.post("/api/v1/licences", &body).must(201);
        assert_eq!(written["register"]["state"], "mismatched");
        assert_eq!(written["register"]["detail"], "姓名不符");
        let id = written["id"].as_str().unwrap();
        let refused = review(&maker, id, "submit");
        assert_eq!((refused.status, refused.problem().as_str()), (409, "register-mismatch"));
        assert!(refused.text().contains("姓名不符"), "{}", refused.text());
        let mended = maker.send("PUT", &format!("/api/v1/licences/{id}"), Some(&draft(1))).must(200);
        assert_eq!(mended["register"]["state"], "matched");
        review(&maker, id, "submit").must(200);
        review(&app.as_("checker"), id, "approve").must(200);
        let asked = register.asked.lock().unwrap().clone();
        assert_eq!(asked[0].0, "Bearer secret-of-the-register");
        assert_eq!(asked[0].1, json!([{ "id_type": "111", "id_number": citizen(1), "name": "周一名" }]));
    }
}

/// Rows: R26.
#[test]
fn a_register_that_is_away_slow_or_answers_nonsense_lets_nothing_pass() {
    for db in TestDb::both() {
        let register = Register::start(Mood::Silent);
        let app = asking(db, &register, |_| {});
        let maker = app.as_("maker");
        let moods = [
            Mood::Silent,
            Mood::Says(500, "[]".into()),
            Mood::Says(302, String::new()),
            Mood::Says(200, "[]".into()),
            Mood::Says(200, "[{\"match\":true},{\"match\":true}]".into()),
            Mood::Says(200, "[{\"match\":\"yes\"}]".into()),
            Mood::Says(200, "<html>".into()),
        ];
        let mut ids = Vec::new();
        for (number, mood) in (1..).zip(moods) {
            register.is(mood.clone());
            let written = maker.post("/api/v1/licences", &draft(number)).must(201);
            assert_eq!(written["register"]["state"], "waiting", "{mood:?}");
            assert!(written["register"]["detail"].as_str().is_some_and(|why| !why.is_empty()), "{written}");
            let id = written["id"].as_str().unwrap().to_owned();
            let refused = review(&maker, &id, "submit");
            assert_eq!(
                (refused.status, refused.problem().as_str()),
                (409, "register-unavailable"),
                "{mood:?}"
            );
            ids.push(id);
        }
        // It is back: they are compared by themselves, or when they are handed in.
        register.is(Mood::Knows("周一鸣"));
        review(&maker, &ids[0], "submit").must(200);
        until("the job has asked again", || {
            ids[1..].iter().all(|id| state(&app, id) == "matched").then_some(())
        });
    }
}

#[test]
fn a_new_name_that_the_register_confirms_is_the_holders_latest() {
    for db in TestDb::both() {
        let register = Register::start(Mood::Knows("周一鸣"));
        let app = asking(db, &register, |_| {});
        super::issue(&app, &draft(1));
        register.is(Mood::Knows("周一凡"));
        let mut body = draft(1);
        body["holder"]["name"] = json!("周一凡");
        body["face"]["n"] = json!("周一凡");
        body["face"]["no"] = json!("另一");
        let id = super::issue(&app, &body);
        assert_eq!(read(&app, &id)["holder"]["name"], "周一凡");
        // The old name is the old one now, for the register and so for us.
        let mut old = draft(1);
        old["face"]["no"] = json!("第三");
        let written = app.as_("maker").post("/api/v1/licences", &old).must(201);
        assert_eq!(written["register"]["state"], "mismatched");
    }
}

/// Rows: R22, R26.
#[test]
fn what_a_program_hands_in_waits_while_the_register_is_away_and_goes_on_by_itself() {
    for db in TestDb::both() {
        let register = Register::start(Mood::Says(503, String::new()));
        let app = asking(db, &register, |_| {});
        let body = json!({ "case": {}, "licence": draft(1) });
        let told = app.as_("maker").post("/api/v1/submissions", &body).must(202);
        assert_eq!(told["state"], "waiting");
        let path = format!("/api/v1/submissions/{}", told["id"].as_str().unwrap());
        assert_eq!(app.as_("maker").get(&path).must(200)["state"], "waiting");
        assert_eq!(app.wait(submissions::carry_on(&app.app)).unwrap(), 0);
        register.is(Mood::Knows("周一鸣"));
        // The job may have been quicker.
        until("the submission goes on", || {
            app.wait(drafts::ask_again(&app.app)).unwrap();
            app.wait(submissions::carry_on(&app.app)).unwrap();
            (app.as_("maker").get(&path).must(200)["state"] == "review").then_some(())
        });
        assert_eq!(app.wait(submissions::carry_on(&app.app)).unwrap(), 0, "once");
        // Whom the register does not know is not taken at all.
        register.is(Mood::Knows("别人"));
        let refused = app.as_("maker").post("/api/v1/submissions", &json!({ "licence": draft(2) }));
        assert_eq!(refused.problem(), "register-mismatch");
    }
}

/// Rows: R22.
#[test]
fn what_cannot_go_on_once_the_register_has_answered_is_given_back_with_the_reason_in_both_languages() {
    for db in TestDb::both() {
        let register = Register::start(Mood::Says(503, String::new()));
        let app = asking(db, &register, |_| {});
        let body = json!({ "case": {}, "licence": draft(1) });
        let told = app.as_("maker").post("/api/v1/submissions", &body).must(202);
        let path = format!("/api/v1/submissions/{}", told["id"].as_str().unwrap());
        let disable = json!({ "act": "disable", "reason": "测试" });
        app.as_("manager").post(&format!("/api/v1/kinds/{KIND}/acts"), &disable).must(200);
        register.is(Mood::Knows("周一鸣"));
        let back = until("the submission is given back", || {
            app.wait(drafts::ask_again(&app.app)).unwrap();
            app.wait(submissions::carry_on(&app.app)).unwrap();
            let told = app.as_("maker").get(&path).must(200);
            (told["state"] == "sent_back").then_some(told)
        });
        assert_eq!(
            back["reason"],
            "该证照类型已停用，不能制发\nthe kind is out of force: no licence of it is made"
        );
    }
}
