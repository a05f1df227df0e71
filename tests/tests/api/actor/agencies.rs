//! `/api/v1/agencies`, `/api/v1/wallet/agencies`: who acts for a firm or a ward, and what they do in its wallet.

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::identifier::citizen_id_is_valid;
use liangzheng_server::domain::actor::agency::{AgencyAct, AgencyLevel};
use liangzheng_server::domain::actor::holder::{Holder, HolderKind, HolderNumber};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::ids::HolderId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, PIN, UNIT, number_of, secrets};
use serde_json::{Value, json};

use super::pointers;

const FIRM: &str = "91990100MA0000031K";
const FIRM_NAME: &str = "山月茶饮有限公司";

/// A counter with a maker and two checkers, and a firm with a licence; the licence's id.
fn counter(db: TestDb) -> (TestApp, HolderId, String) {
    let app = TestApp::start(db, |config| config.limits.enabled = false);
    app.staff("gao", Role::IssuerMaker, UNIT);
    app.staff("qin", Role::IssuerChecker, UNIT);
    app.staff("bai", Role::IssuerChecker, OTHER_UNIT);
    let firm = Holder {
        id: HolderId::generate(NOON, &SystemEntropy),
        kind: HolderKind::Legal,
        name: FIRM_NAME.into(),
        number: HolderNumber::new("001", FIRM).unwrap(),
        created_at: NOON,
    };
    app.wait(async {
        let mut tx = app.make.db.begin_write().await.unwrap();
        storage::actor::holder::insert(&mut tx, &secrets(), &SystemEntropy, &firm).await.unwrap();
        tx.commit().await.unwrap();
    });
    let licence = app.licence(firm.id, BUSINESS_LICENCE, UNIT, Status::Active).id.to_string();
    (app, firm.id, licence)
}

/// The holder of a login, as an agent is named.
fn person(login: &str) -> Value {
    let number = number_of(login);
    json!({ "name": "林晓舟", "id_type": number.id_type(), "id_number": number.number() })
}

fn entry(level: &str, holder: &Value, agent: &str) -> Value {
    json!({ "level": level, "holder": holder, "agent": person(agent), "evidence": "营业执照登记的法定代表人" })
}

fn firm() -> Value {
    json!({ "type": "legal", "name": FIRM_NAME, "id_type": "001", "id_number": FIRM })
}

fn decide(by: &Caller, id: &Value, act: &str) -> Answer {
    by.post(
        &format!("/api/v1/agencies/{}/acts", id.as_str().unwrap()),
        &json!({ "act": act, "reason": "核对" }),
    )
}

/// Entered by one and approved by another.
fn made(app: &TestApp, body: &Value) -> Value {
    let entered = app.as_("gao").post("/api/v1/agencies", body).must(201);
    decide(&app.as_("qin"), &entered["id"], "approve").must(200)
}

fn cards(by: &Caller, whose: &str) -> Answer {
    by.get(&format!("/api/v1/wallet/licences?for={whose}"))
}

fn show(by: &Caller, licence: &str) -> Answer {
    let body = json!({ "scene": "inspect.food", "pin": PIN });
    by.post(&format!("/api/v1/wallet/licences/{licence}/show"), &body)
}

fn name(by: &Caller, holder: HolderId, agent: &str, level: &str, acts: &[&str]) -> Answer {
    let body = json!({ "holder": holder, "agent": person(agent), "level": level, "acts": acts });
    by.post("/api/v1/wallet/agencies", &body)
}

/// The claims of a shown code.
fn claims(shown: &Value) -> Value {
    let payload = shown["token"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

#[test]
fn a_counter_enters_who_represents_a_firm_and_another_person_approves_on_both_databases() {
    for db in TestDb::both() {
        let (app, _, _) = counter(db);
        app.holder("boss");
        let (gao, qin) = (app.as_("gao"), app.as_("qin"));
        let body = entry("legal_representative", &firm(), "boss");
        let entered = gao.with("Idempotency-Key", "a-1").post("/api/v1/agencies", &body).must(201);
        assert_eq!(gao.with("Idempotency-Key", "a-1").post("/api/v1/agencies", &body).must(201), entered);
        assert_eq!((&entered["state"], &entered["holder"]["name"]), (&json!("entered"), &json!(FIRM_NAME)));
        assert!(!entered.to_string().contains(number_of("boss").number()), "no list tells a whole number");
        assert_eq!(decide(&gao, &entered["id"], "approve").status, 403, "a maker decides nothing");
        assert_eq!(decide(&app.as_("bai"), &entered["id"], "approve").status, 404, "another unit's");
        let waiting = qin.get("/api/v1/agencies?state=entered").must(200);
        let mut by_another = entered.clone();
        by_another["own"] = json!(false);
        assert_eq!((&entered["own"], &waiting["items"]), (&json!(true), &json!([by_another])));
        assert_eq!(app.as_("bai").get("/api/v1/agencies").must(200)["items"], json!([]));
        let done = decide(&qin, &entered["id"], "approve").must(200);
        assert_eq!(done["state"], "approved");
        assert_eq!(decide(&qin, &entered["id"], "refuse").status, 409);
        let me = app.as_("boss").get("/api/v1/me").must(200);
        assert_eq!(
            (&me["agencies"][0]["level"], &me["agencies"][0]["holder"]["name"]),
            (&json!("legal_representative"), &json!(FIRM_NAME))
        );

        let wrong = |body: &Value| pointers(&gao.post("/api/v1/agencies", body).must(422));
        assert_eq!(wrong(&entry("manager", &firm(), "boss")), ["/level"], "a firm names its own managers");
        assert_eq!(wrong(&entry("guardian", &firm(), "boss")), ["/level"]);
        assert_eq!(wrong(&entry("legal_representative", &firm(), "nobody")), ["/agent/id_number"]);
        let mut late = body.clone();
        late["until"] = json!("20200101");
        assert_eq!(wrong(&late), ["/until"]);
        let refused = gao.post("/api/v1/agencies", &body).must(201);
        let silent = qin.post(
            &format!("/api/v1/agencies/{}/acts", refused["id"].as_str().unwrap()),
            &json!({ "act": "refuse" }),
        );
        assert_eq!(pointers(&silent.must(422)), ["/reason"]);
        assert_eq!(decide(&qin, &refused["id"], "refuse").must(200)["reason"], "核对");
        assert_eq!(decide(&qin, &refused["id"], "end").status, 409, "nothing began");

        // Who is to act approves it as little as who entered it, under whichever account.
        let (lin, _) = app.holder("lin");
        app.wait(app.make.join(lin, &[Role::IssuerChecker], UNIT));
        let own = gao.post("/api/v1/agencies", &entry("legal_representative", &firm(), "lin")).must(201);
        assert_eq!(decide(&app.log_in("lin"), &own["id"], "approve").problem(), "two-persons");
    }
}

#[test]
fn an_agent_reads_what_the_holder_is_told_and_a_stranger_does_not_on_both_databases() {
    for db in TestDb::both() {
        let (app, firm_id, licence) = counter(db);
        app.holder("boss");
        app.holder("zhou");
        made(&app, &entry("legal_representative", &firm(), "boss"));
        let act = json!({ "act": "suspend", "reason": "核查", "legal_basis": "测试依据" });
        app.as_("qin").post(&format!("/api/v1/licences/{licence}/acts"), &act).must(200);
        let path = format!("/api/v1/wallet/notices?for={firm_id}");
        let told = app.as_("boss").get(&path).must(200);
        assert_eq!(told["items"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&told["items"][0]["act"], &told["items"][0]["licence"]["id"]),
            (&json!("suspend"), &json!(licence))
        );
        assert_eq!(app.as_("boss").get("/api/v1/wallet/notices?for=own").must(200)["items"], json!([]));
        assert_eq!(app.as_("zhou").get(&path).status, 404);
        assert_eq!(app.as_("zhou").get("/api/v1/wallet/notices?for=nobody").status, 404);
    }
}

#[test]
fn what_one_checker_has_taken_another_does_not_decide_on_both_databases() {
    for db in TestDb::both() {
        let (app, _, _) = counter(db);
        app.holder("boss");
        app.staff("yan", Role::IssuerChecker, UNIT);
        let (gao, qin, yan) = (app.as_("gao"), app.as_("qin"), app.as_("yan"));
        let entered = gao.post("/api/v1/agencies", &entry("legal_representative", &firm(), "boss")).must(201);
        let task = format!("/api/v1/tasks/{}/acts", entered["id"].as_str().unwrap());
        qin.post(&task, &json!({ "act": "claim" })).must(204);
        for act in ["approve", "refuse"] {
            let refused = decide(&yan, &entered["id"], act);
            assert_eq!((refused.status, refused.problem().as_str()), (409, "claimed"));
            assert!(refused.text().contains("qin 的账户"), "names who has it: {}", refused.text());
        }
        decide(&qin, &entered["id"], "approve").must(200);
        decide(&yan, &entered["id"], "end").must(200);
    }
}

#[test]
fn a_firms_people_see_show_and_ask_as_far_as_they_were_named_on_both_databases() {
    for db in TestDb::both() {
        let (app, holder, licence) = counter(db);
        for login in ["boss", "manager", "hand", "clerk", "stranger"] {
            app.holder(login);
        }
        made(&app, &entry("legal_representative", &firm(), "boss"));
        let boss = app.as_("boss");
        let whose = holder.to_string();
        let found = cards(&boss, &whose).must(200);
        assert_eq!(
            (&found["items"][0]["id"], &found["items"][0]["footing"]),
            (
                &json!(licence),
                &json!({ "kind": "agent", "holder": whose, "name": FIRM_NAME, "from": null, "until": null })
            )
        );
        assert_eq!(cards(&boss, "own").must(200)["items"], json!([]), "a firm's licences are not one's own");
        assert_eq!(cards(&app.as_("stranger"), &whose).status, 404);
        assert_eq!(cards(&app.as_("gao"), &whose).status, 403);

        // What an agent shows says who shows it.
        let shown = show(&boss, &licence).must(201);
        let act = claims(&shown)["act"].clone();
        assert_eq!(act["name"], "林晓舟");
        let masked = act["sub"].as_str().unwrap();
        assert!(masked.contains('*') && masked.len() == number_of("boss").number().len(), "{act}");
        app.staff("han", Role::Inspector, UNIT);
        let verdict = app.as_("han").post("/api/v1/verify", &json!({ "input": shown["qr_text"] })).must(200);
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
        assert_eq!(show(&app.as_("stranger"), &licence).status, 404);

        // The boss names managers, they handlers; nobody names his equal.
        let manager = name(&boss, holder, "manager", "manager", &[]).must(201);
        assert_eq!((&manager["level"], &manager["removable"]), (&json!("manager"), &json!(true)));
        assert_eq!(name(&boss, holder, "manager", "handler", &[]).problem(), "agent-there");
        let by_manager = app.as_("manager");
        assert_eq!(name(&by_manager, holder, "hand", "manager", &[]).status, 403);
        assert_eq!(name(&app.as_("stranger"), holder, "hand", "handler", &[]).status, 404);
        let hand = name(&by_manager, holder, "hand", "handler", &["view"]).must(201);
        name(&by_manager, holder, "clerk", "handler", &["view", "ask"]).must(201);
        let listed = |login: &str| {
            app.as_(login).get("/api/v1/wallet/agencies").must(200)["items"].as_array().unwrap().len()
        };
        assert_eq!((listed("boss"), listed("manager"), listed("hand"), listed("stranger")), (4, 4, 1, 0));
        let by_hand = app.as_("hand");
        assert_eq!(cards(&by_hand, &whose).must(200)["items"][0]["id"], json!(licence));
        assert_eq!(show(&by_hand, &licence).status, 404, "only to see");
        let ask = |login: &str| {
            let body = json!({ "act": "report_loss", "reason": "正本遗失" });
            app.as_(login).post(&format!("/api/v1/wallet/licences/{licence}/requests"), &body)
        };
        assert_eq!(ask("hand").status, 404);
        assert_eq!(ask("clerk").must(201)["status"], "REPORTED_LOST");
        let acts = app.as_("qin").get(&format!("/api/v1/licences/{licence}/acts")).must(200);
        assert_eq!(acts["items"].as_array().unwrap().last().unwrap()["footing"], "agent");

        // Who is removed takes along whom he named, with what they are showing.
        let shown = show(&by_manager, &licence).must(201);
        let refresh = format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap());
        by_manager.post_nothing(&refresh).must(200);
        let path = |agent: &Value| format!("/api/v1/wallet/agencies/{}", agent["id"].as_str().unwrap());
        assert_eq!(by_hand.delete(&path(&manager)).status, 404, "he does not even see him");
        boss.delete(&path(&manager)).must(204);
        assert_ne!(by_manager.post_nothing(&refresh).status, 200);
        for login in ["manager", "hand", "clerk"] {
            assert_eq!(cards(&app.as_(login), &whose).status, 404, "{login}");
        }
        assert_eq!(boss.delete(&path(&hand)).status, 404, "ended already");

        // A new legal representative takes the place of the one before.
        app.holder("next");
        made(&app, &entry("legal_representative", &firm(), "next"));
        assert_eq!(cards(&boss, &whose).status, 404);
        assert_eq!(cards(&app.as_("next"), &whose).status, 200);
    }
}

#[test]
fn what_a_counter_let_begin_it_ends_with_those_below_on_both_databases() {
    for db in TestDb::both() {
        let (app, holder, licence) = counter(db);
        for login in ["boss", "manager", "next"] {
            app.holder(login);
        }
        let entry_of = |login: &str| entry("legal_representative", &firm(), login);
        let begun = made(&app, &entry_of("boss"));
        assert_eq!((&begun["in_force"], &begun["ended_at"]), (&json!(true), &Value::Null));
        name(&app.as_("boss"), holder, "manager", "manager", &[]).must(201);
        show(&app.as_("manager"), &licence).must(201);
        let (qin, whose) = (app.as_("qin"), holder.to_string());
        let act = |body: &Value| {
            qin.post(&format!("/api/v1/agencies/{}/acts", begun["id"].as_str().unwrap()), body)
        };
        assert_eq!(pointers(&act(&json!({ "act": "end" })).must(422)), ["/reason"]);
        assert_eq!(decide(&app.as_("bai"), &begun["id"], "end").status, 404, "another unit's");
        assert_eq!(decide(&app.as_("gao"), &begun["id"], "end").status, 403, "a maker ends nothing");
        let ended = act(&json!({ "act": "end", "reason": "法定代表人变更" })).must(200);
        assert_eq!((&ended["state"], &ended["in_force"]), (&json!("ended"), &json!(false)));
        assert_eq!(ended["reason"], "法定代表人变更");
        assert!(ended["ended_at"].is_i64() && ended["decided_at"] == begun["decided_at"], "{ended}");
        for login in ["boss", "manager"] {
            assert_eq!(cards(&app.as_(login), &whose).status, 404, "{login}");
        }
        assert_eq!(act(&json!({ "act": "end", "reason": "再次" })).status, 409, "once");
        assert_eq!(qin.get("/api/v1/agencies?state=ended").must(200)["items"], json!([ended]));

        // Whom another has followed is not in force, and there is nothing to end.
        let before = made(&app, &entry_of("boss"));
        made(&app, &entry_of("next"));
        let listed = qin.get("/api/v1/agencies?state=approved").must(200)["items"].clone();
        let listed = listed.as_array().unwrap();
        assert_eq!(listed.len(), 2);
        for one in listed {
            assert_eq!(one["in_force"], json!(one["id"] != before["id"]), "{one}");
        }
        assert_eq!(decide(&qin, &before["id"], "end").status, 409);
    }
}

#[test]
fn an_entry_waits_in_the_to_do_list_of_who_may_approve_it() {
    for db in TestDb::both() {
        let (app, _, _) = counter(db);
        app.holder("boss");
        app.wait(app.make.member("both", &[Role::IssuerMaker, Role::IssuerChecker], UNIT));
        let body = entry("legal_representative", &firm(), "boss");
        let entered = app.log_in("both").post("/api/v1/agencies", &body).must(201);
        let waiting = |login: &str| {
            let found = app.as_(login).get("/api/v1/tasks?kind=agency").must(200);
            found["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(waiting("qin"), [entered["id"].clone()]);
        for login in ["both", "bai", "gao"] {
            assert!(waiting(login).is_empty(), "{login}");
        }
        let path = format!("/api/v1/tasks/{}/acts", entered["id"].as_str().unwrap());
        app.as_("qin").post(&path, &json!({ "act": "claim" })).must(204);
        assert_eq!(app.as_("bai").post(&path, &json!({ "act": "claim" })).status, 404);
        decide(&app.as_("qin"), &entered["id"], "approve").must(200);
        assert!(waiting("qin").is_empty());
        assert_eq!(app.as_("qin").post(&path, &json!({ "act": "claim" })).status, 404);
    }
}

#[test]
fn a_firm_has_five_managers_at_the_most_and_nobody_gives_more_than_he_has() {
    let (app, holder, _) = counter(TestDb::sqlite());
    app.holder("boss");
    let mut body = entry("legal_representative", &firm(), "boss");
    body["until"] = json!("20261231");
    made(&app, &body);
    let boss = app.as_("boss");
    for number in 0..6 {
        let login = format!("m{number}");
        app.holder(&login);
        let named = name(&boss, holder, &login, "manager", &[]);
        if number < 5 {
            assert_eq!(named.must(201)["until"], "20261231", "{login}");
        } else {
            assert_eq!((named.status, named.problem().as_str()), (409, "too-many-managers"));
        }
    }
    app.pass(40 * 86_400);
    assert_eq!(cards(&app.log_in("m0"), &holder.to_string()).status, 404, "they ended with him");
}

#[test]
fn a_guardian_acts_until_the_ward_is_of_age_on_both_databases() {
    for db in TestDb::both() {
        let (app, _, _) = counter(db);
        app.holder("mother");
        let born = |day: &str| {
            let id = |check| format!("990101{day}001{check}");
            "0123456789X".chars().map(id).find(|id| citizen_id_is_valid(id)).unwrap()
        };
        let ward = |day: &str| json!({ "type": "natural", "name": "林小满", "id_type": "111", "id_number": born(day) });
        // Born on 22 December 2008: of age in a month.
        let grown = app.as_("gao").post("/api/v1/agencies", &entry("guardian", &ward("20081122"), "mother"));
        assert_eq!(pointers(&grown.must(422)), ["/holder/id_number"], "of age today");
        made(&app, &entry("guardian", &ward("20081222"), "mother"));
        let me = app.as_("mother").get("/api/v1/me").must(200);
        assert_eq!(me["agencies"][0]["level"], "guardian");
        let holder = me["agencies"][0]["holder"]["id"].as_str().unwrap().to_owned();
        let card = app.licence(holder.parse().unwrap(), IDENTITY_CARD, OTHER_UNIT, Status::Active).id;
        let found = cards(&app.as_("mother"), &holder).must(200);
        assert_eq!(found["items"][0]["id"], json!(card.to_string()));
        // Midnight in China is twelve hours after noon.
        app.pass(29 * 86_400 + 12 * 3600 - 1);
        assert_eq!(cards(&app.log_in("mother"), &holder).status, 200);
        app.pass(1);
        assert_eq!(cards(&app.log_in("mother"), &holder).status, 404);
    }
}

#[test]
fn what_an_agent_may_do_is_told_as_far_as_he_was_named() {
    let (app, holder, _) = counter(TestDb::sqlite());
    app.staff("admin", Role::UnitAdmin, UNIT);
    let account = app.staff("clerk", Role::IssuerMaker, UNIT);
    let acts = [AgencyAct::View, AgencyAct::Ask];
    app.wait(app.make.agency(account, holder, AgencyLevel::Handler, &acts, None));
    let found = app.as_("admin").get(&format!("/api/v1/accounts/{account}/effective")).must(200);
    let agent_of = |action: &str| {
        let mut rights = found["items"].as_array().unwrap().iter();
        let right = rights.find(|right| right["action"] == action)?;
        right["from"].as_array().unwrap().iter().find(|from| from["footing"] == "agent").cloned()
    };
    for action in ["ViewWallet", "AskOfUnit", "ManageAgents"] {
        assert_eq!(agent_of(action).unwrap()["level"], "handler", "{action}");
    }
    for action in ["OpenShow", "FetchOfflineGrant", "MakeOwnFile", "ReadFile", "ViewOwnUses"] {
        assert_eq!(agent_of(action), None, "{action}");
    }
}

#[test]
fn an_agent_gives_no_act_that_he_has_not_himself() {
    let (app, holder, _) = counter(TestDb::sqlite());
    for login in ["boss", "manager", "hand"] {
        app.holder(login);
    }
    made(&app, &entry("legal_representative", &firm(), "boss"));
    name(&app.as_("boss"), holder, "manager", "manager", &["view"]).must(201);
    let by_manager = app.as_("manager");
    for acts in [&[][..], &["show"], &["view", "ask"]] {
        assert_eq!(pointers(&name(&by_manager, holder, "hand", "handler", acts).must(422)), ["/acts"]);
    }
    name(&by_manager, holder, "hand", "handler", &["view"]).must(201);
}
