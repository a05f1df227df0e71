//! Who gives which role, and what becomes of those who have it.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{OTHER_UNIT, UNIT};
use serde_json::{Value, json};

use super::PLATFORM;

const HOTEL: &str = "91990100MA0000314U";

fn office(db: TestDb) -> TestApp {
    let app = TestApp::start(db, |_| {});
    app.staff("manager", Role::Manager, PLATFORM);
    app.staff("admin", Role::UnitAdmin, UNIT);
    app.staff("other", Role::UnitAdmin, OTHER_UNIT);
    app.staff("host", Role::UnitAdmin, HOTEL);
    app
}

/// Sets all roles of an account.
fn set(app: &TestApp, who: &str, account: &str, roles: &[&str]) -> liangzheng_tests::http::Answer {
    let roles: Vec<Value> = roles.iter().map(|role| json!({ "role": role })).collect();
    app.as_(who).send("PATCH", &format!("/api/v1/accounts/{account}"), Some(&json!({ "roles": roles })))
}

#[test]
fn each_role_is_given_by_who_gives_it_and_by_nobody_else_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let (one, two, three) = (
            app.wait(app.make.member("one", &[], UNIT)).to_string(),
            app.wait(app.make.member("two", &[], HOTEL)).to_string(),
            app.wait(app.make.member("three", &[], PLATFORM)).to_string(),
        );
        let cells = [
            // who, whom, role, status
            ("admin", &one, "issuer_maker", 200),
            ("admin", &one, "issuer_checker", 200),
            ("admin", &one, "handler", 200),
            ("admin", &one, "inspector", 200),
            ("admin", &one, "verifier", 422),
            ("admin", &one, "unit_admin", 403),
            ("admin", &one, "manager", 403),
            ("admin", &one, "auditor", 403),
            ("other", &one, "issuer_maker", 404),
            ("manager", &one, "unit_admin", 200),
            ("manager", &one, "issuer_maker", 403),
            ("manager", &one, "manager", 403),
            ("host", &two, "verifier", 200),
            ("host", &two, "issuer_maker", 422),
            ("host", &two, "handler", 422),
            ("manager", &two, "unit_admin", 200),
            ("manager", &three, "issuer_maker", 403),
        ];
        for (who, whom, role, status) in cells {
            let held = app.wait(async {
                let mut tx = app.make.db.begin_write().await.unwrap();
                let id = whom.parse().unwrap();
                for role in Role::ALL {
                    liangzheng_server::storage::actor::membership::take_role(&mut tx, id, *role)
                        .await
                        .unwrap();
                }
                tx.commit().await.unwrap();
                id
            });
            let answer = set(&app, who, whom, &[role]);
            assert_eq!(answer.status, status, "{who} gives {role}: {}", answer.text());
            let now = app.app.now();
            let roles = app.wait(async {
                let mut tx = app.make.db.begin_read().await.unwrap();
                liangzheng_server::storage::actor::membership::held_roles(&mut tx, held, now).await.unwrap()
            });
            assert_eq!(roles.iter().any(|held| held.role.as_str() == role), status == 200, "{who} {role}");
        }
        // While he is the only manager, he names the second alone.
        assert_eq!(set(&app, "manager", &three, &["manager"]).must(200)["roles"][0]["role"], "manager");
    }
}

#[test]
fn nobody_changes_his_own_roles() {
    let app = office(TestDb::sqlite());
    for who in ["admin", "manager"] {
        let own = app.as_(who).get("/api/v1/me").must(200)["account"]["id"].as_str().unwrap().to_owned();
        for roles in [&["unit_admin", "issuer_checker"][..], &[]] {
            assert_eq!(set(&app, who, &own, roles).problem(), "two-persons", "{who}");
        }
        let state = json!({ "state": "disabled", "reason": "x" });
        let answer = app.as_(who).send("PATCH", &format!("/api/v1/accounts/{own}"), Some(&state));
        assert_eq!(answer.problem(), "two-persons");
    }
}

#[test]
fn a_role_counts_from_the_moment_it_is_given_until_it_is_taken_or_ends_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let one = app.wait(app.make.member("one", &[], UNIT)).to_string();
        let scans = || app.as_("one").post("/api/v1/scans", &json!({ "scans": [] })).status;
        assert_eq!(scans(), 403);
        let path = format!("/api/v1/accounts/{one}");
        let until = liangzheng_core::time::Day::of(app.app.now()).to_text();
        let given = app
            .as_("admin")
            .send("PATCH", &path, Some(&json!({ "roles": [{ "role": "inspector", "until": until }] })))
            .must(200);
        assert_eq!(given["roles"], json!([{ "role": "inspector", "until": until }]));
        assert_ne!(scans(), 403);
        // Its last day ends at midnight in China.
        app.pass(12 * 3600 - 1);
        let late = app.log_in("one");
        let scans = || late.post("/api/v1/scans", &json!({ "scans": [] })).status;
        assert_ne!(scans(), 403);
        app.pass(1);
        assert_eq!(scans(), 403, "within a session, too");
    }
}

#[test]
fn an_administrator_touches_only_what_is_his_to_give() {
    let app = office(TestDb::sqlite());
    let one = app.wait(app.make.member("one", &[Role::UnitAdmin, Role::Handler], UNIT)).to_string();
    // The other administrator's role stays, being named; leaving it out would take it away.
    let kept = set(&app, "admin", &one, &["unit_admin", "inspector"]).must(200);
    assert_eq!(kept["roles"].as_array().unwrap().len(), 2);
    assert_eq!(set(&app, "admin", &one, &["inspector"]).status, 403);
    let disable = json!({ "state": "disabled", "reason": "调离" });
    let path = format!("/api/v1/accounts/{one}");
    assert_eq!(app.as_("admin").send("PATCH", &path, Some(&disable)).status, 403);
    let disabled = app.as_("manager").send("PATCH", &path, Some(&disable)).must(200);
    assert_eq!(disabled["state"], "disabled");
    let body = json!({ "login": "one", "password": liangzheng_tests::make::PASSWORD });
    assert_eq!(app.anyone().post("/api/v1/sessions", &body).status, 401);
    let stale = app.as_("manager").with("If-Match", "\"1\"").send("PATCH", &path, Some(&disable));
    assert_eq!(stale.problem(), "stale-version");
}

#[test]
fn who_is_let_in_again_logs_in_again_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let one = app.staff("one", Role::Inspector, UNIT).to_string();
        let before = app.as_("one");
        before.get("/api/v1/me").must(200);
        for state in ["disabled", "active"] {
            let body = json!({ "state": state, "reason": "离岗" });
            app.as_("admin").send("PATCH", &format!("/api/v1/accounts/{one}"), Some(&body)).must(200);
        }
        assert_eq!(before.get("/api/v1/me").status, 401, "his sessions ended for good");
        app.log_in("one").get("/api/v1/me").must(200);
    }
}

#[test]
fn who_is_disabled_as_a_member_keeps_his_wallet() {
    let app = office(TestDb::sqlite());
    let (lin, _) = app.holder("lin");
    app.wait(app.make.join(lin, &[Role::Inspector], UNIT));
    let caller = app.as_("lin");
    let disable = json!({ "state": "disabled", "reason": "调离" });
    app.as_("admin").send("PATCH", &format!("/api/v1/accounts/{lin}"), Some(&disable)).must(200);
    assert_eq!(caller.post("/api/v1/scans", &json!({ "scans": [] })).status, 403);
    assert_eq!(caller.get("/api/v1/wallet/licences").status, 200);
}

#[test]
fn a_command_that_waits_is_not_done_once_the_role_is_taken() {
    use liangzheng_server::storage::actor::{account, membership};
    use liangzheng_tests::db::is_waited_for;
    use liangzheng_tests::until::until;
    for db in TestDb::both() {
        let app = office(db);
        let admin = app.as_("admin");
        let id = admin.get("/api/v1/me").must(200)["account"]["id"].as_str().unwrap().parse().unwrap();
        let contact = json!({ "contact": { "office": "办公室", "person": "秦川", "phone": "0990-1111111" } });
        let mut tx = app.wait(app.make.db.begin_write()).unwrap();
        app.wait(account::hold(&mut tx, id)).unwrap();
        let answer = std::thread::scope(|scope| {
            let asked = scope.spawn(|| admin.send("PATCH", &format!("/api/v1/units/{UNIT}"), Some(&contact)));
            until("it waits", || {
                (asked.is_finished() || app.wait(is_waited_for(&app.make.db))).then_some(())
            });
            app.wait(async {
                membership::take_role(&mut tx, id, Role::UnitAdmin).await.unwrap();
                tx.commit().await.unwrap();
            });
            asked.join().unwrap()
        });
        assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"));
    }
}

#[test]
fn a_role_of_the_platform_is_given_and_taken_by_two_managers_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let second = app.staff("second", Role::Manager, PLATFORM).to_string();
        let three = app.wait(app.make.member("three", &[], PLATFORM)).to_string();
        let proposed = set(&app, "manager", &three, &["auditor"]).must(202);
        let id = proposed["proposal"].as_str().unwrap();
        assert_eq!((&proposed["roles"], &proposed["proposals"]), (&json!([]), &json!([id])));
        assert_eq!(
            set(&app, "manager", &three, &["auditor"]).must(202)["proposal"],
            id,
            "the same again is the same"
        );
        let confirm = |who: &str, id: &str| {
            app.as_(who).post(&format!("/api/v1/proposals/{id}/acts"), &json!({ "act": "confirm" }))
        };
        assert_eq!(confirm("manager", id).problem(), "two-persons");
        assert_eq!(confirm("admin", id).status, 403);
        let waiting = app.as_("second").get("/api/v1/proposals?state=open").must(200);
        assert_eq!(
            (&waiting["items"][0]["id"], &waiting["items"][0]["act"]),
            (&json!(id), &json!("give auditor"))
        );
        let done = confirm("second", id).must(200);
        assert_eq!(
            (&done["state"], &done["account"]["roles"][0]["role"]),
            (&json!("confirmed"), &json!("auditor"))
        );
        assert_eq!(app.as_("three").get("/api/v1/units").must(200)["next"], Value::Null);

        // Taken by two, too, and neither of them is he: one manager cannot make himself the only one.
        let taken = set(&app, "manager", &second, &[]).must(202);
        let id = taken["proposal"].as_str().unwrap();
        assert_eq!(confirm("second", id).problem(), "two-persons");
        let disable = json!({ "state": "disabled", "reason": "x" });
        let path = format!("/api/v1/accounts/{second}");
        assert_eq!(app.as_("manager").send("PATCH", &path, Some(&disable)).problem(), "two-persons");

        // What was proposed stands on the account as it was: given another role meanwhile, it lapses.
        let proposed = set(&app, "manager", &three, &["auditor", "operator"]).must(202);
        set(&app, "second", &three, &["auditor", "unit_admin"]).must(200);
        assert_eq!(confirm("second", proposed["proposal"].as_str().unwrap()).status, 409);
    }
}
