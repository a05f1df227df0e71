//! 一事一查: what is given, and each rule by which it is not; what the holder, the unit and the manager see of it.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage::licence::co_holder;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::office::citizen;
use liangzheng_tests::make::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, UNIT};
use serde_json::{Value, json};

use crate::actor::clients::Program;

use super::{
    CIVIL, HOUSEHOLD, LABORATORY, SOCIAL_CARD, authorise, consent, desk, duty, granted, licence, name, open,
    person, rule, wanted,
};

const FETCH: &str = "/api/v1/fetches";

/// Rows: R59, R63, R65.
#[test]
fn an_authorised_licence_is_given_with_the_listed_fields_only_masked_and_marked_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        let handler = app.as_("civil.handler");
        let fetch = || handler.post(FETCH, &wanted(&case, 1, IDENTITY_CARD, "subsidy"));
        assert_eq!(rule(&fetch()), "authorisation");
        let given = authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");

        let answer = fetch();
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let got = answer.must(200);
        assert_eq!(got["footing"], "authorised");
        let [one] = &got["licences"].as_array().unwrap()[..] else { panic!("one was authorised: {got}") };
        assert_eq!(one["identifier"], card.identifier.to_string());
        assert_eq!((&one["status"], &one["withheld"]), (&json!("ACTIVE"), &Value::Null));
        let value = |key: &str| card.face.iter().find(|(known, _)| known == key).unwrap().1.clone();
        let masked = value("id");
        let last = masked.chars().last().unwrap();
        let masked = format!("i{}{last}", "*".repeat(masked.chars().count() - 2));
        let fields: Vec<(&Value, &Value)> =
            one["fields"].as_array().unwrap().iter().map(|field| (&field["key"], &field["value"])).collect();
        let want = [json!("n"), json!(value("n")), json!("id"), json!(masked), json!("a"), json!(value("a"))];
        assert_eq!(fields, [(&want[0], &want[1]), (&want[2], &want[3]), (&want[4], &want[5])]);
        let mark = one["watermark"]["zh-CN"].as_str().unwrap();
        for part in ["云溪市民生事务局", "civil.handler 的账户", "subsidy", "2026-11-22 12:00", "不得"]
        {
            assert!(mark.contains(part), "{mark}: {part}");
        }

        // Taken back: refused from the next request on, also while its time is not over.
        app.as_("h1").delete(&format!("/api/v1/wallet/authorisations/{given}")).must(204);
        assert_eq!(rule(&fetch()), "authorisation");
        authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");
        fetch().must(200);
        app.pass(3600);
        assert_eq!(rule(&fetch()), "authorisation", "its time is over");
    }
}

/// Rows: R58, R63.
#[test]
fn by_duty_the_holder_agrees_in_the_case_and_the_issuer_for_the_purpose_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 2);
        let register = licence(&app, holder, HOUSEHOLD, OTHER_UNIT, Status::Active);
        let case = open(&app, "civil.handler", "civil.subsidy", 2);
        let handler = app.as_("civil.handler");
        let fetch = || handler.post(FETCH, &wanted(&case, 2, HOUSEHOLD, "subsidy"));
        assert_eq!(rule(&fetch()), "holder-consent");
        consent(&app, "civil.handler", &case);
        assert_eq!(rule(&fetch()), "issuer-consent");
        let id = granted(&app);
        let got = fetch().must(200);
        assert_eq!(
            (&got["footing"], &got["licences"][0]["identifier"]),
            (&json!("duty"), &json!(register.identifier.to_string()))
        );
        // What does not hold is named with its status, and no field of it is given.
        let path = format!("/api/v1/licences/{}/acts", register.id);
        let act = |act: &str| json!({ "act": act, "reason": "核查", "legal_basis": "某法" });
        app.as_("police.checker").post(&path, &act("suspend")).must(200);
        let held = fetch().must(200);
        assert_eq!(
            (&held["licences"][0]["status"], &held["licences"][0]["fields"]),
            (&json!("ON_HOLD"), &json!([]))
        );
        assert!(held["licences"][0]["withheld"]["zh-CN"].as_str().unwrap().contains("挂起"), "{held}");
        app.as_("police.checker").post(&path, &act("resume")).must(200);
        duty(&app, "police.checker", &id, "end").must(200);
        assert_eq!(rule(&fetch()), "issuer-consent");
        granted(&app);
        fetch().must(200);
        let back = json!({ "act": "withdraw_consent", "reason": "本人撤回" });
        handler.post(&format!("/api/v1/cases/{case}/acts"), &back).must(200);
        assert_eq!(rule(&fetch()), "holder-consent");

        // What a unit has issued itself it needs no consent for but the holder's.
        let other = person(&app, 3);
        licence(&app, other, BUSINESS_LICENCE, UNIT, Status::Active);
        let own = open(&app, "samr.handler", "samr.change", 3);
        let body = wanted(&own, 3, BUSINESS_LICENCE, "business-change");
        assert_eq!(rule(&app.as_("samr.handler").post(FETCH, &body)), "holder-consent");
        consent(&app, "samr.handler", &own);
        let got = app.as_("samr.handler").post(FETCH, &body).must(200);
        assert_eq!(got["licences"].as_array().unwrap().len(), 1);
    }
}

/// Rows: R62, R63, R65.
#[test]
fn what_is_out_of_scope_is_refused_by_the_rule_that_fails_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        licence(&app, holder, LABORATORY, UNIT, Status::Active);
        let card = licence(&app, holder, SOCIAL_CARD, CIVIL, Status::Active);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");
        let handler = app.as_("civil.handler");
        let good = || wanted(&case, 1, SOCIAL_CARD, "subsidy");
        assert_eq!(handler.post(FETCH, &good()).must(200)["licences"].as_array().unwrap().len(), 1);
        let foreign = open(&app, "samr.handler", "samr.change", 1);
        type Change = fn(&mut Value);
        let cases: [(&str, Change); 8] = [
            ("case", |body| body["case"] = json!("cas_00000000000000000000000000000000")),
            ("holder", |body| body["holder"]["id_number"] = json!(citizen(2))),
            ("holder", |body| body["holder"]["name"] = json!("周")),
            ("holder", |body| body["holder"]["name"] = json!("%")),
            ("holder", |body| body["holder"]["id_type"] = json!("*")),
            ("list", |body| body["kind"] = json!(BUSINESS_LICENCE)),
            ("list", |body| body["kind"] = json!(LABORATORY)),
            ("purpose", |body| body["purpose"] = json!("curiosity")),
        ];
        for (want, change) in cases {
            let mut body = good();
            change(&mut body);
            assert_eq!(rule(&handler.post(FETCH, &body)), want, "{body}");
        }
        // A program fetches for the matters it was registered for: this one for none.
        let program = Program::of(&app.as_("manager"), CIVIL, &["handler"]).token(&app, "only");
        let program = app.anyone().with_token(program["access_token"].as_str().unwrap());
        assert_eq!(rule(&program.post(FETCH, &good())), "client");
        // Another unit's case is no case.
        assert_eq!(rule(&handler.post(FETCH, &wanted(&foreign, 1, SOCIAL_CARD, "subsidy"))), "case");
        // No list of kinds or of people, and no wildcard: such a body is none.
        for (member, value) in [("kind", json!("*")), ("kind", json!([SOCIAL_CARD])), ("holder", json!(null))]
        {
            let mut body = good();
            body[member] = value;
            assert_eq!(handler.post(FETCH, &body).status, 422, "{body}");
        }
        assert_eq!(handler.get(FETCH).status, 405, "there is no list");
        // Nor for who is no handler.
        assert_eq!(app.as_("civil.admin").post(FETCH, &good()).problem(), "forbidden");
        assert_eq!(app.as_("h1").post(FETCH, &good()).problem(), "forbidden");
        let close = json!({ "act": "conclude" });
        handler.post(&format!("/api/v1/cases/{case}/acts"), &close).must(200);
        assert_eq!(rule(&handler.post(FETCH, &good())), "case", "it has ended");
    }
}

/// Rows: R61, R63.
#[test]
fn the_holder_and_the_unit_see_each_use_and_each_refused_try_with_its_purpose_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        let handler = app.as_("civil.handler");
        let body = wanted(&case, 1, IDENTITY_CARD, "subsidy");
        rule(&handler.post(FETCH, &body));
        authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");
        let got = handler.post(FETCH, &body).must(200);
        // A try with a case that is another's tells him, too.
        rule(&handler.post(FETCH, &wanted(&case, 2, IDENTITY_CARD, "subsidy")));

        let uses = app.as_("h1").get("/api/v1/wallet/uses").must(200);
        let [given, refused] = &uses["items"].as_array().unwrap()[..] else { panic!("{uses}") };
        for one in [given, refused] {
            assert_eq!((&one["kind"], &one["purpose"]), (&json!("fetch"), &json!("subsidy")));
            assert_eq!(
                (&one["footing"], &one["licence_kind"]["code"]),
                (&json!("authorised"), &json!(IDENTITY_CARD))
            );
            assert_eq!((&one["by"]["unit"], &one["by"]["role"]), (&json!(CIVIL), &json!("handler")));
            assert_eq!(one["by"]["unit_names"]["zh-CN"], "云溪市民生事务局");
        }
        assert_eq!((&given["use"], &given["refused"]), (&got["use"], &Value::Null));
        assert_eq!((&given["licence"], &refused["licence"]), (&json!(card.id.to_string()), &Value::Null));
        assert_eq!(refused["refused"]["rule"], "authorisation");
        let other = app.as_("h2").get("/api/v1/wallet/uses").must(200);
        assert_eq!(other["items"][0]["refused"]["rule"], "holder", "{other}");

        // The unit's own list has no name of a holder.
        let path = format!("/api/v1/units/{CIVIL}/uses");
        let own = app.as_("civil.admin").get(&path);
        assert!(!own.text().contains(&name(1)) && !own.text().contains(&citizen(1)), "{}", own.text());
        let own = own.must(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 3, "{own}");
        let number = handler.get(&format!("/api/v1/cases/{case}")).must(200)["number"].clone();
        assert_eq!(own["items"][0]["case_number"], number);
        assert_eq!(app.as_("auditor").get(&path).must(200)["items"].as_array().unwrap().len(), 3);
        assert_eq!(app.as_("samr.admin").get(&path).status, 404);
    }
}

/// Rows: R61, R63.
#[test]
fn what_is_no_number_is_logged_and_counted_and_nothing_is_told_of_a_case_of_another_unit_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        person(&app, 1);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        let foreign = open(&app, "samr.handler", "samr.change", 1);
        let handler = app.as_("civil.handler");
        for number in ["*", "", "%"] {
            let mut body = wanted(&case, 1, IDENTITY_CARD, "subsidy");
            body["holder"]["id_number"] = json!(number);
            assert_eq!(rule(&handler.post(FETCH, &body)), "holder", "{number}");
        }
        let alarms = app.as_("manager").get("/api/v1/tasks?kind=scope_alarm").must(200);
        assert_eq!(alarms["items"][0]["alarm"]["tries"], 3, "{alarms}");
        assert_eq!(rule(&handler.post(FETCH, &wanted(&foreign, 1, IDENTITY_CARD, "subsidy"))), "case");

        let uses = app.as_("civil.admin").get(&format!("/api/v1/units/{CIVIL}/uses")).must(200);
        let told: Vec<(&Value, bool)> = uses["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (&one["refused"]["rule"], one["case_number"].is_null()))
            .collect();
        let (holder, case) = (json!("holder"), json!("case"));
        assert_eq!(told, [(&case, true), (&holder, false), (&holder, false), (&holder, false)], "{uses}");
        let own = app.as_("h1").get("/api/v1/wallet/uses").must(200);
        assert_eq!(
            (&own["items"][0]["refused"]["rule"], &own["items"][0]["case_number"]),
            (&case, &Value::Null)
        );
    }
}

/// Rows: R61.
#[test]
fn each_holder_of_a_licence_sees_its_uses_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let (holder, beside) = (person(&app, 1), person(&app, 2));
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        app.wait(async {
            let mut tx = app.app.db.begin_write().await.unwrap();
            co_holder::insert(&mut tx, card.id, beside).await.unwrap();
            tx.commit().await.unwrap();
        });
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        authorise(&app, 1, &card.id.to_string(), CIVIL, "subsidy");
        let handler = app.as_("civil.handler");
        let got = handler.post(FETCH, &wanted(&case, 1, IDENTITY_CARD, "subsidy")).must(200);
        for login in ["h1", "h2"] {
            let uses = app.as_(login).get("/api/v1/wallet/uses").must(200);
            assert_eq!(uses["items"][0]["use"], got["use"], "{login}: {uses}");
        }
    }
}

/// Rows: R63.
#[test]
fn three_refused_tries_in_an_hour_are_told_to_the_manager_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        person(&app, 1);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        let handler = app.as_("civil.handler");
        let wrong = || drop(rule(&handler.post(FETCH, &wanted(&case, 1, BUSINESS_LICENCE, "subsidy"))));
        let alarms = || app.as_("manager").get("/api/v1/tasks?kind=scope_alarm").must(200)["items"].clone();
        wrong();
        wrong();
        assert_eq!(alarms(), json!([]));
        // The first two are over an hour old when the next come.
        app.pass(3601);
        wrong();
        wrong();
        assert_eq!(alarms(), json!([]));
        wrong();
        let told = alarms();
        assert_eq!(
            (&told[0]["alarm"]["unit"], &told[0]["alarm"]["tries"]),
            (&json!(CIVIL), &json!(3)),
            "{told}"
        );
        wrong();
        let told = alarms();
        assert_eq!((told.as_array().unwrap().len(), &told[0]["alarm"]["tries"]), (1, &json!(4)));
        let path = format!("/api/v1/tasks/{}/acts", told[0]["id"].as_str().unwrap());
        let end = json!({ "act": "end", "reason": "已约谈该单位" });
        app.as_("manager").post(&path, &end).must(204);
        assert_eq!(alarms(), json!([]));
        assert_eq!(app.as_("manager").post(&path, &end).status, 404);
        assert_eq!(
            app.as_("police.checker").get("/api/v1/tasks?kind=scope_alarm").must(200)["items"],
            json!([]),
            "it is the manager's"
        );
    }
}

/// Rows: R63.
#[test]
fn of_three_tries_at_once_none_is_missed_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        person(&app, 1);
        let case = open(&app, "civil.handler", "civil.subsidy", 1);
        let wrong = wanted(&case, 1, BUSINESS_LICENCE, "subsidy");
        let clerks = ["civil.handler", "civil.second", "civil.third"].map(|login| {
            if login != "civil.handler" {
                app.staff(login, Role::Handler, CIVIL);
            }
            app.as_(login)
        });
        std::thread::scope(|scope| {
            for clerk in &clerks {
                scope.spawn(|| rule(&clerk.post(FETCH, &wrong)));
            }
        });
        let alarms = app.as_("manager").get("/api/v1/tasks?kind=scope_alarm").must(200);
        assert_eq!(alarms["items"][0]["alarm"]["tries"], 3, "{alarms}");
    }
}
