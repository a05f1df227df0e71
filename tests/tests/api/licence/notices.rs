//! What runs out is told 60, 30 and 7 days before, once each; what the unit did is told at once; the unit has its list of
//! annual inspections.

use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{AnnualInspection, Licence, Status};
use liangzheng_server::service::licence::notices;
use liangzheng_tests::acts::{act, acts_of};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, UNIT, licence};
use serde_json::{Value, json};

fn told(by: &Caller) -> Vec<(String, String, Value)> {
    let page = by.get("/api/v1/wallet/notices").must(200);
    let items = page["items"].as_array().unwrap().iter();
    let mut told: Vec<_> = items
        .map(|item| {
            let text = |member: &str| item[member].as_str().unwrap_or_default().to_owned();
            (text("kind"), text("due"), item["days"].clone())
        })
        .collect();
    told.sort_by_key(|(kind, due, days)| (kind.clone(), due.clone(), -days.as_i64().unwrap_or_default()));
    told
}

fn remind(app: &TestApp) {
    while app.wait(notices::remind(&app.app)).unwrap() {}
}

/// Rows: R42.
#[test]
fn what_runs_out_is_told_sixty_thirty_and_seven_days_before_and_once_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, lin) = app.holder("lin");
        let day = |text: &str| Day::parse(text).unwrap();
        // The tests' today is 22 November 2026.
        let ends = Licence {
            valid_to: Some(day("20270121")),
            ..licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)
        };
        let inspected = Licence {
            annual_inspection: Some(AnnualInspection { due: day("20261220"), failed: false }),
            ..licence(lin, BUSINESS_LICENCE, UNIT, Status::OnHold)
        };
        let revoked = Licence {
            valid_to: Some(day("20261201")),
            ..licence(lin, BUSINESS_LICENCE, UNIT, Status::Revoked)
        };
        for one in [&ends, &inspected, &revoked] {
            app.put(one);
        }
        for _ in 0..3 {
            remind(&app);
        }
        let holder = app.as_("lin");
        let due = |kind: &str, due: &str, days: i64| (kind.to_owned(), due.to_owned(), json!(days));
        assert_eq!(told(&holder), [due("expiry", "20270121", 60), due("inspection", "20261220", 30)]);
        let first = holder.get("/api/v1/wallet/notices?limit=1").must(200);
        assert!(first["items"][0]["text"]["zh-CN"].as_str().unwrap().contains("营业执照"), "{first}");
        let cursor = first["next"].as_str().unwrap();
        let second = holder.get(&format!("/api/v1/wallet/notices?limit=1&cursor={cursor}")).must(200);
        assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
        for (days, more) in [(29, 0), (1, 1), (22, 0), (1, 1)] {
            let before = told(&app.log_in("lin")).len();
            app.pass(days * 86_400);
            remind(&app);
            let all = told(&app.log_in("lin"));
            assert_eq!(all.len() - before, more, "after {days} more days: {all:?}");
        }
        let all = told(&app.log_in("lin"));
        assert_eq!(
            all,
            [
                due("expiry", "20270121", 60),
                due("expiry", "20270121", 30),
                due("expiry", "20270121", 7),
                due("inspection", "20261220", 30),
            ],
            "an inspection that ran out meanwhile is told no more"
        );
        app.holder("chen");
        assert_eq!(told(&app.as_("chen")), []);
    }
}

#[test]
fn what_the_unit_did_is_told_at_once_and_what_the_holder_did_is_not() {
    let app = TestApp::sqlite();
    let (_, lin) = app.holder("lin");
    app.staff("qin", Role::IssuerChecker, UNIT);
    let made = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let holder = app.as_("lin");
    app.as_("qin").post(&acts_of(made.id), &act("suspend")).must(200);
    let page = holder.get("/api/v1/wallet/notices").must(200);
    let item = &page["items"][0];
    assert_eq!(
        (&item["kind"], &item["act"], &item["licence"]["id"], &item["due"]),
        (&json!("act"), &json!("suspend"), &json!(made.id.to_string()), &Value::Null)
    );
    assert!(item["text"]["zh-CN"].as_str().unwrap().contains("挂起"), "{item}");
    app.as_("qin").post(&acts_of(made.id), &act("resume")).must(200);
    let body = json!({ "act": "report_loss", "reason": "遗失" });
    holder.post(&format!("/api/v1/wallet/licences/{}/requests", made.id), &body).must(201);
    assert_eq!(holder.get("/api/v1/wallet/notices").must(200)["items"].as_array().unwrap().len(), 2);
    assert_eq!(app.as_("qin").get("/api/v1/wallet/notices").status, 403);
}

/// Rows: R39.
#[test]
fn a_unit_has_its_annual_inspections_and_their_results_reach_the_licence_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, lin) = app.holder("lin");
        app.staff("qin", Role::IssuerChecker, UNIT);
        let with = |due: &str, failed: bool| {
            let due = Day::parse(due).unwrap();
            let made = Licence {
                annual_inspection: Some(AnnualInspection { due, failed }),
                ..licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)
            };
            app.put(&made);
            made
        };
        let (overdue, soon, failed) =
            (with("20261121", false), with("20261225", false), with("20270901", true));
        with("20270901", false);
        app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        let qin = app.as_("qin");
        let list = |path: &str| -> Vec<(Value, Value)> {
            let page = qin.get(path).must(200);
            let items = page["items"].as_array().unwrap().iter();
            items.map(|item| (item["licence"]["id"].clone(), item["state"].clone())).collect()
        };
        let item = |made: &Licence, state: &str| (json!(made.id.to_string()), json!(state));
        let all = [item(&overdue, "overdue"), item(&soon, "due"), item(&failed, "failed")];
        assert_eq!(list("/api/v1/inspections"), all, "the most urgent first");
        let first = qin.get("/api/v1/inspections?limit=1").must(200);
        let cursor = first["next"].as_str().unwrap();
        assert_eq!(list(&format!("/api/v1/inspections?limit=2&cursor={cursor}")), all[1..]);
        assert_eq!(qin.get("/api/v1/inspections?cursor=x").status, 422);
        let mut pass = act("pass_inspection");
        let silent = qin.post(&acts_of(overdue.id), &pass);
        assert_eq!(
            (silent.status, &silent.json()["errors"][0]["pointer"]),
            (422, &json!("/due")),
            "its kind names no months"
        );
        pass["due"] = json!("20271121");
        qin.post(&acts_of(overdue.id), &pass).must(200);
        qin.post(&acts_of(soon.id), &act("fail_inspection")).must(200);
        assert_eq!(list("/api/v1/inspections"), [item(&soon, "failed"), item(&failed, "failed")]);
        let card = app.as_("lin").get(&format!("/api/v1/wallet/licences/{}", soon.id)).must(200);
        assert_eq!(card["cautions"][0]["code"], "C_INSPECTION_OVERDUE");
        app.staff("han", Role::IssuerChecker, OTHER_UNIT);
        assert_eq!(app.as_("han").get("/api/v1/inspections").must(200)["items"], json!([]));
    }
}
