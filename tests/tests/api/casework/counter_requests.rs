//! Counter requests: a code on the counter's screen, the holder's one answer, and what the counter gets of it.

use liangzheng_server::domain::actor::agency::AgencyLevel;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, PIN, UNIT};
use serde_json::{Value, json};

use super::{CIVIL, HOUSEHOLD, LABORATORY, SOCIAL_CARD, desk, licence, name, open, person, rule, wanted};

/// A request for an identity card and a social card.
struct Asked {
    case: String,
    id: String,
    code: String,
    expires_at: i64,
}

fn ask(handler: &Caller, case: &str, kinds: &[&str]) -> Answer {
    let body = json!({ "kinds": kinds, "purpose": "subsidy" });
    handler.post(&format!("/api/v1/cases/{case}/requests"), &body)
}

fn asked(app: &TestApp, number: u32) -> Asked {
    let case = open(app, "civil.handler", "civil.subsidy", number);
    let made = ask(&app.as_("civil.handler"), &case, &[IDENTITY_CARD, SOCIAL_CARD]).must(201);
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    assert!(text("qr_text").starts_with("ER1:") && text("qr_svg").starts_with("<svg"), "{made}");
    Asked { case, id: text("id"), code: text("qr_text"), expires_at: made["expires_at"].as_i64().unwrap() }
}

impl Asked {
    fn seen(&self, wallet: &Caller) -> Answer {
        wallet.get(&format!("/api/v1/wallet/counter-requests/{}", in_path(&self.code)))
    }

    fn answer(&self, wallet: &Caller, body: &Value) -> Answer {
        wallet.post(&format!("/api/v1/wallet/counter-requests/{}/acts", in_path(&self.code)), body)
    }

    fn agree(&self, wallet: &Caller, licences: &[&Licence]) -> Answer {
        self.answer(wallet, &agreeing(licences))
    }

    fn read(&self, handler: &Caller) -> Value {
        handler.get(&format!("/api/v1/cases/{}/requests/{}", self.case, self.id)).must(200)
    }
}

fn agreeing(licences: &[&Licence]) -> Value {
    let ids: Vec<String> = licences.iter().map(|licence| licence.id.to_string()).collect();
    json!({ "act": "agree", "licences": ids, "pin": PIN })
}

/// As a part of an address: all but letters and digits by percent signs.
fn in_path(code: &str) -> String {
    code.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02X}") }
            },
        )
        .collect()
}

fn kinds_of_uses(caller: &Caller) -> Vec<(Value, Value)> {
    let listed = caller.get("/api/v1/wallet/uses").must(200);
    let items = listed["items"].as_array().unwrap().iter();
    items.map(|one| (one["kind"].clone(), one["refused"]["rule"].clone())).collect()
}

/// Rows: R59, R61, R63, R65.
#[test]
fn the_holder_sees_every_field_agrees_once_and_the_counter_gets_what_he_chose_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let second = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let social = licence(&app, holder, SOCIAL_CARD, CIVIL, Status::Active);
        let (own, handler) = (app.as_("h1"), app.as_("civil.handler"));
        let request = asked(&app, 1);
        assert_eq!(request.expires_at, app.app.now().0 + 300);
        let waits = request.read(&handler);
        assert_eq!((&waits["state"], &waits["qr_text"]), (&json!("open"), &json!(request.code)));

        let seen = request.seen(&own);
        assert_eq!(seen.header("cache-control"), Some("no-store"));
        let seen = seen.must(200);
        assert_eq!(seen["unit"], CIVIL);
        assert_eq!((&seen["matter"], &seen["purpose"]), (&json!("civil.subsidy"), &json!("subsidy")));
        assert_eq!(seen["on_behalf_of"], Value::Null);
        let cards = seen["materials"][0]["licences"].as_array().unwrap();
        assert_eq!(cards.len(), 2, "which of them answers is his to say: {seen}");
        let keys: Vec<&Value> =
            cards[0]["fields"].as_array().unwrap().iter().map(|field| &field["key"]).collect();
        assert_eq!(keys, ["n", "id", "a"]);
        assert!(cards[0]["fields"][1]["value"].as_str().unwrap().contains('*'), "as the unit would see it");
        // Without its prefix the code is the same.
        let bare = format!("/api/v1/wallet/counter-requests/{}", in_path(&request.code[4..]));
        own.get(&bare).must(200);
        // For another's wallet, for who has none, and of another code there is no such request.
        assert_eq!(request.seen(&app.as_("h2")).status, 404);
        assert_eq!(request.agree(&app.as_("h2"), &[&card]).status, 404);
        assert_eq!(request.seen(&handler).status, 403);
        assert_eq!(own.get("/api/v1/wallet/counter-requests/000000000000000000000000").status, 404);
        assert_eq!(own.get("/api/v1/wallet/counter-requests/x").status, 404);

        let mut guessed = agreeing(&[&card]);
        guessed["pin"] = json!("000000");
        assert_eq!(request.answer(&own, &guessed).problem(), "wrong-pin");
        for (licences, pointer) in [(vec![], "/licences"), (vec![&card, &second], "/licences/1")] {
            let told = request.agree(&own, &licences).must(422);
            assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
        }
        assert_eq!(request.read(&handler)["state"], "open", "nothing was given");

        let given = request.agree(&own, &[&second, &social]).must(200);
        assert_eq!((&given["state"], given["given"].as_array().unwrap().len()), (&json!("agreed"), 2));
        let again = request.agree(&own, &[&card]);
        assert_eq!((again.status, again.problem().as_str()), (410, "counter-request-over"));
        assert_eq!(request.seen(&own).status, 410, "it is answered");
        let got = request.read(&handler);
        assert_eq!((&got["state"], &got["qr_text"]), (&json!("agreed"), &Value::Null));
        let one = &got["materials"][0]["licence"];
        assert_eq!(one["identifier"], second.identifier.to_string());
        assert_eq!(one["use"], given["given"][0]["use"]);
        let mark = one["watermark"]["zh-CN"].as_str().unwrap();
        assert!(mark.contains("civil.handler 的账户") && mark.contains("不得"), "{mark}");
        assert_eq!(got["materials"][1]["licence"]["identifier"], social.identifier.to_string());
        // Reading it again is no other use; the holder finds each licence once, and the authorisation behind it.
        request.read(&handler);
        assert_eq!(kinds_of_uses(&own), [(json!("fetch"), Value::Null), (json!("fetch"), Value::Null)]);
        let authorised = own.get("/api/v1/wallet/authorisations").must(200);
        assert_eq!(authorised["items"].as_array().unwrap().len(), 2, "{authorised}");
        assert_eq!(authorised["items"][0]["until"], app.app.now().0 + 300);
        // Another clerk of the unit sees that it was answered, and nothing of it; another unit sees no request.
        app.staff("civil.second", Role::Handler, CIVIL);
        let other = request.read(&app.as_("civil.second"));
        assert_eq!((&other["state"], &other["materials"][0]["licence"]), (&json!("agreed"), &Value::Null));
        let path = format!("/api/v1/cases/{}/requests/{}", request.case, request.id);
        assert_eq!(app.as_("samr.handler").get(&path).status, 404);
        // It counts for this case only: in another one of the same holder nothing is got for the same purpose.
        let elsewhere = open(&app, "civil.second", "civil.subsidy", 1);
        let there = wanted(&elsewhere, 1, IDENTITY_CARD, "subsidy");
        let refused = app.as_("civil.second").post("/api/v1/fetches", &there);
        assert_eq!(rule(&refused), "authorisation");
        // What he takes back is shown no more, and after five minutes nothing is.
        let id =
            authorised["items"].as_array().unwrap().iter().find(|one| one["kind"] == IDENTITY_CARD).unwrap();
        own.delete(&format!("/api/v1/wallet/authorisations/{}", id["id"].as_str().unwrap())).must(204);
        let left = request.read(&handler);
        assert_eq!(left["materials"][0]["licence"], Value::Null);
        assert!(left["materials"][0]["reason"]["zh-CN"].as_str().unwrap().contains("未授权"), "{left}");
        assert_ne!(left["materials"][1]["licence"], Value::Null);
        app.pass(300);
        assert_eq!(request.read(&handler)["materials"][1]["licence"], Value::Null);
        let fetch = wanted(&request.case, 1, SOCIAL_CARD, "subsidy");
        assert_eq!(rule(&handler.post("/api/v1/fetches", &fetch)), "authorisation");
    }
}

/// Rows: R59, R63.
#[test]
fn a_code_counts_for_five_minutes_and_a_refusal_or_the_end_of_its_case_ends_it_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let (own, handler) = (app.as_("h1"), app.as_("civil.handler"));
        let request = asked(&app, 1);
        app.pass(299);
        request.seen(&own).must(200);
        for _ in 0..2 {
            app.pass(1);
            assert_eq!(request.seen(&own).problem(), "counter-request-over");
            assert_eq!(request.agree(&own, &[&card]).status, 410);
            assert_eq!(request.answer(&own, &json!({ "act": "refuse" })).status, 410);
            assert_eq!(request.read(&handler)["state"], "expired");
        }
        let late = asked(&app, 1);
        app.pass(299);
        late.agree(&own, &[&card]).must(200);

        // A refusal takes no PIN, gives nothing, and is one answer.
        let request = asked(&app, 1);
        let refused = request.answer(&own, &json!({ "act": "refuse" })).must(200);
        assert_eq!((&refused["state"], &refused["given"]), (&json!("refused"), &json!([])));
        assert_eq!(request.agree(&own, &[&card]).status, 410);
        let told = request.read(&handler);
        assert_eq!((&told["state"], &told["materials"][0]["licence"]), (&json!("refused"), &Value::Null));
        assert_eq!(kinds_of_uses(&own).len(), 1, "of the one before only");

        // The case ended, or its clerk left, before he answered.
        let request = asked(&app, 1);
        let acts = format!("/api/v1/cases/{}/acts", request.case);
        handler.post(&acts, &json!({ "act": "conclude" })).must(200);
        assert_eq!(request.seen(&own).status, 410);
        assert_eq!(request.agree(&own, &[&card]).status, 410);
        assert_eq!(rule(&ask(&handler, &request.case, &[IDENTITY_CARD])), "case");
        app.staff("civil.leaving", Role::Handler, CIVIL);
        let case = open(&app, "civil.leaving", "civil.subsidy", 1);
        let made = ask(&app.as_("civil.leaving"), &case, &[IDENTITY_CARD]).must(201);
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        let request = Asked { case, id: text("id"), code: text("qr_text"), expires_at: 0 };
        let account = app.as_("civil.leaving").get("/api/v1/me").must(200)["account"]["id"].clone();
        let account = account.as_str().unwrap().parse().unwrap();
        app.wait(liangzheng_server::service::actor::session::disable(&app.app, account)).unwrap();
        assert_eq!(request.agree(&own, &[&card]).problem(), "counter-request-over");
        assert_eq!(own.get("/api/v1/wallet/authorisations").must(200)["items"].as_array().unwrap().len(), 1);
    }
}

/// Rows: R62, R63.
#[test]
fn what_the_list_does_not_have_by_authorisation_is_not_asked_for_and_that_counts_as_a_try_on_both_databases()
{
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        licence(&app, holder, LABORATORY, UNIT, Status::Active);
        let handler = app.as_("civil.handler");
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        for (kinds, want) in [
            (vec![LABORATORY], "list"),
            (vec![IDENTITY_CARD, LABORATORY], "list"),
            (vec![HOUSEHOLD], "footing"),
        ] {
            assert_eq!(rule(&ask(&handler, &case, &kinds)), want, "{kinds:?}");
        }
        let body = json!({ "kinds": [IDENTITY_CARD], "purpose": "curiosity" });
        assert_eq!(rule(&handler.post(&format!("/api/v1/cases/{case}/requests"), &body)), "purpose");
        for kinds in [vec![], vec![IDENTITY_CARD; 2], vec![IDENTITY_CARD; 9]] {
            let told = ask(&handler, &case, &kinds).must(422);
            assert_eq!(told["errors"][0]["pointer"], "/kinds", "{told}");
        }
        assert_eq!(
            ask(&app.as_("samr.handler"), &case, &[IDENTITY_CARD]).status,
            404,
            "it is another unit's"
        );
        // Three tries in an hour are on the manager's desk, and all of them in the holder's list.
        let tasks = app.as_("manager").get("/api/v1/tasks?kind=scope_alarm").must(200);
        assert!(
            tasks["items"].as_array().unwrap().iter().any(|task| task["kind"] == "scope_alarm"),
            "{tasks}"
        );
        assert_eq!(kinds_of_uses(&app.as_("h1")).len(), 4);
    }
}

/// Rows: R59.
#[test]
fn of_two_answers_at_once_one_counts_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let own = app.as_("h1");
        for _ in 0..4 {
            let request = asked(&app, 1);
            let agree = agreeing(&[&card]);
            let refuse = json!({ "act": "refuse" });
            let mut statuses: Vec<u16> = std::thread::scope(|scope| {
                let tried: Vec<_> = [&agree, &refuse, &agree]
                    .into_iter()
                    .map(|body| scope.spawn(|| request.answer(&own, body).status))
                    .collect();
                tried.into_iter().map(|one| one.join().unwrap()).collect()
            });
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 410, 410]);
        }
    }
}

/// Rows: R59.
#[test]
fn what_does_not_hold_is_told_without_a_field_and_what_has_ended_answers_nothing_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let held = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::OnHold);
        let ended = licence(&app, holder, SOCIAL_CARD, CIVIL, Status::Revoked);
        let own = app.as_("h1");
        let request = asked(&app, 1);
        let seen = request.seen(&own).must(200);
        assert_eq!(seen["materials"][0]["licences"][0]["fields"], json!([]));
        assert_ne!(seen["materials"][0]["licences"][0]["withheld"], Value::Null);
        assert_eq!(seen["materials"][1]["licences"], json!([]), "what has ended is not offered");
        let told = request.agree(&own, &[&ended]).must(422);
        assert_eq!(told["errors"][0]["pointer"], "/licences/0", "{told}");
        request.agree(&own, &[&held]).must(200);
        let got = request.read(&app.as_("civil.handler"));
        let one = &got["materials"][0]["licence"];
        assert_eq!((&one["status"], &one["fields"]), (&json!("ON_HOLD"), &json!([])));
        assert_ne!(one["withheld"], Value::Null);
        assert_eq!(got["materials"][1]["licence"], Value::Null, "none was given");
    }
}

/// Rows: R59, R60.
#[test]
fn who_acts_for_the_holder_and_may_show_for_him_answers_for_him_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let request = asked(&app, 1);
        let (account, _) = app.holder("clerk");
        let clerk = app.log_in("clerk");
        assert_eq!(request.seen(&clerk).status, 404);
        app.wait(app.make.agency(account, holder, AgencyLevel::Handler, &[], None));
        let seen = request.seen(&clerk).must(200);
        assert_eq!(seen["on_behalf_of"], holder.to_string());
        request.agree(&clerk, &[&card]).must(200);
        let given = app.as_("h1").get("/api/v1/wallet/authorisations").must(200);
        assert_eq!(given["items"][0]["footing"], "agent", "{given}");
        assert_eq!(name(1), request_name(&app, &request));
    }
}

/// Whom the case of a request is for.
fn request_name(app: &TestApp, request: &Asked) -> String {
    let case = app.as_("civil.handler").get(&format!("/api/v1/cases/{}", request.case)).must(200);
    case["holder"]["name"].as_str().unwrap().to_owned()
}
