//! Delegations 委托用证: given with the PIN, accepted by whom they are for, shown as his, taken back.

use liangzheng_server::domain::actor::agency::AgencyLevel;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::service::consent::delegation_acts;
use liangzheng_server::storage::consent::delegation;
use liangzheng_server::storage::licence::co_holder;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::office::citizen;
use liangzheng_tests::make::{IDENTITY_CARD, OTHER_UNIT, PIN};
use serde_json::{Value, json};

use crate::casework::{desk, licence, name, person};

pub(super) const DELEGATIONS: &str = "/api/v1/wallet/delegations";
/// 云溪江畔酒店 of the demo.
const HOTEL: &str = "91990100MA0000314U";
const A_DAY: i64 = 86_400;

/// What gives a licence to the person of a number, in one scene, for an hour from now.
pub(super) fn to(app: &TestApp, licence: impl ToString, number: u32) -> Value {
    json!({
        "licence": licence.to_string(), "scenes": ["hotel.checkin"], "pin": PIN,
        "to": { "name": name(number), "id_type": "111", "id_number": citizen(number) },
        "from": app.app.now().0, "until": app.app.now().0 + 3600,
    })
}

pub(super) fn act(app: &TestApp, login: &str, id: &str, act: &str) -> Answer {
    let body = if act == "accept" { json!({ "act": act, "pin": PIN }) } else { json!({ "act": act }) };
    app.as_(login).post(&format!("{DELEGATIONS}/{id}/acts"), &body)
}

/// Gives and accepts it; its id.
pub(super) fn given(app: &TestApp, login: &str, body: &Value, delegate: &str) -> String {
    let given = app.as_(login).post(DELEGATIONS, body).must(201);
    let id = given["id"].as_str().unwrap().to_owned();
    act(app, delegate, &id, "accept").must(200);
    id
}

pub(super) fn show(app: &TestApp, login: &str, licence: impl ToString, scene: &str) -> Answer {
    let path = format!("/api/v1/wallet/licences/{}/show", licence.to_string());
    app.as_(login).post(&path, &json!({ "scene": scene, "pin": PIN }))
}

fn states(app: &TestApp, login: &str, side: &str) -> Vec<String> {
    let listed = app.as_(login).get(&format!("{DELEGATIONS}?side={side}")).must(200);
    let states = listed["items"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap());
    states.map(str::to_owned).collect()
}

fn notices(app: &TestApp, login: &str) -> Vec<String> {
    let mut after = None;
    while app.wait(delegation_acts::tell(&app.app, &mut after)).unwrap() {}
    let told = app.as_(login).get("/api/v1/wallet/notices").must(200);
    let kinds = told["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned());
    // Of one second's the order is by chance.
    let mut kinds: Vec<String> = kinds.collect();
    kinds.sort();
    kinds
}

/// Rows: R60.
#[test]
fn a_delegation_is_given_accepted_shown_as_a_delegates_and_taken_back_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        person(&app, 3);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let body = to(&app, card.id, 2);
        let keyed = app.as_("h1").with("Idempotency-Key", "once");
        let twice = [(); 2].map(|()| keyed.post(DELEGATIONS, &body).must(201));
        assert_eq!(twice[0], twice[1]);
        assert_eq!((&twice[0]["state"], &twice[0]["scenes"]), (&json!("waiting"), &json!(["hotel.checkin"])));
        let id = twice[0]["id"].as_str().unwrap();
        let path = format!("/api/v1/wallet/licences/{}", card.id);

        // Before it is accepted: whom it is for sees what it is, without values, and shows nothing.
        assert_eq!(notices(&app, "h2"), ["delegation_offered"]);
        assert_eq!(notices(&app, "h2").len(), 1, "told once");
        let received = app.as_("h2").get(&format!("{DELEGATIONS}?side=received")).must(200);
        let one = &received["items"][0];
        assert_eq!((&one["holder_name"], &one["acts"]), (&json!(name(1)), &json!(["accept", "decline"])));
        let fields = one["scenes"][0]["fields"].as_array().unwrap();
        assert!(!fields.is_empty() && fields.iter().all(|field| field["value"] == ""), "{one}");
        assert_eq!(show(&app, "h2", card.id, "hotel.checkin").status, 404);
        assert_eq!(app.as_("h2").get(&path).status, 404);
        assert_eq!(act(&app, "h3", id, "accept").status, 404, "it is not for him");
        assert_eq!(act(&app, "h1", id, "accept").status, 404, "nor for who gave it");
        let without = app.as_("h2").post(&format!("{DELEGATIONS}/{id}/acts"), &json!({ "act": "accept" }));
        assert_eq!(without.must(422)["errors"][0]["pointer"], "/pin");
        let guessed = json!({ "act": "accept", "pin": "000000" });
        let guessed = app.as_("h2").post(&format!("{DELEGATIONS}/{id}/acts"), &guessed);
        assert_eq!(guessed.problem(), "wrong-pin");

        assert_eq!(act(&app, "h2", id, "accept").must(200)["state"], "live");
        assert_eq!(notices(&app, "h1"), ["delegation_accepted"]);
        assert_eq!(act(&app, "h2", id, "accept").problem(), "forbidden-transition");
        // He has the card, as far as the scene shows it, and nothing else of the wallet.
        let seen = app.as_("h2").get(&path).must(200);
        assert_eq!(seen["footing"]["kind"], "delegate");
        assert_eq!((&seen["footing"]["holder"], &seen["footing"]["name"]), (&json!(holder), &json!(name(1))));
        let scenes: Vec<&Value> =
            seen["scenes"].as_array().unwrap().iter().map(|scene| &scene["code"]).collect();
        assert_eq!(scenes, ["hotel.checkin"]);
        let own = app.as_("h1").get(&path).must(200);
        assert!(own["fields"].as_array().unwrap().len() > seen["fields"].as_array().unwrap().len());
        let listed = app.as_("h2").get(&format!("/api/v1/wallet/licences?for={holder}")).must(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(app.as_("h2").get("/api/v1/wallet/licences").must(200)["items"], json!([]));
        assert_eq!(app.as_("h3").get(&format!("/api/v1/wallet/licences?for={holder}")).status, 404);
        for shut in ["acts", "requests", "authorisation-options"] {
            assert_eq!(app.as_("h2").get(&format!("{path}/{shut}")).status, 404, "{shut}");
        }
        assert_eq!(app.as_("h2").post(&format!("{path}/file"), &json!({ "pin": PIN })).status, 404);
        let asked = json!({ "act": "report_loss", "reason": "r" });
        assert_eq!(app.as_("h2").post(&format!("{path}/requests"), &asked).status, 404);
        // No onward delegation, and no authorisation.
        assert_eq!(app.as_("h2").post(DELEGATIONS, &to(&app, card.id, 3)).status, 404);

        let refused = show(&app, "h2", card.id, "hospital.visit");
        assert_eq!((refused.status, refused.json()["code"].clone()), (403, json!("not-delegated")));
        let shown = show(&app, "h2", card.id, "hotel.checkin").must(201);
        app.staff("desk", Role::Verifier, HOTEL);
        let asked = json!({ "input": shown["qr_text"], "scene": "hotel.checkin" });
        let verdict = app.as_("desk").post("/api/v1/verify", &asked);
        let verdict = verdict.must(200);
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
        assert_eq!(verdict["licence"]["delegate"]["name"], name(2), "the code says who shows");
        let masked = verdict["licence"]["delegate"]["sub"].as_str().unwrap();
        assert!(masked.contains('*') && masked != citizen(2), "{masked}");
        // The holder sees what was shown, and that a delegate did it.
        let uses = app.as_("h1").get("/api/v1/wallet/uses").must(200);
        let by = uses["items"].as_array().unwrap().iter().find(|one| one["kind"] == "show").unwrap();
        assert_eq!((&by["by"]["footing"], &by["by"]["name"]).0, "delegate", "{by}");

        let own_show = show(&app, "h1", card.id, "hotel.checkin").must(201);
        assert_eq!(act(&app, "h3", id, "withdraw").status, 404);
        assert_eq!(act(&app, "h1", id, "withdraw").must(200)["state"], "withdrawn");
        assert_eq!(act(&app, "h1", id, "withdraw").problem(), "forbidden-transition");
        assert_eq!(notices(&app, "h2"), ["delegation_offered", "delegation_withdrawn"]);
        let refresh = |shown: &Value, login: &str| {
            let show = shown["show"].as_str().unwrap();
            app.as_(login).post_nothing(&format!("/api/v1/wallet/shows/{show}/refresh")).status
        };
        assert_eq!(refresh(&shown, "h2"), 410, "from the next request on");
        assert_eq!(refresh(&own_show, "h1"), 200, "the holder's own goes on");
        assert_eq!(show(&app, "h2", card.id, "hotel.checkin").status, 404);
        assert_eq!(app.as_("h2").get(&path).status, 404);
        assert_eq!(
            (states(&app, "h1", "given"), states(&app, "h2", "received")),
            (vec!["withdrawn".into()], vec!["withdrawn".into()])
        );
    }
}

/// Rows: R60.
#[test]
fn a_person_without_an_account_is_answered_alike_and_finds_it_when_he_has_one_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let shape = |answer: &Value| {
            let mut shape = answer.clone();
            shape["id"] = json!("");
            shape
        };
        let known = app.as_("h1").post(DELEGATIONS, &to(&app, card.id, 2)).must(201);
        let unknown = app.as_("h1").post(DELEGATIONS, &to(&app, card.id, 4)).must(201);
        assert_eq!(shape(&known), shape(&unknown));
        // A slip in the name: it is for nobody, and answered alike, too.
        let mut slip = to(&app, card.id, 2);
        slip["to"]["name"] = json!("周某某");
        let slip = app.as_("h1").post(DELEGATIONS, &slip).must(201);
        assert_eq!(shape(&known), shape(&slip));
        assert_eq!(states(&app, "h1", "given"), ["waiting"; 3]);
        let mut listed = app.as_("h1").get(DELEGATIONS).must(200)["items"].clone();
        for one in listed.as_array_mut().unwrap() {
            (one["id"], one["to"]) = (json!(""), json!(""));
        }
        assert!(
            listed.as_array().unwrap().windows(2).all(|two| two[0] == two[1]),
            "nothing tells them apart"
        );
        assert_eq!(states(&app, "h2", "received"), ["waiting"], "one of two: the name must fit");
        assert_eq!(act(&app, "h2", slip["id"].as_str().unwrap(), "accept").status, 404);
        assert_eq!(notices(&app, "h2"), ["delegation_offered"]);

        // Within the seven days he comes.
        app.pass(10);
        person(&app, 4);
        assert_eq!(notices(&app, "h4"), ["delegation_offered"]);
        act(&app, "h4", unknown["id"].as_str().unwrap(), "accept").must(200);
        show(&app, "h4", card.id, "hotel.checkin").must(201);
        assert_eq!(act(&app, "h2", known["id"].as_str().unwrap(), "decline").must(200)["state"], "declined");
        assert_eq!(notices(&app, "h1"), ["delegation_accepted", "delegation_declined"]);
        assert_eq!(
            act(&app, "h2", known["id"].as_str().unwrap(), "accept").problem(),
            "forbidden-transition"
        );
    }
}

/// Rows: R60.
#[test]
fn what_cannot_be_delegated_is_told_member_by_member_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let now = app.app.now().0;
        let good = to(&app, card.id, 2);
        for (member, value, pointer, code) in [
            ("scenes", json!([]), "/scenes", "length"),
            ("scenes", json!(["no.such"]), "/scenes/0", "unknown"),
            ("scenes", json!(["hotel.checkin", "没有"]), "/scenes/1", "unknown"),
            ("scenes", json!(["hotel.checkin", "hotel.checkin"]), "/scenes/1", "twice"),
            ("scenes", json!(["hotel.checkin", "print.copy"]), "/scenes/1", "paper"),
            ("scenes", json!(["inspect.food"]), "/scenes/0", "unknown"),
            ("matter", json!("no.such"), "/matter", "unknown"),
            ("from", json!(now - 2 * A_DAY), "/from", "past"),
            ("from", json!("20261301"), "/from", "malformed"),
            ("until", json!(now), "/until", "range"),
            ("until", json!("20280101"), "/until", "range"),
            ("from", json!(now + 3600), "/until", "range"),
        ] {
            let mut wrong = good.clone();
            wrong[member] = value;
            let told = app.as_("h1").post(DELEGATIONS, &wrong).must(422);
            assert_eq!(
                (&told["errors"][0]["pointer"], &told["errors"][0]["code"]),
                (&json!(pointer), &json!(code)),
                "{told}"
            );
        }
        for (number, kind, pointer) in [
            (citizen(1), "111", "/to/id_number"),
            ("990101199203040018".to_owned(), "111", "/to/id_number"),
            ("91990100MA0000306U".to_owned(), "001", "/to/id_type"),
        ] {
            let mut wrong = good.clone();
            (wrong["to"]["id_number"], wrong["to"]["id_type"]) = (json!(number), json!(kind));
            let told = app.as_("h1").post(DELEGATIONS, &wrong).must(422);
            assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
        }
        let mut guessed = good.clone();
        guessed["pin"] = json!("000000");
        assert_eq!(app.as_("h1").post(DELEGATIONS, &guessed).problem(), "wrong-pin");
        assert_eq!(states(&app, "h1", "given"), [""; 0], "nothing was given");
        let mut matter = good.clone();
        matter["matter"] = json!("civil.subsidy");
        app.as_("h1").post(DELEGATIONS, &matter).must(201);
        let listed = app.as_("h1").get(DELEGATIONS).must(200);
        assert_eq!(listed["items"][0]["matter_names"]["zh-CN"], "困难家庭补助申领");
        let over = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Cancelled);
        let told = app.as_("h1").post(DELEGATIONS, &to(&app, over.id, 2));
        assert_eq!(told.problem(), "forbidden-transition");
    }
}

/// Rows: R60.
#[test]
fn wrong_pins_shut_delegating_and_accepting_as_they_shut_showing() {
    let app = desk(TestDb::sqlite());
    let holder = person(&app, 1);
    person(&app, 2);
    let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
    let given = app.as_("h1").post(DELEGATIONS, &to(&app, card.id, 2)).must(201);
    let path = format!("{DELEGATIONS}/{}/acts", given["id"].as_str().unwrap());
    for _ in 0..5 {
        app.as_("h2").post(&path, &json!({ "act": "accept", "pin": "000000" }));
    }
    let shut = app.as_("h2").post(&path, &json!({ "act": "accept", "pin": PIN }));
    assert_ne!(shut.status, 200, "{}", shut.text());
    assert_eq!(states(&app, "h2", "received"), ["waiting"]);
    app.as_("h2").post(&path, &json!({ "act": "decline" })).must(200);
}

/// Rows: R60.
#[test]
fn it_holds_to_the_second_and_nothing_shown_lasts_longer_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let now = app.app.now().0;
        let mut body = to(&app, card.id, 2);
        (body["from"], body["until"]) = (json!(now + 100), json!(now + 130));
        given(&app, "h1", &body, "h2");
        let status = |app: &TestApp| show(app, "h2", card.id, "hotel.checkin").status;
        app.pass(99);
        let seen = app.as_("h2").get(&format!("/api/v1/wallet/licences/{}", card.id)).must(200);
        assert_eq!((&seen["scenes"], &seen["footing"]["from"]), (&json!([]), &json!(now + 100)));
        assert_eq!((status(&app), states(&app, "h2", "received")), (403, vec!["accepted".into()]));
        app.pass(1);
        let shown = show(&app, "h2", card.id, "hotel.checkin").must(201);
        assert_eq!((&shown["expires_at"], &shown["show_expires_at"]), (&json!(now + 130), &json!(now + 130)));
        app.pass(29);
        let path = format!("/api/v1/wallet/shows/{}/refresh", shown["show"].as_str().unwrap());
        let last = app.as_("h2").post_nothing(&path).must(200);
        assert_eq!(last["expires_at"], now + 130);
        assert_eq!(status(&app), 201);
        app.pass(1);
        assert_eq!(app.as_("h2").post_nothing(&path).status, 410);
        assert_eq!((status(&app), states(&app, "h2", "received")), (404, vec!["ended".into()]));
        app.pass(1);
        assert_eq!(status(&app), 404);
    }
}

/// Rows: R60.
#[test]
fn what_nobody_accepts_lapses_after_seven_days_and_who_gave_it_is_told_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let holder = person(&app, 1);
        person(&app, 2);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        let mut body = to(&app, card.id, 2);
        body["until"] = json!(app.app.now().0 + 30 * A_DAY);
        let given = app.as_("h1").post(DELEGATIONS, &body).must(201);
        assert_eq!(given["accept_by"], app.app.now().0 + 7 * A_DAY);
        let id = given["id"].as_str().unwrap();
        app.jump(7 * A_DAY - 1);
        let (h1, h2) = (app.log_in("h1"), app.log_in("h2"));
        let state = |caller: &liangzheng_tests::caller::Caller, side: &str| {
            let listed = caller.get(&format!("{DELEGATIONS}?side={side}")).must(200);
            listed["items"][0]["state"].as_str().unwrap().to_owned()
        };
        assert_eq!(state(&h2, "received"), "waiting");
        app.pass(1);
        assert_eq!((state(&h1, "given"), state(&h2, "received")), ("lapsed".into(), "lapsed".into()));
        let accept = json!({ "act": "accept", "pin": PIN });
        let late = h2.post(&format!("{DELEGATIONS}/{id}/acts"), &accept);
        assert_eq!(late.problem(), "forbidden-transition");
        app.wait(delegation_acts::tell(&app.app, &mut None)).unwrap();
        app.wait(delegation_acts::tell(&app.app, &mut None)).unwrap();
        let told = h1.get("/api/v1/wallet/notices").must(200);
        let kinds: Vec<&Value> = told["items"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["delegation_lapsed"], "once");
        let open = app.wait(async {
            let mut tx = app.app.db.begin_read().await.unwrap();
            delegation::open_of(&mut tx, holder, app.app.now()).await.unwrap()
        });
        assert_eq!(open, 0, "what has lapsed leaves room for another");
    }
}

/// Rows: R60, R68.
#[test]
fn a_manager_delegates_for_a_firm_a_handler_does_not_and_co_holders_are_told_on_both_databases() {
    for db in TestDb::both() {
        let app = desk(db);
        let (holder, beside) = (person(&app, 1), person(&app, 2));
        person(&app, 3);
        let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
        app.wait(async {
            let mut tx = app.app.db.begin_write().await.unwrap();
            co_holder::insert(&mut tx, card.id, beside).await.unwrap();
            tx.commit().await.unwrap();
        });
        let body = to(&app, card.id, 3);
        for (login, level, status) in
            [("clerk", AgencyLevel::Handler, 403), ("chief", AgencyLevel::Manager, 201)]
        {
            let (account, _) = app.holder(login);
            app.wait(app.make.agency(account, holder, level, &[], None));
            let answer = app.log_in(login).post(DELEGATIONS, &body);
            assert_eq!(answer.status, status, "{login}: {}", answer.text());
        }
        assert_eq!(notices(&app, "h2"), ["delegated_by_co_holder"]);
        let listed = app.as_("chief").get(&format!("{DELEGATIONS}?for={holder}")).must(200);
        let one = &listed["items"][0];
        assert_eq!((&one["footing"], &one["state"]), (&json!("agent"), &json!("waiting")));
        let id = one["id"].as_str().unwrap();
        act(&app, "h3", id, "accept").must(200);
        assert_eq!(act(&app, "h2", id, "withdraw").status, 404, "a co-holder's own is another");
        assert_eq!(act(&app, "clerk", id, "withdraw").status, 403);
        // The delegate gives it up himself.
        assert_eq!(act(&app, "h3", id, "withdraw").must(200)["state"], "given_up");
        assert_eq!(notices(&app, "h1"), ["delegation_accepted", "delegation_given_up"]);
        assert_eq!(show(&app, "h3", card.id, "hotel.checkin").status, 404);
    }
}

/// Rows: R44, R60.
#[test]
fn where_the_kind_asks_for_the_person_himself_the_pin_alone_delegates_nothing() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    app.enter_kind_for_the_person_himself(IDENTITY_CARD);
    let holder = person(&app, 1);
    let card = licence(&app, holder, IDENTITY_CARD, OTHER_UNIT, Status::Active);
    let refused = app.as_("h1").post(DELEGATIONS, &to(&app, card.id, 2));
    assert_eq!((refused.status, refused.problem().as_str()), (403, "second-factor-needed"));
    assert_eq!(states(&app, "h1", "given"), [""; 0]);
}
