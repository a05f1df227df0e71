//! The to-do list: who has what, and what another may not save.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::AccountId;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::{TestDb, execute};
use liangzheng_tests::make::UNIT;
use serde_json::{Value, json};

use super::{MATTER, draft, holder, office, review, write};

fn tasks(app: &TestApp, login: &str, query: &str) -> Vec<(Value, Value)> {
    let found = app.as_(login).get(&format!("/api/v1/tasks{query}")).must(200);
    let items = found["items"].as_array().unwrap().iter();
    items.map(|task| (task["kind"].clone(), task["id"].clone())).collect()
}

#[test]
fn each_role_has_its_tasks_and_what_one_has_taken_another_does_not_save() {
    for db in TestDb::both() {
        let app = office(db);
        let third = app.staff("third", Role::IssuerMaker, UNIT);
        let id = write(&app, &draft(1));
        assert_eq!(tasks(&app, "maker", "?mine=true"), [(json!("draft"), json!(id))]);
        assert_eq!(tasks(&app, "second", "?mine=true"), []);
        assert_eq!(tasks(&app, "checker", ""), []);
        review(&app.as_("maker"), &id, "submit").must(200);
        assert_eq!(tasks(&app, "checker", "?kind=review"), [(json!("review"), json!(id))]);
        assert_eq!(tasks(&app, "maker", ""), []);
        let act = |login: &str, body: Value| app.as_(login).post(&format!("/api/v1/tasks/{id}/acts"), &body);
        act("checker", json!({ "act": "claim" })).must(204);
        let refused = review(&app.as_("chief"), &id, "approve");
        assert_eq!((refused.status, refused.problem().as_str()), (409, "claimed"));
        assert!(refused.text().contains("checker 的账户"), "names who has it: {}", refused.text());
        assert_eq!(act("chief", json!({ "act": "claim" })).problem(), "claimed");
        assert_eq!(act("chief", json!({ "act": "release" })).problem(), "claimed");
        assert_eq!(tasks(&app, "checker", "?mine=true").len(), 1);
        assert_eq!(act("ally", json!({ "act": "claim" })).status, 404);
        act("checker", json!({ "act": "release" })).must(204);
        review(&app.as_("chief"), &id, "send_back").must(200);
        // Its maker has left: a checker gives the draft to another, who finishes it and still does not approve it.
        assert_eq!(act("second", json!({ "act": "reassign", "to": third })).status, 403);
        assert_eq!(act("checker", json!({ "act": "reassign" })).status, 422);
        let chief = app.as_("chief").get("/api/v1/me").must(200)["account"]["id"].clone();
        let odd = act("checker", json!({ "act": "reassign", "to": chief }));
        assert_eq!(
            super::wrong(&odd),
            [("/to".to_owned(), "no-member".to_owned())],
            "a checker finishes no draft"
        );
        let odd = act("checker", json!({ "act": "end", "reason": "已办" }));
        assert_eq!(super::wrong(&odd)[0].0, "/act", "a draft ends by being handed in");
        act("checker", json!({ "act": "reassign", "to": third })).must(204);
        assert_eq!(
            app.as_("maker").send("PUT", &format!("/api/v1/licences/{id}"), Some(&draft(1))).status,
            403
        );
        app.as_("third").send("PUT", &format!("/api/v1/licences/{id}"), Some(&draft(1))).must(200);
        review(&app.as_("third"), &id, "submit").must(200);
        let odd = act("checker", json!({ "act": "reassign", "to": third }));
        assert_eq!(
            super::wrong(&odd),
            [("/to".to_owned(), "no-member".to_owned())],
            "a maker reviews nothing"
        );
        act("checker", json!({ "act": "reassign", "to": chief })).must(204);
        assert_eq!(review(&app.as_("checker"), &id, "approve").problem(), "claimed");
        assert_eq!(review(&app.as_("maker"), &id, "approve").problem(), "two-persons");
        review(&app.as_("chief"), &id, "approve").must(200);
        // A case whose licence should have been there.
        let case = json!({ "type": "issuing", "matter": MATTER, "holder": holder(3), "mode": "offline" });
        let case = app.as_("maker").post("/api/v1/cases", &case).must(201);
        let path = format!("/api/v1/cases/{}/acts", case["id"].as_str().unwrap());
        app.as_("maker").post(&path, &json!({ "act": "conclude" })).must(200);
        app.pass(12 * 3600);
        let path = format!("/api/v1/tasks/{}/acts", case["id"].as_str().unwrap());
        let given =
            |to: &Value| app.log_in("checker").post(&path, &json!({ "act": "reassign", "to": to })).status;
        assert_eq!((given(&chief), given(&json!(third))), (422, 204), "what is overdue is a maker's");
        let found = app.log_in("second").get("/api/v1/tasks").must(200);
        assert_eq!((&found["items"][0]["kind"], &found["items"][0]["id"]), (&json!("overdue"), &case["id"]));
    }
}

/// Rows: R16.
#[test]
fn what_one_wrote_under_another_account_is_not_his_to_review_and_hides_nothing_that_is() {
    for db in TestDb::both() {
        let app = office(db);
        // One person with two accounts: writes as a member of staff, and looks as a holder who works here, too.
        let (hua, _) = app.holder("hua");
        app.wait(app.make.join(hua, &[Role::IssuerChecker], UNIT));
        let second = app.as_("second").get("/api/v1/me").must(200)["account"]["id"].clone();
        let second: AccountId = serde_json::from_value(second).unwrap();
        app.wait(app.make.person(second, "hua"));
        let others = write(&app, &draft(1));
        review(&app.as_("maker"), &others, "submit").must(200);
        // Of one second's drafts the order is that of their ids, which is by chance.
        app.pass(1);
        let own = app.as_("second").post("/api/v1/licences", &draft(2)).must(201);
        review(&app.as_("second"), own["id"].as_str().unwrap(), "submit").must(200);
        let of_others = [(json!("review"), json!(others))];
        assert_eq!(tasks(&app, "hua", "?kind=review"), of_others);
        assert_eq!(tasks(&app, "checker", "?kind=review").len(), 2);
        // As many of his own as a list has lines, all of them newer.
        app.wait(async {
            for sql in MANY_MORE {
                execute(&app.make.db, sql).await;
            }
        });
        assert_eq!(tasks(&app, "hua", "?kind=review"), of_others);
        let all = tasks(&app, "checker", "?kind=review");
        assert_eq!((all.len(), &all[0]), (200, &of_others[0]), "the longest waiting first");
    }
}

/// Two hundred more drafts as his one; one of the ids may be its own.
const MANY_MORE: [&str; 3] = [
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 210) \
     INSERT INTO issuing_draft (id, unit, kind, kind_version, content, holder_key, state, register_state, maker, version, \
         created_at, changed_at) \
     SELECT substr(id, 1, length(id) - 3) || substr(CAST(1000 + i AS TEXT), 2), unit, kind, kind_version, content, \
         holder_key, state, register_state, maker, version, created_at, changed_at + 1 \
     FROM issuing_draft, n WHERE maker = (SELECT id FROM actor_account WHERE login = 'second') ON CONFLICT DO NOTHING",
    "INSERT INTO issuing_review (draft, version, act, unit, account, at) \
     SELECT d.id, d.version, 'submit', d.unit, d.maker, d.changed_at FROM issuing_draft d \
     WHERE NOT EXISTS (SELECT 1 FROM issuing_review r WHERE r.draft = d.id)",
    "INSERT INTO issuing_approval (draft, unit) SELECT d.id, d.unit FROM issuing_draft d \
     WHERE NOT EXISTS (SELECT 1 FROM issuing_approval a WHERE a.draft = d.id)",
];
