//! Review: two persons, one serial after the other, the old version ends with the new one's beginning.

use std::time::Duration;

use liangzheng_core::identifier::Identifier;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{OTHER_UNIT, PIN, UNIT};
use liangzheng_tests::until::within;
use serde_json::json;

use super::{KIND, draft, issue, kind, office, office_with, publish, read, review, write};

fn identifier(app: &TestApp, id: &str) -> Identifier {
    Identifier::parse(read(app, id)["identifier"].as_str().unwrap()).unwrap()
}

/// Rows: R16.
#[test]
fn a_maker_hands_in_and_another_person_approves_or_sends_back() {
    for db in TestDb::both() {
        let app = office(db);
        // One person with both roles, who writes a draft.
        app.wait(app.make.member("both", &[Role::IssuerMaker, Role::IssuerChecker], UNIT));
        let (maker, checker, both) = (app.as_("maker"), app.as_("checker"), app.as_("both"));
        let id = write(&app, &draft(1));
        let early = review(&checker, &id, "approve");
        assert_eq!((early.status, early.problem().as_str()), (409, "forbidden-transition"));
        assert!(early.text().contains("submit"), "names what would be allowed: {}", early.text());
        assert_eq!(review(&app.as_("second"), &id, "submit").status, 403);
        assert_eq!(review(&app.as_("ally"), &id, "approve").status, 404);
        let submitted = review(&maker, &id, "submit").must(200);
        assert_eq!((&submitted["status"], &submitted["version"]), (&json!("PENDING_REVIEW"), &json!(2)));
        let own = review(&maker, &id, "approve");
        assert_eq!((own.status, own.problem().as_str()), (403, "two-persons"));
        assert_eq!(review(&app.as_("second"), &id, "approve").status, 403, "a maker is no checker");
        let suspended = checker.post(
            &format!("/api/v1/licences/{id}/acts"),
            &json!({ "act": "suspend", "reason": "r", "legal_basis": "b" }),
        );
        assert_eq!((suspended.status, suspended.problem().as_str()), (409, "forbidden-transition"));
        let silent = checker.post(&format!("/api/v1/licences/{id}/acts"), &json!({ "act": "send_back" }));
        assert_eq!(silent.status, 422, "who gives it back says why");
        review(&checker, &id, "send_back").must(200);
        assert_eq!(read(&app, &id)["status"], "DRAFT");
        review(&maker, &id, "submit").must(200);
        let plain =
            checker.post(&format!("/api/v1/licences/{id}/acts"), &json!({ "act": "approve" })).must(200);
        assert_eq!((&plain["status"], &plain["id"]), (&json!("ACTIVE"), &json!(id)));
        assert_eq!(review(&checker, &id, "approve").problem(), "forbidden-transition");
        // Who has both roles does not check what he wrote.
        let written = both.post("/api/v1/licences", &draft(2)).must(201);
        let own = written["id"].as_str().unwrap();
        review(&both, own, "submit").must(200);
        assert_eq!(review(&both, own, "approve").problem(), "two-persons");
        review(&checker, own, "approve").must(200);
    }
}

/// Rows: R91.
#[test]
fn serials_of_a_unit_and_year_have_no_gap_and_start_anew_each_year() {
    for db in TestDb::both() {
        let app = office(db);
        let mut serials = Vec::new();
        for number in 1..=3 {
            let id = issue(&app, &draft(number));
            let found = identifier(&app, &id);
            assert_eq!((found.kind(), found.version()), (KIND, "001"));
            serials.push(found.serial().to_owned());
            // One that fails at the last step takes none.
            let mut body = draft(number + 10);
            body["face"]["no"] = json!(format!("二{number}"));
            let twin = write(&app, &body);
            body["holder"] = super::holder(number + 20);
            body["face"]["id"] = body["holder"]["id_number"].clone();
            let other = write(&app, &body);
            for id in [&twin, &other] {
                review(&app.as_("maker"), id, "submit").must(200);
            }
            let done = [&twin, &other].map(|id| review(&app.as_("checker"), id, "approve").status);
            assert_eq!(done, [200, 422]);
            serials.push(identifier(&app, &twin).serial().to_owned());
        }
        let wanted: Vec<String> = (1..=6).map(|serial| format!("2026{serial:06}")).collect();
        assert_eq!(serials, wanted);
        app.pass(40 * 86_400);
        let mut body = draft(7);
        body["valid_from"] = json!("20270101");
        let maker = app.log_in("maker");
        let written = maker.post("/api/v1/licences", &body).must(201);
        let id = written["id"].as_str().unwrap();
        review(&maker, id, "submit").must(200);
        review(&app.log_in("checker"), id, "approve").must(200);
        let told = maker.get(&format!("/api/v1/licences/{id}")).must(200);
        assert_eq!(Identifier::parse(told["identifier"].as_str().unwrap()).unwrap().serial(), "2027000001");
    }
}

/// Rows: R16.
#[test]
fn approvals_at_the_same_time_take_one_serial_each_and_one_licence_comes_of_a_draft() {
    for db in TestDb::both() {
        let app = office(db);
        let ids: Vec<String> = (1..=6).map(|number| write(&app, &draft(number))).collect();
        for id in &ids {
            review(&app.as_("maker"), id, "submit").must(200);
        }
        let callers = [app.as_("checker"), app.as_("chief")];
        let mut done: Vec<u16> = std::thread::scope(|scope| {
            let asked: Vec<_> = ids
                .iter()
                .flat_map(|id| callers.iter().map(move |caller| (id, caller)))
                .map(|(id, caller)| scope.spawn(move || review(caller, id, "approve").status))
                .collect();
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        done.sort_unstable();
        assert_eq!(done, [[200; 6], [409; 6]].concat());
        let mut serials: Vec<String> =
            ids.iter().map(|id| identifier(&app, id).serial().to_owned()).collect();
        serials.sort();
        assert_eq!(serials, (1..=6).map(|serial| format!("2026{serial:06}")).collect::<Vec<_>>());
    }
}

/// Rows: R40.
#[test]
fn the_next_version_ends_the_one_before_with_its_shows() {
    for db in TestDb::both() {
        let app = office(db);
        let first = issue(&app, &draft(1));
        let mut next = draft(1);
        next["replaces"] = json!(first);
        next["change"] = json!("renew");
        next["valid_from"] = json!("20261201");
        next["valid_to"] = json!("20361130");
        let second = write(&app, &next);
        let again = app.as_("maker").post("/api/v1/licences", &next);
        assert_eq!((again.status, again.problem().as_str()), (409, "draft-open"));
        assert!(again.text().contains(&second), "names it: {}", again.text());
        let mut other = next.clone();
        other["holder"] = super::holder(2);
        other["face"]["id"] = other["holder"]["id_number"].clone();
        assert_eq!(
            super::wrong(&app.as_("maker").post("/api/v1/licences", &other))[0].0,
            "/holder/id_number"
        );
        review(&app.as_("maker"), &second, "submit").must(200);
        let approved = review(&app.as_("checker"), &second, "approve").must(200);
        assert_eq!(approved["status"], "ACTIVE");
        let (old, new) = (read(&app, &first), read(&app, &second));
        assert_eq!((&old["status"], &old["successor"]), (&json!("SUPERSEDED"), &json!(second)));
        let (old, new) = (old["identifier"].as_str().unwrap(), new["identifier"].as_str().unwrap());
        let (old, new) = (Identifier::parse(old).unwrap(), Identifier::parse(new).unwrap());
        assert_eq!((old.serial(), old.version(), new.version()), (new.serial(), "001", "002"));
        let versions = app.as_("checker").get(&format!("/api/v1/licences/{first}/versions")).must(200);
        let told: Vec<_> =
            versions["items"].as_array().unwrap().iter().map(|version| version["status"].clone()).collect();
        assert_eq!(told, [json!("SUPERSEDED"), json!("ACTIVE")]);
        let mut late = draft(1);
        late["replaces"] = json!(first);
        late["change"] = json!("correct");
        let refused = app.as_("maker").post("/api/v1/licences", &late);
        assert_eq!((refused.status, refused.problem().as_str()), (409, "forbidden-transition"));
    }
}

/// Rows: R20.
#[test]
fn an_approved_licence_is_in_its_holders_wallet_within_a_second_and_is_shown() {
    for db in TestDb::both() {
        let app = office(db);
        app.staff("admin", Role::UnitAdmin, UNIT);
        let scene = json!({
            "code": "permit.scene", "names": { "zh-CN": "测试场景", "en": "Test scene" },
            "unit": UNIT, "audience": "inspector",
            "kinds": [{ "code": KIND, "fields": [{ "key": "n" }, { "key": "no" }] }],
            "lifetime": 60, "profiles": ["S"], "medium": "screen", "max_status_age": 86400
        });
        app.as_("admin").post("/api/v1/scenes", &scene).must(201);
        app.as_("admin").post("/api/v1/scenes/permit.scene/acts", &json!({ "act": "submit" })).must(200);
        app.as_("manager").post("/api/v1/scenes/permit.scene/acts", &json!({ "act": "publish" })).must(200);
        let body = draft(1);
        let id = issue(&app, &body);
        app.wait(app.make.account_of("zhou", "111", &super::citizen(1)));
        let zhou = app.as_("zhou");
        let card = within(Duration::from_secs(1), "the card", || {
            let cards = zhou.get("/api/v1/wallet/licences").must(200);
            cards["items"].as_array().unwrap().iter().find(|card| card["id"] == json!(id)).cloned()
        });
        assert_eq!(card["status"], "ACTIVE");
        let show = json!({ "scene": "permit.scene", "pin": PIN });
        let shown = within(Duration::from_secs(10), "the scene in the signed catalogue", || {
            let answer = zhou.post(&format!("/api/v1/wallet/licences/{id}/show"), &show);
            (answer.status == 201).then(|| answer.json())
        });
        let verdict = app.anyone().post("/api/v1/verify", &json!({ "input": shown["qr_text"] })).must(200);
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
        // The next version: the show ends, the code shown before is told as superseded.
        let mut next = draft(1);
        next["replaces"] = json!(id);
        next["change"] = json!("change");
        issue(&app, &next);
        let refreshed =
            zhou.post_nothing(&format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap()));
        assert_eq!((refreshed.status, refreshed.problem().as_str()), (409, "licence-not-showable"));
        let verdict = app.anyone().post("/api/v1/verify", &json!({ "input": shown["qr_text"] })).must(200);
        assert_eq!(
            (&verdict["verdict"], &verdict["code"]),
            (&json!("invalid"), &json!("E_STATUS_SUPERSEDED"))
        );
    }
}

/// Rows: R12.
#[test]
fn a_licence_of_several_issuers_is_active_when_each_has_approved() {
    for db in TestDb::both() {
        let app = office_with(db, |_| {}, |kind| kind["co_issuers"] = json!([OTHER_UNIT]));
        let id = write(&app, &draft(1));
        let ally = app.as_("ally");
        assert_eq!(review(&ally, &id, "approve").status, 404, "not before it is handed in");
        review(&app.as_("maker"), &id, "submit").must(200);
        assert_eq!(ally.get("/api/v1/licences?status=PENDING_REVIEW").must(200)["items"][0]["id"], id);
        let first = review(&app.as_("checker"), &id, "approve");
        assert_eq!((first.status, &first.json()["status"]), (202, &json!("PENDING_REVIEW")));
        let told = read(&app, &id)["approvals"].clone();
        let missing: Vec<_> = told
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["at"].is_null())
            .map(|one| one["unit"].clone())
            .collect();
        assert_eq!(missing, [json!(OTHER_UNIT)]);
        assert_eq!(
            review(&app.as_("chief"), &id, "approve").status,
            202,
            "once more by the same unit changes nothing"
        );
        // Sent back, all approve again.
        review(&ally, &id, "send_back").must(200);
        review(&app.as_("maker"), &id, "submit").must(200);
        assert_eq!(review(&ally, &id, "approve").status, 202);
        assert_eq!(review(&app.as_("checker"), &id, "approve").must(200)["status"], "ACTIVE");
    }
}

/// Rows: R07.
#[test]
fn a_draft_whose_kind_has_moved_on_is_looked_over_by_its_maker_first() {
    for db in TestDb::both() {
        let app = office(db);
        let id = write(&app, &draft(1));
        review(&app.as_("maker"), &id, "submit").must(200);
        let mut changed = kind();
        changed["face"]["fields"][2]["max"] = json!(30);
        app.as_("maker").send("PUT", &format!("/api/v1/kinds/{KIND}"), Some(&changed)).must(200);
        publish(&app, &format!("kinds/{KIND}"));
        let refused = review(&app.as_("checker"), &id, "approve");
        assert_eq!((refused.status, refused.problem().as_str()), (409, "kind-changed"));
        assert_eq!(super::wrong(&refused), [("/kind/face/fields/2/max".to_owned(), "changed".to_owned())]);
        review(&app.as_("checker"), &id, "send_back").must(200);
        assert_eq!(review(&app.as_("maker"), &id, "submit").problem(), "kind-changed");
        app.as_("maker").send("PUT", &format!("/api/v1/licences/{id}"), Some(&draft(1))).must(200);
        review(&app.as_("maker"), &id, "submit").must(200);
        review(&app.as_("checker"), &id, "approve").must(200);
    }
}

#[test]
fn several_holders_have_one_licence_in_the_wallet_of_each() {
    for db in TestDb::both() {
        let app = office(db);
        let mut body = draft(1);
        let other =
            json!({ "type": "natural", "name": "吴双", "id_type": "111", "id_number": super::citizen(2) });
        body["co_holders"] = json!([other]);
        let id = issue(&app, &body);
        assert_eq!(read(&app, &id)["co_holders"], json!([other]));
        for (login, number) in [("zhou", 1), ("wu", 2)] {
            app.wait(app.make.account_of(login, "111", &super::citizen(number)));
            let cards = app.as_(login).get("/api/v1/wallet/licences").must(200);
            assert_eq!(cards["items"][0]["id"], json!(id), "{login}");
        }
    }
}

/// Rows: R16.
#[test]
fn one_person_under_two_accounts_is_one_person_to_every_rule_of_two_persons() {
    for db in TestDb::both() {
        let app = office(db);
        // As a holder who works as a maker, and as a checker under the same number; and so a manager who writes kinds.
        let (lin, _) = app.holder("lin");
        app.wait(app.make.join(lin, &[Role::IssuerMaker], UNIT));
        let staff = app.staff("lin.staff", Role::IssuerChecker, UNIT);
        app.wait(app.make.person(staff, "lin"));
        let manager = app.staff("lin.manager", Role::Manager, super::PLATFORM);
        let written = app.as_("lin").post("/api/v1/licences", &draft(1)).must(201);
        let id = written["id"].as_str().unwrap();
        review(&app.as_("lin"), id, "submit").must(200);
        for act in ["approve", "send_back"] {
            assert_eq!(review(&app.as_("lin.staff"), id, act).problem(), "two-persons", "{act}");
        }
        review(&app.as_("checker"), id, "approve").must(200);
        let revoke = json!({ "act": "revoke", "reason": "r", "legal_basis": "b" });
        let proposed = app.as_("lin").post(&format!("/api/v1/licences/{id}/acts"), &revoke).must(202);
        let path = format!("/api/v1/proposals/{}/acts", proposed["proposal"].as_str().unwrap());
        let confirm = json!({ "act": "confirm" });
        assert_eq!(app.as_("lin.staff").post(&path, &confirm).problem(), "two-persons");

        // The catalogue: nobody publishes what he wrote, under whichever account.
        let (wu, _) = app.holder("wu");
        app.wait(app.make.join(wu, &[Role::IssuerMaker], UNIT));
        app.wait(app.make.person(manager, "wu"));
        let mut changed = kind();
        changed["face"]["fields"][2]["max"] = json!(30);
        let path = format!("/api/v1/kinds/{KIND}");
        app.as_("wu").send("PUT", &path, Some(&changed)).must(200);
        app.as_("maker").post(&format!("{path}/acts"), &json!({ "act": "submit" })).must(200);
        let publish = json!({ "act": "publish" });
        assert_eq!(app.as_("lin.manager").post(&format!("{path}/acts"), &publish).problem(), "two-persons");
        app.as_("manager").post(&format!("{path}/acts"), &publish).must(200);
    }
}

/// Rows: R16.
#[test]
fn who_only_handed_a_draft_in_does_not_check_it_either() {
    for db in TestDb::both() {
        let app = office(db);
        let both = app.wait(app.make.member("both", &[Role::IssuerMaker, Role::IssuerChecker], UNIT));
        let id = write(&app, &draft(1));
        let path = format!("/api/v1/tasks/{id}/acts");
        app.as_("checker").post(&path, &json!({ "act": "reassign", "to": both })).must(204);
        review(&app.as_("both"), &id, "submit").must(200);
        let tasks = |login: &str| {
            let found = app.as_(login).get("/api/v1/tasks?kind=review").must(200);
            found["items"].as_array().unwrap().len()
        };
        assert_eq!((tasks("both"), tasks("checker")), (0, 1));
        for act in ["approve", "send_back"] {
            assert_eq!(review(&app.as_("both"), &id, act).problem(), "two-persons", "{act}");
        }
        review(&app.as_("checker"), &id, "approve").must(200);
    }
}

/// Rows: R40.
#[test]
fn what_was_asked_and_proposed_on_the_old_version_ends_with_it_and_its_holder_is_told() {
    for db in TestDb::both() {
        let app = office(db);
        let first = issue(&app, &draft(1));
        app.wait(app.make.account_of("zhou", "111", &super::citizen(1)));
        let zhou = app.as_("zhou");
        let requests = format!("/api/v1/wallet/licences/{first}/requests");
        zhou.post(&requests, &json!({ "act": "cancel", "reason": "停业" })).must(201);
        let revoke = json!({ "act": "revoke", "reason": "r", "legal_basis": "b" });
        let proposed = app.as_("maker").post(&format!("/api/v1/licences/{first}/acts"), &revoke).must(202);
        let mut next = draft(1);
        next["replaces"] = json!(first);
        next["change"] = json!("renew");
        issue(&app, &next);
        assert_eq!(zhou.get(&requests).must(200)["items"][0]["state"], "lapsed");
        let open = app.as_("maker").get("/api/v1/requests?state=open").must(200);
        assert_eq!(open["items"], json!([]));
        let path = format!("/api/v1/proposals/{}", proposed["proposal"].as_str().unwrap());
        assert_eq!(app.as_("checker").get(&path).must(200)["state"], "lapsed");
        let told = app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            let open =
                liangzheng_server::storage::access::proposal::waiting(&mut tx, None, 10).await.unwrap();
            open.len()
        });
        assert_eq!(told, 0, "it is written down that it has lapsed");
        let notices = zhou.get("/api/v1/wallet/notices").must(200);
        assert_eq!(
            (
                &notices["items"][0]["kind"],
                &notices["items"][0]["act"],
                &notices["items"][0]["licence"]["id"]
            ),
            (&json!("act"), &json!("supersede"), &json!(first))
        );
        let versions = app.as_("maker").get(&format!("/api/v1/licences/{first}/versions")).must(200);
        assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    }
}

/// Rows: R37.
#[test]
fn what_several_hold_is_cancelled_when_all_of_them_have_asked_and_each_is_told_of_the_others() {
    for db in TestDb::both() {
        let app = office(db);
        let mut body = draft(1);
        body["co_holders"] =
            json!([{ "type": "natural", "name": "吴双", "id_type": "111", "id_number": super::citizen(2) }]);
        let id = issue(&app, &body);
        for (login, number) in [("zhou", 1), ("wu", 2)] {
            app.wait(app.make.account_of(login, "111", &super::citizen(number)));
        }
        let cancel = json!({ "act": "cancel", "reason": "协议注销", "legal_basis": "《条例》第十条" });
        let acts = format!("/api/v1/licences/{id}/acts");
        assert_eq!(app.as_("maker").post(&acts, &cancel).problem(), "holders-missing");
        let path = format!("/api/v1/wallet/licences/{id}/requests");
        let ask = json!({ "act": "cancel", "reason": "协议注销" });
        let first = app.as_("wu").post(&path, &ask).must(201);
        assert_eq!((&first["state"], &first["others_missing"]), (&json!("open"), &json!(1)));
        assert_eq!(app.as_("maker").post(&acts, &cancel).problem(), "holders-missing");
        let told = app.as_("zhou").get("/api/v1/wallet/notices").must(200);
        assert_eq!(
            (&told["items"][0]["kind"], &told["items"][0]["licence"]["id"]),
            (&json!("request"), &json!(id))
        );
        assert_eq!(app.as_("zhou").get(&path).must(200)["items"], json!([]), "the other's words are not his");
        let second = app.as_("zhou").post(&path, &ask).must(201);
        assert_eq!(second["others_missing"], 0);
        assert_ne!(second["id"], first["id"]);
        let desk = app.as_("checker").get("/api/v1/requests?state=open").must(200);
        assert_eq!(desk["items"].as_array().unwrap().len(), 2);
        liangzheng_tests::acts::by_two(&app.as_("maker"), &app.as_("checker"), &id, "cancel");
        for login in ["zhou", "wu"] {
            let own = app.as_(login).get(&path).must(200);
            assert_eq!(own["items"][0]["state"], "done", "{login}");
            let told = app.as_(login).get("/api/v1/wallet/notices").must(200);
            let of_act = told["items"].as_array().unwrap().iter().find(|item| item["kind"] == "act");
            assert_eq!(of_act.unwrap()["act"], "cancel", "{login}");
        }
    }
}

/// Rows: R08.
#[test]
fn a_name_in_full_width_is_the_same_name() {
    let app = office(TestDb::sqlite());
    let mut body = draft(1);
    (body["holder"]["name"], body["face"]["n"]) = (json!("ABC(周)"), json!("ABC(周)"));
    issue(&app, &body);
    let mut body = draft(1);
    (body["holder"]["name"], body["face"]["n"]) = (json!("ＡＢＣ（周）"), json!("ABC（周）"));
    body["face"]["no"] = json!("另一");
    issue(&app, &body);
}
