//! Every act is told by an online verification at once, and by the status lists within five seconds.

use std::time::Duration;

use liangzheng_core::time::Day;
use liangzheng_core::verify::Options;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::Clock;
use liangzheng_server::domain::licence::{AnnualInspection, Licence, Status};
use liangzheng_tests::acts::{act, acts_of, by_two};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::demo::synced;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT, licence};
use liangzheng_tests::until::within;
use serde_json::json;

/// Act, what a verification says afterwards, and the caution that comes with it.
const ACTS: [(&str, &str, Option<&str>); 14] = [
    ("suspend", "E_STATUS_SUSPENDED", None),
    ("resume", "OK", None),
    ("seize", "E_STATUS_SUSPENDED", None),
    ("return", "OK", None),
    ("disable", "E_STATUS_SUSPENDED", None),
    ("enable", "OK", None),
    ("report_loss", "OK", Some("C_REPORTED_LOST")),
    ("withdraw_loss", "OK", None),
    ("pledge", "OK", Some("C_NOTICE")),
    ("release_pledge", "OK", None),
    ("mortgage", "OK", Some("C_NOTICE")),
    ("release_mortgage", "OK", None),
    ("fail_inspection", "OK", Some("C_INSPECTION_OVERDUE")),
    ("pass_inspection", "OK", None),
];

/// Rows: R37, R38, R41.
#[test]
fn every_act_is_live_at_once_and_on_the_wire_within_five_seconds_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, lin) = app.holder("lin");
        for (login, role) in
            [("gao", Role::IssuerMaker), ("qin", Role::IssuerChecker), ("fang", Role::Inspector)]
        {
            app.staff(login, role, UNIT);
        }
        let due = Day::parse("20271122").unwrap();
        let made = Licence {
            annual_inspection: Some(AnnualInspection { due, failed: false }),
            ..licence(lin, BUSINESS_LICENCE, UNIT, Status::Active)
        };
        app.put(&made);
        let (holder, qin, inspector) = (app.as_("lin"), app.as_("qin"), app.as_("fang"));
        let show = || {
            let path = format!("/api/v1/wallet/licences/{}/show", made.id);
            let shown = holder.post(&path, &json!({ "scene": "inspect.food", "pin": PIN })).must(201);
            shown["qr_text"].as_str().unwrap().to_owned()
        };
        let is_told = |code: &str, name: &str, want: &str, caution: Option<&str>| {
            let verdict = inspector
                .post(
                    "/api/v1/verify",
                    &json!({ "input": code, "scene": "inspect.food", "audience": "inspector" }),
                )
                .must(200);
            assert_eq!(verdict["code"], want, "{name}, online: {verdict}");
            assert_eq!(verdict["cautions"][0]["code"].as_str(), caution, "{name}, online: {verdict}");
            within(Duration::from_secs(5), name, || {
                let verifier = synced(&app.url, app.roots.clone(), app.clock.now());
                let options = Options { scene: Some("inspect.food"), ..Options::at(app.clock.now()) };
                let verdict = verifier.verify(code, &options);
                let told = verdict.cautions.first().map(|caution| caution.code.as_str());
                (verdict.code.as_str() == want && told == caution).then_some(())
            });
        };
        // Two acts make a pair that leads back: each has a code of its own, shown before the first.
        for pair in ACTS.chunks(2) {
            let codes = [show(), {
                app.pass(1);
                show()
            }];
            for ((name, want, caution), code) in pair.iter().zip(codes) {
                app.pass(1);
                let mut body = act(name);
                if *name == "pass_inspection" {
                    body["due"] = json!("20271122");
                }
                qin.post(&acts_of(made.id), &body).must(200);
                is_told(&code, name, want, *caution);
            }
        }
        let code = show();
        app.pass(1);
        by_two(&app.as_("gao"), &qin, made.id, "revoke");
        is_told(&code, "revoke", "E_STATUS_INVALID", None);
    }
}
