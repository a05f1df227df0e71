//! What was granted follows: a licence's next version, and who takes over the work of a unit.

use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::office::{self, citizen, draft, issue};
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, PIN};
use serde_json::json;

use crate::casework::{
    CIVIL, HOUSEHOLD, authorise, consent, desk, granted, licence, open, person, rule, wanted,
};

/// 云溪市自然资源和城乡建设局 of the demo.
const LAND: &str = "11990100MB0000035A";

/// Rows: R40, R59.
#[test]
fn an_authorisation_follows_the_licence_to_its_next_version_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        office::open(&app);
        let first = issue(&app, &draft(5));
        app.wait(app.make.account_of("zhou", "111", &citizen(5)));
        let body = json!({
            "licence": first, "unit": OTHER_UNIT, "scope": "view", "purpose": "subsidy", "until": "20261231", "pin": PIN,
        });
        app.as_("zhou").post("/api/v1/wallet/authorisations", &body).must(201);
        let mut next = draft(5);
        (next["replaces"], next["change"]) = (json!(first), json!("renew"));
        let second = issue(&app, &next);
        assert_ne!(first, second);
        let listed = app.as_("zhou").get("/api/v1/wallet/authorisations").must(200);
        let one = &listed["items"][0];
        assert_eq!((&one["licence"], &one["state"]), (&json!(second), &json!("live")), "{listed}");
    }
}

/// Rows: R25, R58, R59.
#[test]
fn who_takes_over_a_unit_may_use_what_it_might_and_has_consented_to_what_it_had_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        licence(&app, holder, HOUSEHOLD, OTHER_UNIT, Status::Active);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        consent(&app, "civil.handler", &case);
        granted(&app);
        authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");
        let fetch = |kind: &str| {
            app.log_in("civil.handler").post("/api/v1/fetches", &wanted(&case, 1, kind, "subsidy"))
        };
        // First the unit that uses, then the one that issues.
        for from in [CIVIL, OTHER_UNIT] {
            let succeed = json!({ "act": "succeed", "to": LAND, "at": "20261122", "reason": "机构改革" });
            app.as_("manager").post(&format!("/api/v1/units/{from}/acts"), &succeed).must(200);
            for kind in [IDENTITY_CARD, HOUSEHOLD] {
                let got = fetch(kind).must(200);
                assert_eq!(got["licences"].as_array().unwrap().len(), 1, "{from} {kind}");
            }
        }
        let back = json!({ "act": "withdraw_consent", "reason": "本人撤回" });
        app.log_in("civil.handler").post(&format!("/api/v1/cases/{case}/acts"), &back).must(200);
        assert_eq!(rule(&fetch(HOUSEHOLD)), "holder-consent");
    }
}
