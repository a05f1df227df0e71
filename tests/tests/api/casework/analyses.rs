//! Analyses: applied for by a using unit, approved by the manager and each issuer, told without small groups.

use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::holder::{Holder, HolderKind, HolderNumber};
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::HolderId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::office::citizen;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT};
use serde_json::{Value, json};

use super::{CIVIL, HOUSEHOLD, SOCIAL_CARD, desk, desk_with, name};

const ANALYSES: &str = "/api/v1/analyses";
/// Longer than an answer bars another cut.
const PAST: i64 = 30 * 86_400 + 1;

/// Enters that many holders without accounts, from a number on.
pub(super) fn holders(app: &TestApp, first: u32, many: u32) -> Vec<HolderId> {
    app.wait(async {
        let mut tx = app.app.db.begin_write().await.unwrap();
        let mut made = Vec::new();
        for number in first..first + many {
            let holder = Holder {
                id: HolderId::generate(NOON, &SystemEntropy),
                kind: HolderKind::Natural,
                name: name(number),
                number: HolderNumber::new("111", &citizen(number)).unwrap(),
                created_at: NOON,
            };
            let secrets = &app.app.secrets;
            let new = storage::actor::holder::insert(&mut tx, secrets, &SystemEntropy, &holder).await;
            assert!(new.unwrap());
            made.push(holder.id);
        }
        tx.commit().await.unwrap();
        made
    })
}

/// A licence that begins in a year.
pub(super) fn begun(app: &TestApp, holder: HolderId, kind: &str, status: Status, year: u32) {
    let unit = if kind == SOCIAL_CARD { CIVIL } else { OTHER_UNIT };
    let mut licence = liangzheng_tests::make::licence(holder, kind, unit, status);
    licence.valid_from = Day::parse(&format!("{year}0301")).unwrap();
    app.put(&licence);
}

pub(super) fn apply(app: &TestApp, body: &Value) -> Answer {
    app.as_("civil.admin").post(ANALYSES, body)
}

pub(super) fn act(app: &TestApp, login: &str, id: &str, act: &str) -> Answer {
    let body = json!({ "act": act, "reason": "民生资金测算" });
    app.as_(login).post(&format!("{ANALYSES}/{id}/acts"), &body)
}

fn wanted(group_by: &[&str]) -> Value {
    json!({ "kinds": [HOUSEHOLD], "group_by": group_by, "purpose": "测算低保资金" })
}

fn applied(app: &TestApp, body: &Value) -> String {
    apply(app, body).must(201)["id"].as_str().unwrap().to_owned()
}

/// Rows: R64.
#[test]
fn counts_are_told_when_the_manager_and_the_issuer_have_approved_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        for (at, holder) in holders(&app, 1, 25).into_iter().enumerate() {
            begun(&app, holder, HOUSEHOLD, Status::Active, if at < 12 { 2024 } else { 2025 });
        }
        for holder in holders(&app, 30, 4) {
            begun(&app, holder, HOUSEHOLD, Status::Active, 2026);
        }
        let id = applied(&app, &wanted(&["year"]));
        let read = |login: &str| app.as_(login).get(&format!("{ANALYSES}/{id}"));

        // The manager first; the issuer sees what is asked; others see nothing.
        assert_eq!(read("manager").must(200)["acts"], json!(["approve", "refuse"]));
        assert_eq!(read("civil.admin").must(200)["acts"], json!(["withdraw"]));
        assert_eq!(read("police.checker").must(200)["acts"], json!([]));
        assert_eq!(read("police.checker").must(200)["purpose"], "测算低保资金");
        assert_eq!(read("samr.checker").status, 404);
        assert_eq!(app.as_("civil.handler").get(ANALYSES).problem(), "forbidden");
        assert_eq!(act(&app, "police.checker", &id, "approve").problem(), "forbidden");
        assert_eq!(act(&app, "civil.admin", &id, "approve").problem(), "forbidden");
        assert_eq!(act(&app, "samr.checker", &id, "approve").status, 404);
        let tasks =
            |login: &str| app.as_(login).get("/api/v1/tasks?kind=analysis").must(200)["items"].clone();
        assert_eq!(tasks("manager")[0]["id"], json!(id));
        assert_eq!(tasks("police.checker"), json!([]));
        let waits = act(&app, "manager", &id, "approve").must(200);
        assert_eq!((&waits["state"], &waits["result"]), (&json!("with_issuers"), &Value::Null));
        assert_eq!((&tasks("manager"), &tasks("police.checker")[0]["id"]), (&json!([]), &json!(id)));
        assert_eq!(act(&app, "manager", &id, "approve").problem(), "forbidden");

        let told = act(&app, "police.checker", &id, "approve").must(200);
        assert_eq!(told["state"], "answered");
        assert_eq!(told["result"], Value::Null, "the issuer does not read what the unit is told");
        assert_eq!(tasks("police.checker"), json!([]));
        let result = read("civil.admin").must(200)["result"].clone();
        let groups: Vec<_> = result["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["values"][0], &one["persons"]))
            .collect();
        assert_eq!(
            groups,
            [(&json!("2024"), &json!(12)), (&json!("2025"), &json!(13)), (&json!("2026"), &Value::Null),]
        );
        assert_eq!(
            (&result["total"], &result["fewest"]),
            (&Value::Null, &json!(10)),
            "the total hides the four"
        );
        assert_eq!(read("auditor").must(200)["result"], result);
        assert_eq!(act(&app, "civil.admin", &id, "withdraw").problem(), "forbidden-transition");

        // It stays what it was, whatever becomes of the licences; the acts are in the audit.
        for holder in holders(&app, 40, 12) {
            begun(&app, holder, HOUSEHOLD, Status::Active, 2026);
        }
        assert_eq!(read("manager").must(200)["result"], result);
    }
}

/// Rows: R64.
#[test]
fn by_the_profile_without_issuers_the_manager_alone_tells_and_a_whole_answer_has_a_total_on_both_databases() {
    for db in TestDb::both() {
        let app = desk_with(db, |config| config.analyses.issuers_approve = false);
        let both = holders(&app, 1, 24);
        for (at, holder) in both.iter().enumerate() {
            begun(&app, *holder, HOUSEHOLD, Status::Active, if at < 12 { 2024 } else { 2025 });
        }
        let id =
            applied(&app, &json!({ "kinds": [HOUSEHOLD], "group_by": ["kind", "year"], "purpose": "测算" }));
        let told = act(&app, "manager", &id, "approve").must(200);
        assert_eq!((&told["state"], &told["issuers"]), (&json!("answered"), &json!([])));
        assert_eq!(told["result"]["total"], 24);
        let group = &told["result"]["groups"][1];
        assert_eq!((&group["values"], &group["persons"]), (&json!([HOUSEHOLD, "2025"]), &json!(12)));
        assert_eq!(group["labels"][0]["zh-CN"], "居民户口簿");
        let english = app.as_("civil.admin").get(&format!("{ANALYSES}?state=answered")).must(200);
        assert_eq!(english["items"][0]["group_by"][0]["label"]["en"], "Kind");
    }
}

/// Rows: R64.
#[test]
fn another_cut_within_thirty_days_is_refused_and_the_same_one_until_every_group_changed_by_ten() {
    for db in TestDb::both() {
        let app = desk(db);
        for holder in holders(&app, 1, 12) {
            begun(&app, holder, HOUSEHOLD, Status::Active, 2024);
        }
        let pass = |id: &str| {
            act(&app, "manager", id, "approve").must(200);
            act(&app, "police.checker", id, "approve")
        };
        // Two that wait at once: the second is refused when the first was told.
        let (first, second) = (applied(&app, &wanted(&["year"])), applied(&app, &wanted(&["status"])));
        pass(&first).must(200);
        let late = pass(&second);
        assert_eq!((late.status, late.problem().as_str()), (409, "analysis-too-close"), "{}", late.text());
        assert!(late.text().contains(&first), "{}", late.text());
        assert_eq!(
            app.as_("civil.admin").get(&format!("{ANALYSES}/{second}")).must(200)["state"],
            "with_issuers"
        );
        act(&app, "police.checker", &second, "refuse").must(200);

        // Refused already when applied for, unless it is of other kinds or apart.
        assert_eq!(apply(&app, &wanted(&["month"])).problem(), "analysis-too-close");
        let mut part = wanted(&["year"]);
        part["filter"] = json!({ "status": ["ACTIVE"] });
        assert_eq!(apply(&app, &part).problem(), "analysis-too-close");
        let mut other = wanted(&["year"]);
        other["kinds"] = json!([IDENTITY_CARD]);
        apply(&app, &other).must(201);

        // The same: nothing changed, nine came, ten came.
        pass(&applied(&app, &wanted(&["year"]))).must(409);
        let more = holders(&app, 100, 10);
        for holder in &more[..9] {
            begun(&app, *holder, HOUSEHOLD, Status::Active, 2024);
        }
        let again = applied(&app, &wanted(&["year"]));
        assert_eq!(pass(&again).problem(), "analysis-too-close");
        begun(&app, more[9], HOUSEHOLD, Status::Active, 2024);
        act(&app, "police.checker", &again, "approve").must(200);

        // Another unit was told nothing; and after thirty days any cut is free.
        app.as_("samr.admin").post(ANALYSES, &wanted(&["month"])).must(201);
        app.pass(PAST);
        let (admin, manager, checker) =
            (app.log_in("civil.admin"), app.log_in("manager"), app.log_in("police.checker"));
        let free = admin.post(ANALYSES, &wanted(&["month"])).must(201);
        let acts = format!("{ANALYSES}/{}/acts", free["id"].as_str().unwrap());
        manager.post(&acts, &json!({ "act": "approve" })).must(200);
        assert_eq!(checker.post(&acts, &json!({ "act": "approve" })).must(200)["state"], "answered");
    }
}

/// Rows: R64.
#[test]
fn what_is_wrong_is_told_by_member_and_what_waits_is_withdrawn_or_sent_back_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        for (member, value, pointer) in [
            ("kinds", json!([]), "/kinds"),
            ("kinds", json!([HOUSEHOLD, HOUSEHOLD]), "/kinds"),
            ("kinds", json!([HOUSEHOLD, "11990000MB00010993001"]), "/kinds/1"),
            ("group_by", json!([]), "/group_by"),
            ("group_by", json!(["year", "year"]), "/group_by"),
            ("group_by", json!(["kind", "unit", "status"]), "/group_by"),
            ("filter", json!({ "status": ["SUPERSEDED"] }), "/filter/status"),
            ("filter", json!({ "year": { "from": 2026, "to": 2025 } }), "/filter/year"),
            ("purpose", json!(""), "/purpose"),
        ] {
            let mut wrong = wanted(&["year"]);
            wrong[member] = value;
            let told = apply(&app, &wrong).must(422);
            assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
        }
        // Neither a name nor a field of the face is a dimension.
        let named = apply(&app, &wanted(&["holder_name"]));
        assert!([400, 422].contains(&named.status), "{}", named.text());

        let id = applied(&app, &wanted(&["year"]));
        let silent = app.as_("manager").post(&format!("{ANALYSES}/{id}/acts"), &json!({ "act": "refuse" }));
        assert_eq!(silent.must(422)["errors"][0]["pointer"], "/reason");
        assert_eq!(act(&app, "samr.admin", &id, "withdraw").status, 404);
        assert_eq!(act(&app, "police.admin", &id, "withdraw").problem(), "forbidden");
        let back = act(&app, "manager", &id, "refuse").must(200);
        assert_eq!((&back["state"], &back["reason"]), (&json!("refused"), &json!("民生资金测算")));
        let id = applied(&app, &wanted(&["year"]));
        act(&app, "manager", &id, "approve").must(200);
        assert_eq!(act(&app, "civil.admin", &id, "withdraw").must(200)["state"], "withdrawn");
        let over = act(&app, "police.checker", &id, "approve");
        assert_eq!(over.problem(), "forbidden-transition");
        assert_eq!(app.as_("civil.admin").get(ANALYSES).must(200)["items"].as_array().unwrap().len(), 2);
    }
}
