//! Drafts that may be of what is there already: seen side by side, and no dead end.

use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use serde_json::{Value, json};

use super::{draft, issue, office, office_with, read, review, write};

fn suspects(app: &TestApp, query: &str) -> Vec<Value> {
    let told = app.as_("checker").get(&format!("/api/v1/duplicates{query}")).must(200);
    told["items"].as_array().unwrap().clone()
}

fn decide(app: &TestApp, suspect: &Value, body: &Value) -> Answer {
    app.as_("checker").post(&format!("/api/v1/duplicates/{}/acts", suspect["id"].as_str().unwrap()), body)
}

/// Two drafts with one permit number; the second one's id.
fn two(app: &TestApp) -> (String, String) {
    let first = write(app, &draft(1));
    let mut body = draft(2);
    body["face"]["no"] = json!("许可0001");
    (first, write(app, &body))
}

/// Rows: R27, R29.
#[test]
fn two_drafts_with_what_must_differ_are_seen_side_by_side_and_what_is_different_goes_on() {
    for db in TestDb::both() {
        let app = office(db);
        let (first, second) = two(&app);
        let found = suspects(&app, "?state=open");
        let [one] = &found[..] else { panic!("{found:?}") };
        assert_eq!(
            (&one["why"], &one["draft"]["id"], &one["other"]["id"]),
            (&json!("face_key"), &json!(second), &json!(first))
        );
        assert_eq!(one["draft"]["face"]["no"], one["other"]["face"]["no"]);
        review(&app.as_("maker"), &second, "submit").must(200);
        let refused = review(&app.as_("checker"), &second, "approve");
        assert_eq!((refused.status, refused.problem().as_str()), (409, "duplicate-suspected"));
        assert_eq!(app.as_("foreign").get("/api/v1/duplicates").must(200)["items"], json!([]));
        let different = json!({ "act": "different", "reason": "两处经营场所" });
        let other = app
            .as_("foreign")
            .post(&format!("/api/v1/duplicates/{}/acts", one["id"].as_str().unwrap()), &different);
        assert_eq!(other.status, 404);
        let decided = decide(&app, one, &different).must(200);
        assert_eq!((&decided["state"], &decided["reason"]), (&json!("different"), &json!("两处经营场所")));
        assert_eq!(decide(&app, one, &different).problem(), "forbidden-transition");
        review(&app.as_("checker"), &second, "approve").must(200);
        assert_eq!(suspects(&app, "?state=open"), [Value::Null; 0]);
    }
}

/// Rows: R29.
#[test]
fn what_is_the_same_is_closed_and_no_longer_on_anybodys_list() {
    for db in TestDb::both() {
        let app = office(db);
        let (_, second) = two(&app);
        review(&app.as_("maker"), &second, "submit").must(200);
        let found = suspects(&app, "");
        decide(&app, &found[0], &json!({ "act": "same", "reason": "重复录入" })).must(200);
        let told = read(&app, &second);
        assert_eq!((&told["status"], &told["acts"]), (&json!("CLOSED"), &json!([])));
        let listed = app.as_("maker").get("/api/v1/licences").must(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
        let closed = app.as_("maker").get("/api/v1/licences?status=CLOSED").must(200);
        assert_eq!(closed["items"][0]["id"], json!(second));
        let tasks = app.as_("checker").get("/api/v1/tasks").must(200);
        assert_eq!(tasks["items"], json!([]), "off the desk");
    }
}

/// Rows: R29, R40.
#[test]
fn what_is_the_same_as_a_licence_in_force_becomes_its_next_version() {
    for db in TestDb::both() {
        let app = office_with(db, |_| {}, |kind| kind["duplicate"] = json!([]));
        let licence = issue(&app, &draft(1));
        let mut body = draft(1);
        body["face"]["no"] = json!("许可0009");
        let second = write(&app, &body);
        let found = suspects(&app, &format!("?draft={second}"));
        assert_eq!((&found[0]["why"], &found[0]["other"]["id"]), (&json!("holder"), &json!(licence)));
        let odd = json!({ "act": "different", "reason": "x", "change": "renew" });
        assert_eq!(decide(&app, &found[0], &odd).status, 422);
        decide(&app, &found[0], &json!({ "act": "same", "reason": "换证", "change": "reissue" })).must(200);
        let told = read(&app, &second);
        assert_eq!(
            (&told["status"], &told["replaces"], &told["change"]),
            (&json!("DRAFT"), &json!(licence), &json!("reissue"))
        );
        review(&app.as_("maker"), &second, "submit").must(200);
        review(&app.as_("checker"), &second, "approve").must(200);
        assert_eq!(read(&app, &licence)["status"], "SUPERSEDED");
    }
}

/// Rows: R29.
#[test]
fn nothing_is_to_be_decided_any_more_about_a_draft_that_was_closed() {
    for db in TestDb::both() {
        let app = office(db);
        let (first, second) = two(&app);
        let mut body = draft(3);
        body["face"]["no"] = json!("许可0001");
        let third = write(&app, &body);
        let open = || -> Vec<(Value, Value)> {
            let found = suspects(&app, "?state=open").into_iter();
            let mut pairs: Vec<_> =
                found.map(|one| (one["draft"]["id"].clone(), one["other"]["id"].clone())).collect();
            pairs.sort_by_key(|pair| format!("{pair:?}"));
            pairs
        };
        assert_eq!(open().len(), 3, "each of the later two with what was there");
        let close = |draft: &str| {
            let found = suspects(&app, &format!("?state=open&draft={draft}"));
            let one = found.iter().find(|one| one["other"]["id"] == json!(first)).unwrap();
            decide(&app, one, &json!({ "act": "same", "reason": "重复录入" })).must(200);
        };
        close(&third);
        assert_eq!(open(), [(json!(second), json!(first))], "of the third nothing is open");
        body["face"]["no"] = json!("许可0001");
        body["holder"] = draft(4)["holder"].clone();
        body["face"]["id"] = draft(4)["face"]["id"].clone();
        let fourth = write(&app, &body);
        assert_eq!(open().len(), 3);
        close(&second);
        assert_eq!(open(), [(json!(fourth), json!(first))], "the fourth waits for no word on the second");
    }
}
