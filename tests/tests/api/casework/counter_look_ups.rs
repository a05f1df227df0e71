//! Counter look-ups (R70): what the issuing unit's counter is shown for a holder without a phone, how often, and what he is
//! told of it.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::office::citizen;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT};
use serde_json::{Value, json};

use super::{CIVIL, HOUSEHOLD, SOCIAL_CARD, desk, licence, name, open, person};
use crate::at_rest::{kept, stands_in};

fn body(case: &str, kind: &str) -> Value {
    json!({ "case": case, "kind": kind, "evidence": { "type": "photo_compared" }, "reason": "老人未带手机，来窗口补办" })
}

fn look(clerk: &Caller, case: &str, kind: &str) -> Answer {
    clerk.post("/api/v1/counter-lookups", &body(case, kind))
}

/// A counter of the unit that issues social cards, and a case there for the first holder.
fn counter(app: &TestApp) -> (Caller, String) {
    app.staff("civil.maker", Role::IssuerMaker, CIVIL);
    (app.as_("civil.maker"), open(app, "civil.handler", "civil.subsidy", 1))
}

/// What is told of a refusal, without the number of the request.
fn told(answer: &Answer) -> (u16, String, Value) {
    let problem = answer.json();
    (answer.status, answer.problem(), problem["detail"].clone())
}

/// Rows: R61, R70.
#[test]
fn a_counter_sees_one_kind_masked_and_the_holder_is_told_at_once_on_both_databases() {
    for db in TestDb::both() {
        let folder = db.folder().to_owned();
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, SOCIAL_CARD, CIVIL, Status::Active);
        licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let (clerk, case) = counter(&app);
        let answer = look(&clerk, &case, SOCIAL_CARD);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let got = answer.must(200);
        let [one] = &got["licences"].as_array().unwrap()[..] else { panic!("{got}") };
        assert_eq!(one["identifier"], card.identifier.to_string());
        let number = one["fields"].as_array().unwrap().iter().find(|field| field["key"] == "id");
        assert!(number.is_none_or(|field| field["value"].as_str().unwrap().contains('*')), "{one}");
        assert!(one["watermark"]["zh-CN"].as_str().unwrap().contains("不得"), "{one}");
        let notices = app.as_("h1").get("/api/v1/wallet/notices").must(200);
        assert_eq!(notices["items"][0]["kind"], "look_up", "{notices}");
        assert!(
            notices["items"][0]["text"]["zh-CN"].as_str().unwrap().contains("窗口为您查询了"),
            "{notices}"
        );
        let uses = app.as_("h1").get("/api/v1/wallet/uses").must(200);
        let used = &uses["items"][0];
        assert_eq!((&used["kind"], &used["licence"]), (&json!("lookup"), &json!(card.id)));
        assert_eq!(used["purpose"], "老人未带手机，来窗口补办");
        assert_eq!(used["by"]["unit"], CIVIL);
        let kept = kept(&app, &folder);
        assert!(stands_in(&kept, CIVIL) && !stands_in(&kept, "老人未带手机"), "the reason stands in clear");

        // No match, and what is not allowed, are told alike: a kind he has not got, another unit's licence, another's case,
        // none, one that has ended.
        let empty = open(&app, "civil.handler", "civil.subsidy", 2);
        let foreign = open(&app, "samr.handler", "samr.change", 1);
        let closed = open(&app, "civil.handler", "civil.subsidy", 1);
        let acts = format!("/api/v1/cases/{closed}/acts");
        app.as_("civil.handler").post(&acts, &json!({ "act": "conclude" })).must(200);
        let none = told(&look(&clerk, &empty, SOCIAL_CARD));
        assert_eq!(none.0, 404);
        for (case, kind) in [
            (&case, HOUSEHOLD),
            (&case, IDENTITY_CARD),
            (&case, "11990000MB00010993999"),
            (&foreign, SOCIAL_CARD),
            (&closed, SOCIAL_CARD),
            (&"cas_00000000000000000000000000000000".to_owned(), SOCIAL_CARD),
        ] {
            assert_eq!(told(&look(&clerk, case, kind)), none, "{case} {kind}");
        }
        // His number under another's name opens nothing.
        let holder = json!({ "type": "natural", "name": name(2), "id_type": "111", "id_number": citizen(1) });
        let slip = json!({ "type": "using", "matter": "civil.subsidy", "holder": holder });
        let slip = app.as_("civil.handler").post("/api/v1/cases", &slip).must(201);
        assert_eq!(told(&look(&clerk, slip["id"].as_str().unwrap(), SOCIAL_CARD)), none);
        // Each look for him is in his list; nobody without the role looks, and nobody without a reason.
        let uses = app.as_("h1").get("/api/v1/wallet/uses").must(200);
        assert_eq!(uses["items"].as_array().unwrap().len(), 5, "{uses}");
        for other in ["civil.handler", "civil.checker", "civil.admin", "manager", "h1"] {
            assert_eq!(look(&app.as_(other), &case, SOCIAL_CARD).problem(), "forbidden", "{other}");
        }
        let mut silent = body(&case, SOCIAL_CARD);
        silent["reason"] = json!(" ");
        assert_eq!(
            clerk.post("/api/v1/counter-lookups", &silent).must(422)["errors"][0]["pointer"],
            "/reason"
        );
        silent["evidence"] = json!({ "type": "a friend" });
        assert_eq!(clerk.post("/api/v1/counter-lookups", &silent).status, 422);
    }
}

/// Rows: R70.
#[test]
fn a_clerk_looks_up_twenty_times_a_day_whatever_comes_of_it_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        licence(&app, holder, SOCIAL_CARD, CIVIL, Status::Active);
        let (clerk, case) = counter(&app);
        for at in 0..20 {
            let kind = if at % 2 == 0 { SOCIAL_CARD } else { IDENTITY_CARD };
            assert_eq!(look(&clerk, &case, kind).status, if at % 2 == 0 { 200 } else { 404 }, "{at}");
        }
        let refused = look(&clerk, &case, SOCIAL_CARD);
        assert_eq!((refused.status, refused.problem().as_str()), (429, "too-many-requests"));
        // It is noon: another day begins in twelve hours.
        assert_eq!(refused.header("retry-after"), Some("43200"));
        app.staff("civil.other", Role::IssuerMaker, CIVIL);
        look(&app.as_("civil.other"), &case, SOCIAL_CARD).must(200);
        app.pass(43_199);
        assert_eq!(look(&app.log_in("civil.maker"), &case, SOCIAL_CARD).status, 429);
        app.pass(1);
        look(&app.log_in("civil.maker"), &case, SOCIAL_CARD).must(200);
    }
}
