//! `POST /api/v1/verify`: who is told what, and what a verification leaves behind.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PIN, UNIT};
use liangzheng_tests::snapshot::stable;
use serde_json::{Value, json};

/// 云溪江畔酒店 of the demo: it verifies in scenes for hotels.
const HOTEL: &str = "91990100MA0000314U";

struct Scene {
    app: TestApp,
    holder: Caller,
    inspector: Caller,
    checker: Caller,
    licence: Licence,
}

fn scene(db: TestDb) -> Scene {
    let app = TestApp::start(db, |_| {});
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    for (login, role) in
        [("inspector", Role::Inspector), ("checker", Role::IssuerChecker), ("manager", Role::Manager)]
    {
        app.staff(login, role, UNIT);
    }
    let (holder, inspector, checker) = (app.as_("lin"), app.as_("inspector"), app.as_("checker"));
    Scene { app, holder, inspector, checker, licence }
}

impl Scene {
    fn code(&self) -> String {
        let path = format!("/api/v1/wallet/licences/{}/show", self.licence.id);
        let answer = self.holder.post(&path, &json!({ "scene": "inspect.food", "pin": PIN }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["qr_text"].as_str().unwrap().to_owned()
    }

    fn suspend(&self) {
        let body = json!({ "act": "suspend", "reason": "核查", "legal_basis": "测试依据" });
        let path = format!("/api/v1/licences/{}/acts", self.licence.id);
        assert_eq!(self.checker.post(&path, &body).status, 200);
    }
}

fn verify(caller: &Caller, body: &Value) -> Value {
    caller.post("/api/v1/verify", body).must(200)
}

/// Rows: R53, R54.
#[test]
fn staff_get_the_whole_verdict_and_spend_the_token() {
    for db in TestDb::both() {
        let scene = scene(db);
        let body = json!({ "input": scene.code(), "scene": "inspect.food", "audience": "inspector" });
        let verdict = verify(&scene.inspector, &body);
        assert_eq!((&verdict["verdict"], &verdict["code"]), (&json!("valid"), &json!("OK")), "{verdict}");
        assert_eq!((&verdict["status"]["source"], &verdict["status"]["value"]), (&json!("live"), &json!(0)));
        assert_eq!(verdict["licence"]["fields"][0]["value"], "山月茶饮");
        assert_eq!(verdict["checks"].as_array().unwrap().len(), 11);
        let again = verify(&scene.inspector, &body);
        assert_eq!((&again["verdict"], &again["code"]), (&json!("invalid"), &json!("E_REPLAY")));
        let uses = scene.holder.get("/api/v1/wallet/uses").json();
        let told: Vec<_> = uses["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|used| {
                (
                    used["kind"].as_str().unwrap(),
                    used["subject"].as_str().unwrap(),
                    used["by"]["role"].clone(),
                )
            })
            .collect();
        assert_eq!(told[0], ("verify", "E_REPLAY", json!("inspector")));
        assert_eq!(told[1], ("verify", "OK", json!("inspector")));
        assert_eq!((told[2].0, &told[2].2), ("show", &Value::Null), "a holder has no role");
    }
}

/// Rows: R48.
#[test]
fn staff_of_a_unit_see_only_what_was_shown_to_their_audience() {
    for db in TestDb::both() {
        let scene = scene(db);
        let body = json!({ "input": scene.code() });
        let app = &scene.app;
        // A hotel's desk, and a handler of a unit that verifies in no scene.
        for (login, role, unit) in [("desk", Role::Verifier, HOTEL), ("handler", Role::Handler, OTHER_UNIT)] {
            app.staff(login, role, unit);
            let other = app.as_(login);
            assert_eq!(verify(&other, &body), json!({ "verdict": "valid", "code": "OK" }), "{login}");
            let unread = verify(&other, &json!({ "input": "EL1:NO CODE OF OURS" }));
            assert!(unread["checks"].is_array(), "what is wrong with a text is nobody's secret: {unread}");
        }
        let verdict = verify(&scene.inspector, &body);
        assert_eq!(verdict["code"], "OK", "nothing was spent: {verdict}");
        assert_eq!(verdict["licence"]["fields"][0]["value"], "山月茶饮");
        assert_eq!(verify(&app.as_("desk"), &body), json!({ "verdict": "invalid", "code": "E_REPLAY" }));
        let uses = scene.holder.get("/api/v1/wallet/uses").json();
        assert_eq!(uses["items"].as_array().unwrap().len(), 2, "one show, one verification: {uses}");
        let body = json!({ "input": scene.code() });
        scene.suspend();
        let brief = json!({ "verdict": "invalid", "code": "E_STATUS_SUSPENDED" });
        assert_eq!(verify(&app.as_("desk"), &body), brief);
        assert_eq!(verify(&scene.inspector, &body)["licence"]["fields"][0]["value"], "山月茶饮");
    }
}

/// Rows: R52.
#[test]
fn of_many_verifications_at_once_exactly_one_is_valid() {
    let scene = scene(TestDb::sqlite());
    let body = json!({ "input": scene.code() });
    let valid: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| usize::from(verify(&scene.inspector, &body)["code"] == "OK")))
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(valid, 1);
}

/// Rows: R53.
#[test]
fn the_public_and_other_roles_get_answer_and_code_and_spend_nothing() {
    let scene = scene(TestDb::sqlite());
    let body = json!({ "input": scene.code() });
    let (public, manager) = (scene.app.anyone(), scene.app.as_("manager"));
    for caller in [&public, &public, &manager] {
        assert_eq!(verify(caller, &body), json!({ "verdict": "valid", "code": "OK" }));
    }
    assert_eq!(verify(&scene.inspector, &body)["code"], "OK", "nothing was spent");
    assert_eq!(verify(&scene.app.anyone(), &body), json!({ "verdict": "invalid", "code": "E_REPLAY" }));
    let uses = scene.holder.get("/api/v1/wallet/uses").json();
    assert_eq!(uses["items"].as_array().unwrap().len(), 2, "one show, one verification by staff");
}

#[test]
fn the_present_status_counts_and_its_act_is_named() {
    let scene = scene(TestDb::sqlite());
    let body = json!({ "input": scene.code() });
    scene.suspend();
    let verdict = verify(&scene.inspector, &body);
    assert_eq!(verdict["code"], "E_STATUS_SUSPENDED", "at once, whatever is published");
    assert_eq!((&verdict["status"]["value"], &verdict["status"]["act"]), (&json!(2), &json!("ON_HOLD")));
    assert_eq!(
        verify(&scene.app.anyone(), &body),
        json!({ "verdict": "invalid", "code": "E_STATUS_SUSPENDED" })
    );
}

#[test]
fn every_input_has_a_verdict_and_only_a_malformed_question_is_refused() {
    let scene = scene(TestDb::sqlite());
    let code = scene.code();
    for (body, want) in [
        (json!({ "input": "" }), "E_FORMAT"),
        (json!({ "input": "x" }), "E_FORMAT"),
        (json!({ "input": "EL1:!!!!" }), "E_QR"),
        (json!({ "input": "a.b.c.d" }), "E_FORMAT"),
        (json!({ "input": "eyJ9.b.c.d" }), "E_SEGMENTS"),
        (json!({ "input": "x".repeat(5000) }), "E_SIZE"),
        (json!({ "input": code, "audience": "hotel" }), "E_AUDIENCE"),
        (json!({ "input": code, "scene": "hotel.checkin" }), "E_SCENE"),
    ] {
        assert_eq!(verify(&scene.inspector, &body)["code"], want, "{body}");
        assert_eq!(verify(&scene.app.anyone(), &body)["code"], want, "{body}");
    }
    for body in [
        json!({ "input": code, "challenge": "EC1:x" }),
        json!({}),
        json!({ "input": 5 }),
        json!({ "input": "x", "more": 1 }),
    ] {
        let answer = scene.app.anyone().post("/api/v1/verify", &body);
        assert!((400..500).contains(&answer.status), "{body}: {}", answer.text());
        answer.problem();
    }
    let bad = scene.app.anyone().with_token("lzs_nobody").post("/api/v1/verify", &json!({ "input": code }));
    assert_eq!(bad.status, 401, "a session that is over is told so, not served as public");
}

#[test]
fn verdicts_are_answered_as_kept() {
    let scene = scene(TestDb::sqlite());
    let body = json!({ "input": scene.code(), "scene": "inspect.food", "audience": "inspector" });
    let public = scene.app.anyone();
    insta::assert_json_snapshot!("public", stable(&public.post("/api/v1/verify", &body)));
    insta::assert_json_snapshot!("full", stable(&scene.inspector.post("/api/v1/verify", &body)));
    insta::assert_json_snapshot!("replayed", stable(&scene.inspector.post("/api/v1/verify", &body)));
    let body = json!({ "input": "EL1:NO CODE OF OURS" });
    insta::assert_json_snapshot!("no_code", stable(&scene.inspector.post("/api/v1/verify", &body)));
}
