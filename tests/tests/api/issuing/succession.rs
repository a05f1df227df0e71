//! A unit's work moves to others: what is under way goes along, and nothing stays in no list (R25).

use liangzheng_core::identifier::{Identifier, citizen_id_is_valid};
use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{OTHER_UNIT, UNIT};
use serde_json::{Value, json};

use super::{KIND, MATTER, citizen, draft, holder, issue, office, review, write, wrong};

/// 云溪市民生事务局 of the demo's catalogue: who takes over.
const HEIR: &str = "11990100MB00000435";

/// What the unit does today is another's from now on.
fn succeed(app: &TestApp, to: &str, split: &Value) -> liangzheng_tests::http::Answer {
    let today = Day::of(app.app.now()).to_text();
    let body = json!({ "act": "succeed", "reason": "机构改革", "to": to, "at": today, "split": split });
    app.as_("manager").post(&format!("/api/v1/units/{UNIT}/acts"), &body)
}

/// The ids in a list.
fn ids(app: &TestApp, login: &str, path: &str) -> Vec<String> {
    let found = app.as_(login).get(&format!("/api/v1/{path}")).must(200);
    let mut ids: Vec<String> =
        found["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn open_case(app: &TestApp, number: u32) -> String {
    let body = json!({ "type": "issuing", "matter": MATTER, "holder": holder(number), "mode": "offline",
        "number": format!("B-{number}") });
    app.as_("maker").post("/api/v1/cases", &body).must(201)["id"].as_str().unwrap().to_owned()
}

/// The unit that an issued licence's identifier names.
fn issuer(app: &TestApp, login: &str, id: &str) -> String {
    let read = app.as_(login).get(&format!("/api/v1/licences/{id}")).must(200);
    Identifier::parse(read["identifier"].as_str().unwrap()).unwrap().issuer().to_owned()
}

/// Rows: R25.
#[test]
fn whatever_a_unit_has_under_way_moves_with_its_work_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let contact = json!({ "office": "户政管理科", "person": "韩复核", "phone": "0990-5550002" });
        let more = json!({ "capacities": ["issuing", "using"], "contact": contact });
        app.as_("manager").send("PATCH", &format!("/api/v1/units/{OTHER_UNIT}"), Some(&more)).must(200);
        let (first, second) = (issue(&app, &draft(1)), issue(&app, &draft(2)));
        let open = write(&app, &draft(3));
        let (with_draft, without) = (open_case(&app, 4), open_case(&app, 5));
        let mut of_case = draft(4);
        of_case["case"] = json!(with_draft);
        of_case["mode"] = json!("offline");
        let pending = write(&app, &of_case);
        review(&app.as_("maker"), &pending, "submit").must(200);
        let claim = json!({ "act": "claim" });
        app.as_("checker").post(&format!("/api/v1/tasks/{pending}/acts"), &claim).must(204);
        app.wait(app.make.account_of("zhou", "111", &citizen(1)));
        app.wait(app.make.account_of("qian", "111", &citizen(2)));
        let ask = |login: &str, id: &str| {
            let body = json!({ "act": "cancel", "reason": "停业" });
            app.as_(login).post(&format!("/api/v1/wallet/licences/{id}/requests"), &body).must(201)
        };
        let asked = ask("zhou", &first)["id"].as_str().unwrap().to_owned();
        let revoke = json!({ "act": "revoke", "reason": "r", "legal_basis": "b" });
        let proposed = app.as_("maker").post(&format!("/api/v1/licences/{first}/acts"), &revoke).must(202);
        let proposal = proposed["proposal"].as_str().unwrap().to_owned();
        assert_eq!(ids(&app, "ally", "tasks"), [""; 0]);

        succeed(&app, OTHER_UNIT, &json!([])).must(200);
        assert_eq!(ids(&app, "ally", "requests?state=open"), [asked]);
        assert_eq!(ids(&app, "ally", "proposals?state=open"), std::slice::from_ref(&proposal));
        assert_eq!(
            ids(&app, "ally", "tasks?kind=review"),
            std::slice::from_ref(&pending),
            "and nobody else has taken it"
        );
        assert_eq!(ids(&app, "foreign", "tasks?kind=draft"), std::slice::from_ref(&open));
        let mut cases = vec![with_draft, without];
        cases.sort();
        assert_eq!(ids(&app, "foreign", "cases"), cases);
        let mut licences = vec![first.clone(), second.clone(), open.clone(), pending.clone()];
        licences.sort();
        assert_eq!(ids(&app, "foreign", "licences"), licences);
        // The heir's own cases may have the same numbers.
        let own = json!({ "type": "issuing", "matter": MATTER, "holder": holder(5), "mode": "offline", "number": "B-5" });
        app.as_("foreign").post("/api/v1/cases", &own).must(201);

        // What was under review is approved as it is, and bears the heir's number.
        review(&app.as_("ally"), &pending, "approve").must(200);
        assert_eq!(issuer(&app, "ally", &pending), OTHER_UNIT);
        // Its maker went along and goes on.
        review(&app.log_in("maker"), &open, "submit").must(200);
        review(&app.as_("ally"), &open, "approve").must(200);

        // The next version is the heir's; the one before keeps the old unit's number and is found with it.
        assert_eq!(issuer(&app, "ally", &first), UNIT);
        let mut next = draft(1);
        next["replaces"] = json!(first);
        next["change"] = json!("renew");
        let written = app.as_("foreign").post("/api/v1/licences", &next).must(201);
        let renewed = written["id"].as_str().unwrap();
        review(&app.as_("foreign"), renewed, "submit").must(200);
        review(&app.as_("ally"), renewed, "approve").must(200);
        assert_eq!(issuer(&app, "ally", renewed), OTHER_UNIT);
        let versions = app.as_("foreign").get(&format!("/api/v1/licences/{renewed}/versions")).must(200);
        let chain: Vec<&Value> = versions["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(chain, [&json!(first), &json!(renewed)]);
        assert_eq!(ids(&app, "ally", "requests?state=open"), [""; 0], "of the old version nothing is open");
        // What is asked from now on goes to the heir, who can act on it.
        let later = ask("qian", &second)["id"].as_str().unwrap().to_owned();
        assert_eq!(ids(&app, "ally", "requests?state=open"), [later]);
        let suspend = json!({ "act": "suspend", "reason": "r", "legal_basis": "b" });
        let path = format!("/api/v1/licences/{second}/acts");
        app.as_("ally").post(&path, &suspend).must(200);
        let acts = app.as_("ally").get(&path).must(200);
        assert_eq!(acts["items"].as_array().unwrap().last().unwrap()["unit"]["id"], OTHER_UNIT, "{acts}");
    }
}

/// Rows: R25.
#[test]
fn a_region_goes_to_who_takes_it_over_and_both_issue_from_then_on_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        app.staff("anna", Role::IssuerMaker, HEIR);
        // Somebody whose number was given in the next county.
        let number = "0123456789X"
            .chars()
            .map(|check| format!("99010219900101777{check}"))
            .find(|id| citizen_id_is_valid(id))
            .unwrap();
        let there = |no: &str| {
            let mut body = draft(9);
            body["holder"]["id_number"] = json!(number);
            body["face"]["id"] = json!(number);
            body["face"]["no"] = json!(no);
            body
        };
        let (here, far) = (issue(&app, &draft(1)), issue(&app, &there("远1")));
        let (here_open, far_open) = (write(&app, &draft(2)), write(&app, &there("远2")));
        for (part, pointer) in [
            (json!({ "to": OTHER_UNIT }), "/split/0"),
            (json!({ "to": OTHER_UNIT, "kinds": [KIND], "region": "990102" }), "/split/0"),
            (json!({ "to": OTHER_UNIT, "region": "99010X" }), "/split/0/region"),
        ] {
            assert_eq!(wrong(&succeed(&app, HEIR, &json!([part])))[0].0, pointer, "{part}");
        }
        let regions =
            json!([{ "to": OTHER_UNIT, "region": "990102" }, { "to": OTHER_UNIT, "region": "990103" }]);
        succeed(&app, HEIR, &regions).must(200);
        let sorted = |mut two: [String; 2]| {
            two.sort();
            two
        };
        assert_eq!(ids(&app, "anna", "licences"), sorted([here, here_open]));
        assert_eq!(ids(&app, "foreign", "licences"), sorted([far.clone(), far_open.clone()]));
        let kind = app.anyone().get(&format!("/api/v1/kinds/{KIND}")).must(200);
        assert_eq!((&kind["unit"], &kind["units"]), (&json!(HEIR), &json!([HEIR, OTHER_UNIT])));
        // Its maker works for the other heir now; a checker of this one gives it to one of his own.
        let foreign = app.as_("foreign").get("/api/v1/me").must(200)["account"]["id"].clone();
        let give = json!({ "act": "reassign", "to": foreign });
        app.as_("ally").post(&format!("/api/v1/tasks/{far_open}/acts"), &give).must(204);
        review(&app.as_("foreign"), &far_open, "submit").must(200);
        review(&app.as_("ally"), &far_open, "approve").must(200);
        assert_eq!(issuer(&app, "ally", &far_open), OTHER_UNIT);
        assert_eq!(issuer(&app, "ally", &far), UNIT, "what was issued keeps its number");
    }
}
