//! What two persons do: proposed by one, confirmed by another, refused or lapsed.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::service::access::proposals;
use liangzheng_tests::acts::{act, acts_of, by_two, confirm, propose};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::{TestDb, execute};
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, UNIT};
use serde_json::{Value, json};

/// A unit with two makers and two checkers, and a licence of it.
struct Office {
    app: TestApp,
    licence: LicenceId,
    gao: Caller,
    qin: Caller,
}

fn office(db: TestDb) -> Office {
    let app = TestApp::start(db, |_| {});
    let (_, lin) = app.holder("lin");
    for (login, role) in [
        ("gao", Role::IssuerMaker),
        ("luo", Role::IssuerMaker),
        ("qin", Role::IssuerChecker),
        ("meng", Role::IssuerChecker),
    ] {
        app.staff(login, role, UNIT);
    }
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
    let (gao, qin) = (app.as_("gao"), app.as_("qin"));
    Office { app, licence, gao, qin }
}

fn decide(by: &Caller, proposal: &str, body: Value) -> liangzheng_tests::http::Answer {
    by.post(&format!("/api/v1/proposals/{proposal}/acts"), &body)
}

fn state(by: &Caller, proposal: &str) -> Value {
    by.get(&format!("/api/v1/proposals/{proposal}")).must(200)["state"].clone()
}

fn status(office: &Office) -> String {
    let cards = office.app.as_("lin").get(&format!("/api/v1/wallet/licences/{}", office.licence));
    cards.must(200)["status"].as_str().unwrap().to_owned()
}

/// Rows: R37.
#[test]
fn what_ends_a_licence_is_proposed_by_one_and_confirmed_by_another_on_both_databases() {
    for db in TestDb::both() {
        let office = office(db);
        let asked = office.gao.post(&acts_of(office.licence), &act("revoke"));
        assert_eq!(asked.status, 202, "{}", asked.text());
        let told = asked.json();
        let proposal = told["proposal"].as_str().unwrap();
        let id = office.licence.to_string();
        assert_eq!(told, json!({ "id": id, "status": "ACTIVE", "version": 1, "proposal": proposal }));
        assert_eq!(status(&office), "ACTIVE", "nothing has happened yet");
        let again = office.app.as_("luo").post(&acts_of(office.licence), &act("revoke")).must(202);
        assert_eq!(again["proposal"], proposal, "the same act proposed again is the same proposal");
        assert_ne!(propose(&office.gao, office.licence, "annul"), proposal, "another act is another");
        let seen = office.qin.get(&format!("/api/v1/proposals/{proposal}")).must(200);
        assert_eq!(
            (&seen["sort"], &seen["act"], &seen["state"], &seen["confirmable"], &seen["object"]),
            (&json!("licence_act"), &json!("revoke"), &json!("open"), &json!(true), &json!(id))
        );
        assert_eq!(
            (&seen["asked"]["reason"], &seen["proposer"]["name"]),
            (&json!("投诉核查"), &json!("gao 的账户"))
        );
        let done = confirm(&office.qin, proposal);
        assert_eq!(
            done,
            json!({
                "proposal": proposal, "state": "confirmed",
                "id": id, "status": "REVOKED", "version": 2
            })
        );
        assert_eq!(status(&office), "REVOKED");
        let open = office.qin.get("/api/v1/proposals?state=open").must(200);
        assert_eq!(open["items"], json!([]), "the other one lapsed, since the licence changed");
        let all = office.qin.get("/api/v1/proposals").must(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
    }
}

/// Rows: R37, R38.
#[test]
fn each_act_that_ends_a_licence_takes_two() {
    for (name, end) in
        [("cancel", "CANCELLED"), ("revoke", "REVOKED"), ("withdraw", "WITHDRAWN"), ("annul", "ANNULLED")]
    {
        let office = office(TestDb::sqlite());
        assert_eq!(by_two(&office.qin, &office.gao, office.licence, name)["status"], end);
        assert_eq!(status(&office), end);
    }
}

#[test]
fn nobody_confirms_what_he_proposed_and_one_of_the_two_is_a_checker() {
    let office = office(TestDb::sqlite());
    let proposal = propose(&office.gao, office.licence, "revoke");
    let own = decide(&office.gao, &proposal, json!({ "act": "confirm" }));
    assert_eq!((own.status, own.problem().as_str()), (403, "two-persons"));
    let maker = decide(&office.app.as_("luo"), &proposal, json!({ "act": "confirm" }));
    assert_eq!((maker.status, maker.problem().as_str()), (403, "forbidden"), "two makers");
    for (by, confirmable) in [("gao", false), ("luo", false), ("qin", true), ("meng", true)] {
        let seen = office.app.as_(by).get(&format!("/api/v1/proposals/{proposal}")).must(200);
        assert_eq!(seen["confirmable"], confirmable, "{by}");
    }
    // The same person under another account.
    let (account, _) = office.app.holder("qin2");
    office.app.wait(office.app.make.join(account, &[Role::IssuerChecker], UNIT));
    let sql = "UPDATE actor_account SET holder = (SELECT holder FROM actor_account WHERE login = 'qin2') \
        WHERE login = 'meng'";
    office.app.wait(execute(&office.app.make.db, sql));
    let proposal = propose(&office.app.as_("qin2"), office.licence, "withdraw");
    let same = decide(&office.app.as_("meng"), &proposal, json!({ "act": "confirm" }));
    assert_eq!((same.status, same.problem().as_str()), (403, "two-persons"), "{}", same.text());
    confirm(&office.qin, &proposal);
}

#[test]
fn a_refusal_needs_a_reason_and_ends_the_proposal() {
    let office = office(TestDb::sqlite());
    let proposal = propose(&office.gao, office.licence, "revoke");
    let silent = decide(&office.qin, &proposal, json!({ "act": "refuse" }));
    assert_eq!((silent.status, &silent.json()["errors"][0]["pointer"]), (422, &json!("/reason")));
    for wrong in [json!({}), json!({ "act": "approve" }), json!({ "act": "confirm", "x": 1 })] {
        assert_eq!(decide(&office.qin, &proposal, wrong.clone()).status, 422, "{wrong}");
    }
    let refused = decide(&office.qin, &proposal, json!({ "act": "refuse", "reason": "证据不足" })).must(200);
    assert_eq!(refused, json!({ "proposal": proposal, "state": "refused" }));
    assert_eq!(status(&office), "ACTIVE");
    let seen = office.gao.get(&format!("/api/v1/proposals/{proposal}")).must(200);
    assert_eq!(
        (&seen["reason"], &seen["decided_by"]["name"]),
        (&json!("证据不足"), &json!("qin 的账户")),
        "who proposed it is told why"
    );
    let late = decide(&office.app.as_("meng"), &proposal, json!({ "act": "confirm" }));
    assert_eq!((late.status, late.problem().as_str()), (409, "proposal-over"));
    assert!(late.json()["detail"].as_str().unwrap().contains("qin 的账户"), "{}", late.text());
    let anew = propose(&office.gao, office.licence, "revoke");
    assert_ne!(anew, proposal);
    // Who proposed it may take it back.
    decide(&office.gao, &anew, json!({ "act": "refuse", "reason": "填错了" })).must(200);
}

#[test]
fn a_proposal_lapses_with_time_with_the_licences_change_and_with_its_proposers_role() {
    let office = office(TestDb::sqlite());
    let meng = office.app.as_("meng");
    let lapsed = |proposal: &str, why: &str| {
        assert_eq!(state(&meng, proposal), "lapsed", "{why}");
        let late = decide(&meng, proposal, json!({ "act": "confirm" }));
        assert_eq!((late.status, late.problem().as_str()), (409, "proposal-over"), "{why}");
    };
    let changed = propose(&office.gao, office.licence, "revoke");
    office.qin.post(&acts_of(office.licence), &act("suspend")).must(200);
    lapsed(&changed, "the licence changed");
    let anew = propose(&office.gao, office.licence, "revoke");
    assert_ne!(anew, changed, "what lapsed is not found again");
    let sql = "DELETE FROM actor_membership_role WHERE role = 'issuer_maker'";
    office.app.wait(execute(&office.app.make.db, sql));
    let seen = meng.get(&format!("/api/v1/proposals/{anew}")).must(200);
    assert!(seen["lapsed_by"]["zh-CN"].as_str().unwrap().contains("角色"), "{seen}");
    lapsed(&anew, "no maker any more");
    let open = meng.get("/api/v1/proposals?state=open").must(200);
    assert_eq!(open["items"], json!([]), "not told as open before the job has come to it");
    let third = propose(&office.qin, office.licence, "revoke");
    // The end of Friday, 4 December 2026, in China: the tenth working day.
    let lapses_at = meng.get(&format!("/api/v1/proposals/{third}")).must(200)["lapses_at"].clone();
    assert_eq!(lapses_at, 1_796_400_000_i64);
    office.app.pass(1_796_400_000 - NOON.0 - 1);
    let meng = office.app.log_in("meng");
    assert_eq!(state(&meng, &third), "open");
    office.app.pass(1);
    assert_eq!(state(&meng, &third), "lapsed");
    let mut after = None;
    office.app.wait(proposals::lapse_overdue(&office.app.app, &mut after)).unwrap();
    let all = meng.get("/api/v1/proposals?state=lapsed").must(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 3, "{all}");
}

#[test]
fn an_act_that_the_state_forbids_is_not_even_proposed() {
    let office = office(TestDb::sqlite());
    by_two(&office.gao, &office.qin, office.licence, "revoke");
    let refused = office.gao.post(&acts_of(office.licence), &act("annul"));
    assert_eq!((refused.status, refused.problem().as_str()), (409, "forbidden-transition"));
    let stale = office.gao.with("If-Match", "\"1\"").post(&acts_of(office.licence), &act("annul"));
    assert_eq!(stale.status, 412);
}

#[test]
fn proposals_are_seen_by_issuing_staff_of_the_unit_and_by_nobody_else() {
    let office = office(TestDb::sqlite());
    let proposal = propose(&office.gao, office.licence, "revoke");
    office.app.staff("han", Role::IssuerChecker, OTHER_UNIT);
    let han = office.app.as_("han");
    let absent = "prp_00000000000000000000000000000000";
    for id in [proposal.as_str(), absent, "prp_x", "x"] {
        assert_eq!(han.get(&format!("/api/v1/proposals/{id}")).status, 404, "{id}");
        assert_eq!(decide(&han, id, json!({ "act": "confirm" })).status, 404, "{id}");
    }
    assert_eq!(han.get("/api/v1/proposals").must(200)["items"], json!([]));
    office.app.staff("fang", Role::Inspector, UNIT);
    assert_eq!(office.app.as_("fang").get("/api/v1/proposals").status, 403);
    assert_eq!(office.app.as_("lin").get("/api/v1/proposals").status, 403);
}

#[test]
fn a_list_of_proposals_comes_in_pages() {
    let office = office(TestDb::sqlite());
    let names = ["cancel", "revoke", "withdraw", "annul"];
    for name in names {
        propose(&office.gao, office.licence, name);
        office.app.pass(1);
    }
    let first = office.qin.get("/api/v1/proposals?limit=3").must(200);
    let cursor = first["next"].as_str().unwrap();
    let second = office.qin.get(&format!("/api/v1/proposals?limit=3&cursor={cursor}")).must(200);
    let acts = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["act"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(acts(&first), ["annul", "withdraw", "revoke"]);
    assert_eq!((acts(&second), &second["next"]), (vec!["cancel".to_owned()], &Value::Null));
    for wrong in ["limit=0", "limit=201", "cursor=x", "state=x", "x=1"] {
        let status = office.qin.get(&format!("/api/v1/proposals?{wrong}")).status;
        assert!(matches!(status, 400 | 422), "{wrong}: {status}");
    }
}

#[test]
fn a_request_under_a_key_is_answered_as_the_first_time_202_as_200() {
    for db in TestDb::both() {
        let office = office(db);
        let gao = office.gao.with("Idempotency-Key", "once");
        let asked = [(); 2].map(|()| gao.post(&acts_of(office.licence), &act("revoke")));
        assert_eq!((asked[0].status, asked[1].status), (202, 202));
        assert_eq!(asked[0].json(), asked[1].json());
        let proposal = asked[0].json()["proposal"].as_str().unwrap().to_owned();
        let qin = office.qin.with("Idempotency-Key", "once");
        let done = [(); 2].map(|()| decide(&qin, &proposal, json!({ "act": "confirm" })));
        assert_eq!((done[0].status, done[1].status), (200, 200), "{}", done[1].text());
        assert_eq!(done[0].json(), done[1].json());
    }
}

#[test]
fn of_eight_confirmations_at_once_one_is_carried_out_on_both_databases() {
    for db in TestDb::both() {
        let name = db.name;
        let office = office(db);
        let proposal = propose(&office.gao, office.licence, "cancel");
        let confirmers = [office.qin.clone(), office.app.as_("meng")];
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let requests: Vec<_> = (0..8)
                .map(|n| {
                    let (by, proposal) = (&confirmers[n % 2], &proposal);
                    scope.spawn(move || decide(by, proposal, json!({ "act": "confirm" })).status)
                })
                .collect();
            requests.into_iter().map(|request| request.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{name}: {statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{name}: {statuses:?}");
        assert_eq!(status(&office), "CANCELLED");
    }
}

/// Rows: R17.
#[test]
fn a_proposal_lapses_by_the_calendar_that_the_manager_entered() {
    for db in TestDb::both() {
        let office = office(db);
        office.app.staff("manager", Role::Manager, "11990000MB00000948");
        let lapses = |id: &str| {
            office.qin.get(&format!("/api/v1/proposals/{id}")).must(200)["lapses_at"].as_i64().unwrap()
        };
        let first = lapses(&propose(&office.gao, office.licence, "revoke"));
        // The tenth working day is Friday, 4 December; with Monday, 30 November, off it is the Monday after.
        let known = office.gao.get("/api/v1/calendar/2026").must(200);
        let mut off = known["off"].as_array().unwrap().clone();
        off.push(json!("20261130"));
        let table = json!({ "notice": "临时放假通知", "off": off, "work": known["work"] });
        office.app.as_("manager").send("PUT", "/api/v1/calendar/2026", Some(&table)).must(200);
        let second = lapses(&propose(&office.gao, office.licence, "annul"));
        assert_eq!(second - first, 3 * 86_400);
    }
}
