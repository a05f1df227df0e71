//! What a holder asks of the unit that issued his licence: 挂失 at once, 注销 as its task.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::acts::{act, acts_of, by_two};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, UNIT};
use serde_json::{Value, json};

struct Desk {
    app: TestApp,
    licence: String,
    lin: Caller,
    gao: Caller,
    qin: Caller,
}

fn desk(db: TestDb) -> Desk {
    let app = TestApp::start(db, |_| {});
    let (_, lin) = app.holder("lin");
    app.holder("chen");
    app.staff("gao", Role::IssuerMaker, UNIT);
    app.staff("qin", Role::IssuerChecker, UNIT);
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id.to_string();
    let (lin, gao, qin) = (app.as_("lin"), app.as_("gao"), app.as_("qin"));
    Desk { app, licence, lin, gao, qin }
}

impl Desk {
    fn path(&self) -> String {
        format!("/api/v1/wallet/licences/{}/requests", self.licence)
    }

    fn ask(&self, name: &str) -> liangzheng_tests::http::Answer {
        self.lin.post(&self.path(), &json!({ "act": name, "reason": "搬家时遗失" }))
    }

    fn card(&self) -> Value {
        self.lin.get(&format!("/api/v1/wallet/licences/{}", self.licence)).must(200)
    }
}

/// Rows: R38.
#[test]
fn a_holder_reports_a_loss_and_it_is_done_at_once_on_both_databases() {
    for db in TestDb::both() {
        let desk = desk(db);
        let told = desk.ask("report_loss").must(201);
        assert_eq!(
            (&told["state"], &told["status"], &told["version"], &told["licence"]),
            (&json!("done"), &json!("REPORTED_LOST"), &json!(2), &json!(desk.licence))
        );
        let card = desk.card();
        assert_eq!((&card["status"], &card["showable"]), (&json!("REPORTED_LOST"), &json!(true)));
        assert_eq!(card["explained"]["because"], "搬家时遗失");
        assert!(card["explained"]["next_step"]["zh-CN"].as_str().unwrap().contains("补办"), "{card}");
        let acts = desk.lin.get(&format!("/api/v1/wallet/licences/{}/acts", desk.licence)).must(200);
        assert_eq!(
            (&acts["items"][0]["act"], &acts["items"][0]["footing"]),
            (&json!("report_loss"), &json!("own"))
        );
        let again = desk.ask("report_loss");
        assert_eq!((again.status, again.problem().as_str()), (409, "forbidden-transition"));
        let detail = again.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.contains("cancel") && !detail.contains("withdraw_loss"),
            "what he can ask for: {detail}"
        );
        desk.qin.post(&acts_of(&desk.licence), &act("withdraw_loss")).must(200);
        assert_eq!(desk.card()["status"], "ACTIVE");
    }
}

/// Rows: R37.
#[test]
fn a_holder_asks_to_cancel_and_two_of_the_unit_do_it_on_both_databases() {
    for db in TestDb::both() {
        let desk = desk(db);
        let told = desk.ask("cancel").must(201);
        assert_eq!(
            (&told["state"], &told["status"]),
            (&json!("open"), &json!("ACTIVE")),
            "nothing has happened"
        );
        let again = desk.ask("cancel").must(201);
        assert_eq!(again["id"], told["id"], "asked once");
        let waiting = desk.gao.get("/api/v1/requests?state=open").must(200);
        let [item] = &waiting["items"].as_array().unwrap()[..] else { panic!("{waiting}") };
        assert_eq!(
            (&item["id"], &item["act"], &item["reason"], &item["licence"]),
            (&told["id"], &json!("cancel"), &json!("搬家时遗失"), &json!(desk.licence))
        );
        let path = format!("/api/v1/requests/{}", told["id"].as_str().unwrap());
        let read = desk.gao.get(&path).must(200);
        assert_eq!(read, *item, "one is read as it is listed");
        assert_eq!(read["kind"], BUSINESS_LICENCE);
        desk.app.staff("han", Role::IssuerChecker, OTHER_UNIT);
        assert_eq!(desk.app.as_("han").get(&path).status, 404);
        assert_eq!(desk.lin.get(&path).status, 403);
        by_two(&desk.gao, &desk.qin, &desk.licence, "cancel");
        let own = desk.lin.get(&desk.path()).must(200);
        assert_eq!(
            (&own["items"][0]["state"], &desk.card()["status"]),
            (&json!("done"), &json!("CANCELLED"))
        );
        let waiting = desk.qin.get("/api/v1/requests?state=open").must(200);
        assert_eq!(waiting["items"], json!([]), "off the desk");
    }
}

#[test]
fn an_open_request_is_a_task_of_both_and_who_has_not_taken_it_does_not_refuse_it() {
    for db in TestDb::both() {
        let desk = desk(db);
        let id = desk.ask("cancel").must(201)["id"].as_str().unwrap().to_owned();
        let tasks = |who: &Caller| who.get("/api/v1/tasks?kind=request").must(200)["items"].clone();
        for who in [&desk.gao, &desk.qin] {
            let found = tasks(who);
            assert_eq!((&found[0]["id"], &found[0]["licence_kind"]), (&json!(id), &json!(BUSINESS_LICENCE)));
        }
        let task = format!("/api/v1/tasks/{id}/acts");
        desk.qin.post(&task, &json!({ "act": "claim" })).must(204);
        let path = format!("/api/v1/requests/{id}/acts");
        let body = json!({ "act": "refuse", "reason": "尚有未结清的质押" });
        assert_eq!(desk.gao.post(&path, &body).problem(), "claimed");
        desk.qin.post(&path, &body).must(200);
        assert_eq!(tasks(&desk.gao), json!([]), "off the desk");
        assert_eq!(desk.qin.post(&task, &json!({ "act": "release" })).status, 404, "answered");
        // One that ends with its licence is nobody's task either.
        desk.app.pass(1);
        let id = desk.ask("cancel").must(201)["id"].as_str().unwrap().to_owned();
        desk.gao.post(&format!("/api/v1/tasks/{id}/acts"), &json!({ "act": "claim" })).must(204);
        by_two(&desk.gao, &desk.qin, &desk.licence, "cancel");
        assert_eq!(tasks(&desk.gao), json!([]));
    }
}

#[test]
fn a_holder_is_not_one_of_the_two() {
    let desk = desk(TestDb::sqlite());
    desk.ask("cancel").must(201);
    assert_eq!(desk.lin.post(&acts_of(&desk.licence), &act("cancel")).status, 403);
    let only = desk.gao.post(&acts_of(&desk.licence), &act("cancel")).must(202);
    let proposal = only["proposal"].as_str().unwrap();
    let confirm = json!({ "act": "confirm" });
    assert_eq!(desk.lin.post(&format!("/api/v1/proposals/{proposal}/acts"), &confirm).status, 403);
    let own = desk.gao.post(&format!("/api/v1/proposals/{proposal}/acts"), &confirm);
    assert_eq!(own.problem(), "two-persons");
}

#[test]
fn a_unit_refuses_with_a_reason_that_the_holder_reads() {
    let desk = desk(TestDb::sqlite());
    let id = desk.ask("cancel").must(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/requests/{id}/acts");
    for wrong in [
        json!({ "act": "refuse" }),
        json!({ "act": "refuse", "reason": " " }),
        json!({ "act": "grant", "reason": "好" }),
    ] {
        assert_eq!(desk.gao.post(&path, &wrong).status, 422, "{wrong}");
    }
    let body = json!({ "act": "refuse", "reason": "尚有未结清的质押" });
    desk.app.staff("han", Role::IssuerChecker, OTHER_UNIT);
    assert_eq!(desk.app.as_("han").post(&path, &body).status, 404);
    assert_eq!(desk.app.as_("han").get("/api/v1/requests").must(200)["items"], json!([]));
    assert_eq!(desk.gao.post(&path, &body).must(200)["state"], "refused");
    let late = desk.qin.post(&path, &body);
    assert_eq!((late.status, late.problem().as_str()), (409, "conflict"));
    let own = desk.lin.get(&desk.path()).must(200);
    assert_eq!(
        (&own["items"][0]["state"], &own["items"][0]["answer"]),
        (&json!("refused"), &json!("尚有未结清的质押"))
    );
    // The next second, since ids of one second have no order.
    desk.app.pass(1);
    assert_ne!(desk.ask("cancel").must(201)["id"], id, "it may be asked again");
    by_two(&desk.gao, &desk.qin, &desk.licence, "annul");
    assert_eq!(
        desk.lin.get(&desk.path()).must(200)["items"][0]["state"],
        "lapsed",
        "it ended in another way"
    );
}

#[test]
fn only_an_own_licence_and_only_what_a_holder_may_ask_for() {
    let desk = desk(TestDb::sqlite());
    let chen = desk.app.as_("chen");
    let body = json!({ "act": "report_loss", "reason": "x" });
    assert_eq!(chen.post(&desk.path(), &body).status, 404);
    for path in [desk.path(), format!("/api/v1/wallet/licences/{}/acts", desk.licence)] {
        assert_eq!(chen.get(&path).status, 404, "{path}");
        assert_eq!(desk.qin.get(&path).status, 403, "{path}");
    }
    for wrong in [
        json!({ "act": "suspend", "reason": "x" }),
        json!({ "act": "cancel" }),
        json!({ "act": "cancel", "reason": "" }),
    ] {
        let answer = desk.lin.post(&desk.path(), &wrong);
        assert_eq!((answer.status, answer.problem().as_str()), (422, "invalid-request"), "{wrong}");
    }
    let key = desk.lin.with("Idempotency-Key", "once");
    let told = [(); 2].map(|()| key.post(&desk.path(), &body).must(201));
    assert_eq!(told[0], told[1]);
}
