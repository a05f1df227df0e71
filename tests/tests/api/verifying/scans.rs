//! `POST /api/v1/scans`: receipts of offline scans, and what the holder sees of them.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, UNIT};
use liangzheng_tests::snapshot::stable;
use serde_json::{Value, json};

struct Desk {
    app: TestApp,
    holder: Caller,
    inspector: Caller,
    licence: Licence,
}

fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, |_| {});
    let (_, holder) = app.holder("lin");
    let licence = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    for (login, role) in
        [("inspector", Role::Inspector), ("desk", Role::Verifier), ("manager", Role::Manager)]
    {
        app.staff(login, role, UNIT);
    }
    let (holder, inspector) = (app.as_("lin"), app.as_("inspector"));
    Desk { app, holder, inspector, licence }
}

impl Desk {
    /// A receipt of a valid scan ten minutes ago; `n` makes its id.
    fn receipt(&self, n: usize) -> Value {
        json!({
            "id": format!("{n:0>22}"), "at": NOON.0 - 600, "verdict": "valid", "code": "OK",
            "scene": "inspect.food", "licence": self.licence.identifier.to_string(),
            "token": "AAAAAAAAAAAAAAAA", "status_as_of": NOON.0 - 4000, "trust_version": 1,
        })
    }

    fn hand_in(&self, scans: &[Value]) -> Answer {
        self.inspector.post("/api/v1/scans", &json!({ "scans": scans }))
    }

    fn uses(&self) -> Vec<Value> {
        let uses = self.holder.get("/api/v1/wallet/uses").json();
        uses["items"].as_array().unwrap().clone()
    }
}

#[test]
fn a_batch_sent_again_under_its_key_has_the_same_answer_on_both_databases() {
    for db in TestDb::both() {
        let desk = desk(db);
        let keyed = desk.inspector.with("Idempotency-Key", "shift-1");
        let body = json!({ "scans": [desk.receipt(1), desk.receipt(2)] });
        for _ in 0..2 {
            let answer = keyed.post("/api/v1/scans", &body);
            assert_eq!((answer.status, answer.json()), (200, json!({ "accepted": 2, "known": 0 })));
        }
        let other = keyed.post("/api/v1/scans", &json!({ "scans": [desk.receipt(3)] }));
        assert_eq!((other.status, other.problem().as_str()), (422, "idempotency-key-reused"));
        assert_eq!(desk.uses().len(), 2);
    }
}

/// Rows: R61.
#[test]
fn a_receipt_is_kept_once_and_its_holder_sees_the_use_marked_offline() {
    for db in TestDb::both() {
        let desk = desk(db);
        let scans = [desk.receipt(1), desk.receipt(2)];
        let first = desk.hand_in(&scans);
        assert_eq!((first.status, first.json()), (200, json!({ "accepted": 2, "known": 0 })));
        let again = desk.hand_in(&[desk.receipt(2), desk.receipt(3)]);
        assert_eq!(
            again.json(),
            json!({ "accepted": 1, "known": 1 }),
            "the answer was lost and it came again"
        );
        let uses = desk.uses();
        assert_eq!(uses.len(), 3);
        for used in &uses {
            assert_eq!(
                (&used["kind"], &used["offline"], &used["at"], &used["subject"], &used["scene"]),
                (&json!("verify"), &json!(true), &json!(NOON.0 - 600), &json!("OK"), &json!("inspect.food"))
            );
            assert_eq!((&used["by"]["role"], &used["by"]["unit"]), (&json!("inspector"), &json!(UNIT)));
        }
    }
}

#[test]
fn the_same_id_of_another_account_is_another_receipt() {
    let desk = desk(TestDb::sqlite());
    assert_eq!(desk.hand_in(&[desk.receipt(1)]).json()["accepted"], 1);
    let other = desk.app.as_("desk");
    let answer = other.post("/api/v1/scans", &json!({ "scans": [desk.receipt(1)] }));
    assert_eq!(answer.json(), json!({ "accepted": 1, "known": 0 }));
}

#[test]
fn a_scan_that_named_no_licence_or_a_foreign_one_is_kept_and_shown_to_nobody() {
    let desk = desk(TestDb::sqlite());
    let mut forged = desk.receipt(1);
    forged["verdict"] = json!("invalid");
    forged["code"] = json!("E_SIG");
    for member in ["scene", "licence", "token", "status_as_of", "trust_version"] {
        forged[member] = Value::Null;
    }
    let mut foreign = desk.receipt(2);
    foreign["licence"] = json!("11100000MB0143028R001.11990100MB0000019L.20260000123.001.S");
    assert_eq!(desk.hand_in(&[forged, foreign]).json()["accepted"], 2);
    assert_eq!(desk.uses(), Vec::<Value>::new());
}

#[test]
fn one_bad_receipt_is_named_and_nothing_of_its_batch_is_kept() {
    let desk = desk(TestDb::sqlite());
    let mut bad = desk.receipt(2);
    bad["at"] = json!(NOON.0 + 3600);
    let answer = desk.hand_in(&[desk.receipt(1), bad]);
    assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid-request"));
    assert_eq!(answer.json()["errors"][0]["pointer"], "/scans/1/at");
    assert_eq!(desk.uses(), Vec::<Value>::new());
    assert_eq!(desk.hand_in(&[desk.receipt(1)]).json()["accepted"], 1, "it was not kept before");
}

#[test]
fn what_this_server_verified_itself_is_not_logged_again_on_both_databases() {
    for db in TestDb::both() {
        let desk = desk(db);
        let mut online = desk.receipt(1);
        online["logged"] = json!(true);
        online["compared"] = json!(true);
        assert_eq!(desk.hand_in(&[online, desk.receipt(2)]).must(200), json!({ "accepted": 2, "known": 0 }));
        assert_eq!(desk.uses().len(), 1);
    }
}

/// Rows: R48.
#[test]
fn what_was_doubtful_is_a_task_of_the_unit_that_issued_the_licence_or_of_the_manager_on_both_databases() {
    for db in TestDb::both() {
        let desk = desk(db);
        desk.app.staff("checker", Role::IssuerChecker, UNIT);
        desk.app.staff("other", Role::IssuerChecker, OTHER_UNIT);
        desk.app.staff("boss", Role::Manager, OTHER_UNIT);
        let [checker, other, boss] = ["checker", "other", "boss"].map(|login| desk.app.as_(login));
        let tasks = |who: &Caller| who.get("/api/v1/tasks?kind=doubt").must(200)["items"].clone();

        let mut doubted = desk.receipt(1);
        doubted["doubt"] = json!(" 照片与本人不像 ");
        let forged = json!({
            "id": "0000000000000000000002", "at": NOON.0 - 60, "verdict": "invalid", "code": "E_SIG",
            "scene": null, "licence": null, "token": null, "status_as_of": null, "trust_version": 1,
            "doubt": "屏幕上的印章会动",
        });
        let batch = [doubted, forged];
        assert_eq!(desk.hand_in(&batch).must(200), json!({ "accepted": 2, "known": 0 }));
        assert_eq!(desk.hand_in(&batch).must(200), json!({ "accepted": 0, "known": 2 }), "sent again");

        let own = tasks(&checker);
        assert_eq!(own.as_array().unwrap().len(), 1);
        let doubt = &own[0]["doubt"];
        assert_eq!(doubt["said"], "照片与本人不像");
        assert_eq!(doubt["licence"], desk.licence.identifier.to_string());
        assert_eq!((&doubt["code"], &doubt["unit"]), (&json!("OK"), &json!(UNIT)));
        assert_eq!(
            (&own[0]["since"], &own[0]["licence_kind"]),
            (&json!(NOON.0 - 600), &json!(BUSINESS_LICENCE))
        );
        assert_eq!(tasks(&other), json!([]));
        let of_manager = tasks(&boss);
        assert_eq!(of_manager.as_array().unwrap().len(), 1);
        assert_eq!(
            (&of_manager[0]["doubt"]["code"], &of_manager[0]["doubt"]["licence"]),
            (&json!("E_SIG"), &Value::Null)
        );

        let path = format!("/api/v1/tasks/{}/acts", own[0]["id"].as_str().unwrap());
        let end = json!({ "act": "end", "reason": "已电话核实，照片为十年前" });
        for stranger in [&other, &boss] {
            assert_eq!(stranger.post(&path, &end).status, 404);
        }
        for doing in [&json!({ "act": "claim" }), &end] {
            assert_eq!(checker.post(&path, doing).status, 204);
        }
        assert_eq!(tasks(&checker), json!([]));
        assert_eq!(checker.post(&path, &end).status, 404);
    }
}

#[test]
fn what_is_no_batch_is_refused() {
    let desk = desk(TestDb::sqlite());
    let full: Vec<Value> = (0..501).map(|n| desk.receipt(n)).collect();
    let mut unknown = desk.receipt(1);
    unknown["name"] = json!("林晓舟");
    for (body, status) in [
        (json!({ "scans": [] }), 422),
        (json!({ "scans": full }), 422),
        (json!({ "scans": [unknown] }), 422),
        (json!({ "scans": [{}] }), 422),
        (json!({ "scans": 1 }), 422),
        (json!({ "scans": [], "more": 1 }), 422),
        (json!([]), 422),
        (json!({ "scans": ["x".repeat(300_000)] }), 413),
    ] {
        let answer = desk.inspector.post("/api/v1/scans", &body);
        answer.problem();
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    assert_eq!(desk.hand_in(&full[..500]).json()["accepted"], 500, "a full batch fits");
}

#[test]
fn only_staff_who_verify_hand_receipts_in() {
    let desk = desk(TestDb::sqlite());
    let body = json!({ "scans": [desk.receipt(1)] });
    let manager = desk.app.as_("manager");
    for caller in [&manager, &desk.holder] {
        assert_eq!(caller.post("/api/v1/scans", &body).status, 403);
    }
    assert_eq!(desk.app.anyone().post("/api/v1/scans", &body).status, 401);
}

#[test]
fn receipts_are_answered_as_kept() {
    let desk = desk(TestDb::sqlite());
    insta::assert_json_snapshot!("kept", stable(&desk.hand_in(&[desk.receipt(1), desk.receipt(2)])));
    let mut bad = desk.receipt(3);
    bad["at"] = json!(NOON.0 + 3600);
    insta::assert_json_snapshot!("unbelievable", stable(&desk.hand_in(&[bad])));
}
