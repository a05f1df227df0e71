//! Cases: what ends with a licence, and what is owed.

use liangzheng_tests::app::TestApp;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use serde_json::{Value, json};

use super::{MATTER, draft, holder, issue, office, review, write, wrong};

fn case(mode: &str) -> Value {
    json!({ "type": "issuing", "matter": MATTER, "holder": holder(1), "mode": mode })
}

fn open(app: &TestApp, body: &Value) -> String {
    let opened = app.as_("maker").post("/api/v1/cases", body).must(201);
    assert_eq!(opened["due_at"], Value::Null, "nothing is due before 办结");
    opened["id"].as_str().unwrap().to_owned()
}

fn act(app: &TestApp, login: &str, id: &str, body: &Value) -> liangzheng_tests::http::Answer {
    app.as_(login).post(&format!("/api/v1/cases/{id}/acts"), body)
}

/// 24:00 in China of the day of noon.
const MIDNIGHT: i64 = NOON.0 + 12 * 3600;

/// Rows: R15.
#[test]
fn an_online_case_ends_only_with_its_licence_or_a_reason() {
    for db in TestDb::both() {
        let app = office(db);
        let id = open(&app, &case("online"));
        let refused = act(&app, "maker", &id, &json!({ "act": "conclude" }));
        assert_eq!((refused.status, refused.problem().as_str()), (409, "licence-owed"));
        let mut body = draft(1);
        body["case"] = json!(id);
        let licence = write(&app, &body);
        assert_eq!(act(&app, "maker", &id, &json!({ "act": "conclude" })).problem(), "licence-owed");
        review(&app.as_("maker"), &licence, "submit").must(200);
        review(&app.as_("checker"), &licence, "approve").must(200);
        let ended = act(&app, "maker", &id, &json!({ "act": "conclude" })).must(200);
        assert_eq!(
            (&ended["state"], &ended["owed"], &ended["overdue"]),
            (&json!("concluded"), &json!(false), &json!(false))
        );
        assert_eq!((&ended["due_at"], &ended["concluded_at"]), (&json!(NOON.0), &json!(NOON.0)));
        assert_eq!(ended["licences"], json!([{ "id": licence, "status": "ACTIVE" }]));
        assert_eq!(act(&app, "maker", &id, &json!({ "act": "conclude" })).problem(), "forbidden-transition");
        // The other way: without one, and it says why.
        let other = open(&app, &case("online"));
        let silent = act(&app, "maker", &other, &json!({ "act": "close_without" }));
        assert_eq!(wrong(&silent), [("/reason".to_owned(), "missing".to_owned())]);
        let body = json!({ "act": "close_without", "reason": "申请人撤回" });
        let closed = act(&app, "maker", &other, &body).must(200);
        assert_eq!((&closed["state"], &closed["reason"]), (&json!("closed"), &json!("申请人撤回")));
        let mut late = draft(2);
        late["case"] = json!(other);
        late["holder"] = holder(1);
        late["face"]["id"] = late["holder"]["id_number"].clone();
        let refused = app.as_("maker").post("/api/v1/licences", &late);
        assert_eq!(wrong(&refused), [("/case".to_owned(), "ended".to_owned())]);
    }
}

/// Rows: R17.
#[test]
fn the_other_cases_owe_their_licence_until_it_is_active_and_are_overdue_after_the_deadline() {
    for db in TestDb::both() {
        let app = office(db);
        // Noon is a Sunday: the fifth working day after is the Friday.
        for (mode, due, number) in [("offline", MIDNIGHT, 11), ("bulk", MIDNIGHT + 5 * 86_400, 12)] {
            let mut body = case(mode);
            body["holder"] = holder(number);
            let id = open(&app, &body);
            let ended = act(&app, "maker", &id, &json!({ "act": "conclude" })).must(200);
            assert_eq!((&ended["due_at"], &ended["owed"]), (&json!(due), &json!(true)), "{mode}");
            assert_eq!((&ended["overdue"], &ended["provisional"]), (&json!(false), &json!(false)));
        }
        // A session lasts no longer than this clock is moved.
        let overdue = || {
            let found = app.log_in("maker").get("/api/v1/cases?overdue=true").must(200);
            found["items"].as_array().unwrap().iter().map(|case| case["mode"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(overdue(), Vec::<Value>::new());
        app.pass(12 * 3600);
        assert_eq!(overdue(), [json!("offline")]);
        app.pass(5 * 86_400);
        let app_maker = app.log_in("maker");
        let found = app_maker.get("/api/v1/cases?overdue=true").must(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");
        // Its licence comes late, and then nothing is owed.
        let case = found["items"].as_array().unwrap().iter().find(|case| case["mode"] == "offline").unwrap();
        let mut late = draft(11);
        late["case"] = case["id"].clone();
        late["mode"] = json!("offline");
        let written = app_maker.post("/api/v1/licences", &late).must(201);
        let licence = written["id"].as_str().unwrap();
        review(&app_maker, licence, "submit").must(200);
        review(&app.log_in("checker"), licence, "approve").must(200);
        let id = case["id"].as_str().unwrap();
        let now = app_maker.get(&format!("/api/v1/cases/{id}")).must(200);
        assert_eq!((&now["owed"], &now["overdue"]), (&json!(false), &json!(false)));
        let found = app_maker.get("/api/v1/cases?overdue=true").must(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
    }
}

/// Rows: R89.
#[test]
fn a_case_names_a_published_matter_and_has_a_number_of_its_own() {
    for db in TestDb::both() {
        let app = office(db);
        let maker = app.as_("maker");
        let post = |body: &Value| maker.post("/api/v1/cases", body);
        for (matter, code) in [("nothing", "not-published"), ("use.test", "other-type")] {
            let mut body = case("online");
            body["matter"] = json!(matter);
            assert_eq!(wrong(&post(&body)), [("/matter".to_owned(), code.to_owned())]);
        }
        let mut body = case("online");
        body["number"] = json!("2026 1");
        body["holder"]["id_number"] = json!("990101199001010010");
        let told: Vec<_> = wrong(&post(&body)).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(told, ["/holder/id_number", "/number"]);
        let (first, second) = (post(&case("online")).must(201), post(&case("online")).must(201));
        assert_eq!((&first["number"], &second["number"]), (&json!("2026-000001"), &json!("2026-000002")));
        let mut body = case("online");
        body["number"] = json!("2026-000003");
        let own = post(&body).must(201);
        let taken = post(&body);
        assert_eq!((taken.status, taken.problem().as_str()), (409, "already-exists"));
        assert!(taken.text().contains(own["id"].as_str().unwrap()), "{}", taken.text());
        assert_eq!(post(&case("online")).must(201)["number"], "2026-000004", "a taken number is passed over");
        let keyed = maker.with("Idempotency-Key", "once");
        let twice = [(); 2].map(|()| keyed.post("/api/v1/cases", &case("online")).must(201));
        assert_eq!(twice[0], twice[1]);
        // Pages.
        let page = maker.get("/api/v1/cases?limit=2").must(200);
        let next = page["next"].as_str().unwrap();
        let rest = maker.get(&format!("/api/v1/cases?limit=200&cursor={next}")).must(200);
        assert_eq!(
            (page["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()),
            (2, 3)
        );
    }
}

/// Rows: R58.
#[test]
fn consent_is_recorded_on_a_using_case_and_taken_back() {
    for db in TestDb::both() {
        let app = office(db);
        let body = json!({ "type": "using", "matter": "use.test", "holder": holder(5) });
        assert_eq!(app.as_("maker").post("/api/v1/cases", &body).status, 403, "using cases are a handler's");
        assert_eq!(app.as_("handler").post("/api/v1/cases", &case("online")).status, 403);
        let opened = app.as_("handler").post("/api/v1/cases", &body).must(201);
        let id = opened["id"].as_str().unwrap();
        let short = act(&app, "handler", id, &json!({ "act": "consent", "means": "counter" }));
        let told: Vec<_> = wrong(&short).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(told, ["/wording_version", "/evidence"]);
        let consent = json!({
            "act": "consent", "wording_version": "2026-1", "means": "counter", "evidence": "签字页 3"
        });
        let given = act(&app, "handler", id, &consent).must(200);
        assert_eq!(given["consents"][0]["evidence"], "签字页 3");
        assert_eq!(given["consents"][0]["withdrawn_at"], Value::Null);
        let back = json!({ "act": "withdraw_consent", "reason": "本人撤回" });
        let taken = act(&app, "handler", id, &back).must(200);
        assert_eq!(taken["consents"][0]["withdrawn_at"], NOON.0);
        assert_eq!(act(&app, "handler", id, &back).problem(), "forbidden-transition", "none holds");
        // Makers see no using cases, and nobody another unit's.
        assert_eq!(app.as_("maker").get(&format!("/api/v1/cases/{id}")).status, 404);
        assert_eq!(app.as_("maker").get("/api/v1/cases?type=using").must(200)["items"], json!([]));
        let own = open(&app, &case("online"));
        assert_eq!(app.as_("foreign").get(&format!("/api/v1/cases/{own}")).status, 404);
        assert_eq!(act(&app, "foreign", &own, &json!({ "act": "conclude" })).status, 404);
    }
}

/// Rows: R58.
#[test]
fn a_consent_is_told_to_the_holder_at_once_and_he_takes_it_back() {
    for db in TestDb::both() {
        let app = office(db);
        issue(&app, &draft(5));
        let number = super::citizen(5);
        app.wait(app.make.account_of("zhou", "111", &number));
        app.holder("chen");
        let body = json!({ "type": "using", "matter": "use.test", "number": "S-7", "holder": holder(5) });
        let opened = app.as_("handler").post("/api/v1/cases", &body).must(201);
        let id = opened["id"].as_str().unwrap();
        let consent = json!({
            "act": "consent", "wording_version": "2026-1", "means": "counter", "evidence": "签字页 3"
        });
        let given = act(&app, "handler", id, &consent).must(200);
        let told = app.as_("zhou").get("/api/v1/wallet/notices").must(200);
        let [notice] = &told["items"].as_array().unwrap()[..] else { panic!("{told}") };
        assert_eq!((&notice["kind"], &notice["licence"]), (&json!("consent"), &Value::Null));
        assert_eq!(notice["consent"]["case_number"], "S-7");
        assert!(notice["text"]["zh-CN"].as_str().unwrap().contains("S-7"), "{notice}");
        assert_eq!(notice["consent"]["id"], given["consents"][0]["id"]);
        assert_eq!(app.as_("chen").get("/api/v1/wallet/notices").must(200)["items"], json!([]));
        let path = format!("/api/v1/wallet/consents/{}/acts", notice["consent"]["id"].as_str().unwrap());
        let withdraw = json!({ "act": "withdraw" });
        assert_eq!(app.as_("chen").post(&path, &withdraw).status, 404, "another's");
        assert_eq!(app.as_("zhou").post(&path, &withdraw).status, 204);
        assert_eq!(app.as_("zhou").post(&path, &withdraw).problem(), "forbidden-transition");
        let case = app.as_("handler").get(&format!("/api/v1/cases/{id}")).must(200);
        assert_eq!(case["consents"][0]["withdrawn_at"], NOON.0);
        let told = app.as_("zhou").get("/api/v1/wallet/notices").must(200);
        assert_eq!(told["items"][0]["consent"]["withdrawn_at"], NOON.0);
    }
}

#[test]
fn who_acts_on_a_version_that_is_gone_is_told() {
    let app = office(TestDb::sqlite());
    let id = open(&app, &case("offline"));
    let maker = app.as_("maker");
    let at = |version: &str| {
        maker
            .with("If-Match", version)
            .post(&format!("/api/v1/cases/{id}/acts"), &json!({ "act": "conclude" }))
    };
    assert_eq!(at("\"2\"").status, 412);
    at("\"1\"").must(200);
    let licence = issue(&app, &draft(9));
    assert!(licence.starts_with("lic_"));
}
