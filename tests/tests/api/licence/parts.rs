//! Composite licences: each part keeps its own licence and status, and the whole stands no better than they do.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::{HolderId, LicenceId};
use liangzheng_server::domain::licence::Status;
use liangzheng_server::storage::licence::co_holder;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

/// 食品经营许可证 and 行业综合许可证 of the demo: the second is made of the business licence and the first.
const FOOD: &str = "11990000MB00010033001";
const COMPOSITE: &str = "11990000MB0001119C001";

struct Shop {
    app: TestApp,
    lin: HolderId,
    food: LicenceId,
    whole: LicenceId,
}

fn shop(db: TestDb) -> Shop {
    let app = TestApp::start(db, |_| {});
    app.enter_demo_catalogue();
    let (_, lin) = app.holder("lin");
    app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let food = app.licence(lin, FOOD, UNIT, Status::Active).id;
    let whole = app.licence(lin, COMPOSITE, UNIT, Status::Active).id;
    app.staff("checker", Role::IssuerChecker, UNIT);
    app.staff("maker", Role::IssuerMaker, UNIT);
    app.staff("inspector", Role::Inspector, UNIT);
    app.staff("tourism", Role::Verifier, "91990100MA0000330H");
    Shop { app, lin, food, whole }
}

impl Shop {
    fn act(&self, licence: LicenceId, act: &str) -> Value {
        let body = json!({ "act": act, "reason": "核查", "legal_basis": "测试依据" });
        self.app.as_("checker").post(&format!("/api/v1/licences/{licence}/acts"), &body).must(200)
    }

    fn card(&self) -> Value {
        self.app.as_("lin").get(&format!("/api/v1/wallet/licences/{}", self.whole)).must(200)
    }

    fn show(&self) -> liangzheng_tests::http::Answer {
        let path = format!("/api/v1/wallet/licences/{}/show", self.whole);
        self.app.as_("lin").post(&path, &json!({ "scene": "culture.tourism", "pin": PIN }))
    }
}

/// Rows: R13.
#[test]
fn a_composite_has_the_status_of_its_worst_part_and_each_part_its_own_on_both_databases() {
    for db in TestDb::both() {
        let shop = shop(db);
        let card = shop.card();
        let parts = card["parts"].as_array().unwrap();
        let kinds: Vec<_> = parts.iter().map(|part| part["kind"]["code"].clone()).collect();
        assert_eq!(kinds, [json!(BUSINESS_LICENCE), json!(FOOD)]);
        assert_eq!((&card["showable"], &card["cautions"]), (&json!(true), &json!([])));
        assert_eq!((&parts[1]["status"], &parts[1]["licence"]), (&json!("ACTIVE"), &json!(shop.food)));
        let code = shop.show().must(201)["qr_text"].as_str().unwrap().to_owned();

        // A notice on a part is told of the whole.
        shop.act(shop.food, "pledge");
        let card = shop.card();
        assert_eq!((&card["showable"], &card["cautions"][0]["code"]), (&json!(true), &json!("C_NOTICE")));
        let shown = shop.show().must(201);
        let verify = |input: &str| {
            let body = json!({ "input": input });
            shop.app.as_("tourism").post("/api/v1/verify", &body).must(200)
        };
        let verdict = verify(shown["qr_text"].as_str().unwrap());
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
        assert_eq!(verdict["cautions"][0]["code"], "C_NOTICE", "{verdict}");
        shop.act(shop.food, "release_pledge");

        // A part that is suspended suspends the whole: in the wallet, at the show, and for who verifies an older code.
        let path =
            format!("/api/v1/wallet/shows/{}/refresh", shop.show().must(201)["show"].as_str().unwrap());
        shop.act(shop.food, "suspend");
        let card = shop.card();
        assert_eq!((&card["status"], &card["showable"]), (&json!("ACTIVE"), &json!(false)));
        assert_eq!(card["reason"]["code"], "E_STATUS_SUSPENDED");
        assert!(card["reason"]["zh-CN"].as_str().unwrap().contains("食品经营许可证"), "{card}");
        assert_eq!(card["parts"][1]["status"], "ON_HOLD");
        let refused = shop.show();
        assert_eq!(refused.problem(), "licence-not-showable");
        assert!(refused.text().contains("食品经营许可证"), "{}", refused.text());
        assert!(matches!(shop.app.as_("lin").post_nothing(&path).status, 409 | 410), "an open show ends");
        let verdict = verify(&code);
        assert_eq!(
            (&verdict["verdict"], &verdict["code"]),
            (&json!("invalid"), &json!("E_STATUS_SUSPENDED"))
        );

        // And it stands again with its part.
        shop.act(shop.food, "resume");
        assert_eq!(shop.card()["showable"], true);
        until("it can be shown again", || (shop.show().status == 201).then_some(()));
    }
}

/// Rows: R13.
#[test]
fn a_part_that_has_ended_suspends_the_whole_until_another_takes_its_place() {
    let shop = shop(TestDb::sqlite());
    let (app, path) = (&shop.app, format!("/api/v1/licences/{}/acts", shop.food));
    let revoke = json!({ "act": "revoke", "reason": "核查", "legal_basis": "测试依据" });
    let proposal = app.as_("maker").post(&path, &revoke).must(202)["proposal"].as_str().unwrap().to_owned();
    let confirm = json!({ "act": "confirm" });
    app.as_("checker").post(&format!("/api/v1/proposals/{proposal}/acts"), &confirm).must(200);
    let card = shop.card();
    assert_eq!((&card["parts"][1]["status"], &card["showable"]), (&json!("REVOKED"), &json!(false)));
    assert_eq!(shop.show().problem(), "licence-not-showable");

    let licence = app.licence(shop.lin, FOOD, UNIT, Status::Active).id;
    let card = shop.card();
    assert_eq!(card["parts"][1]["licence"], json!(licence), "the new one counts");
    assert_eq!(card["showable"], true);
    shop.show().must(201);
}

/// Rows: R13.
#[test]
fn a_part_that_is_anothers_first_and_his_beside_that_one_counts_as_his_on_both_databases() {
    for db in TestDb::both() {
        let shop = shop(db);
        let (app, chen) = (&shop.app, shop.app.holder("chen").1);
        // The one of his own is over; that which stands in for it bears chen's name first.
        shop.act(shop.food, "suspend");
        let food = app.licence(chen, FOOD, UNIT, Status::Active).id;
        app.wait(async {
            let mut tx = app.make.db.begin_write().await.unwrap();
            co_holder::insert(&mut tx, food, shop.lin).await.unwrap();
            tx.commit().await.unwrap();
        });
        let shown = shop.show().must(201);
        shop.act(food, "suspend");
        assert_eq!(shop.show().problem(), "licence-not-showable");
        let body = json!({ "input": shown["qr_text"] });
        let verdict = app.as_("tourism").post("/api/v1/verify", &body).must(200);
        assert_eq!(
            (&verdict["verdict"], &verdict["code"]),
            (&json!("invalid"), &json!("E_STATUS_SUSPENDED")),
            "{verdict}"
        );
        shop.act(food, "resume");
        until("it can be shown again", || (shop.show().status == 201).then_some(()));
    }
}

/// Rows: R13.
#[test]
fn a_composite_is_drafted_only_for_who_has_its_parts() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    app.enter_demo_catalogue();
    app.staff("maker", Role::IssuerMaker, UNIT);
    let holder = json!({
        "type": "legal", "name": "云溪市山月茶饮有限公司", "id_type": "001", "id_number": "91990100MA0000031K"
    });
    let matter =
        json!({ "type": "issuing", "matter": "samr.comprehensive", "mode": "online", "holder": holder });
    let case = app.as_("maker").post("/api/v1/cases", &matter).must(201);
    let draft = json!({
        "case": case["id"], "kind": COMPOSITE, "holder": holder, "mode": "online", "valid_from": "20260101",
        "face": { "n": "云溪市山月茶饮有限公司", "c": "91990100MA0000031K", "no": "ZH990101000099" }
    });
    let told = app.as_("maker").post("/api/v1/licences", &draft).must(422);
    let errors = told["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2, "{told}");
    assert!(
        errors.iter().all(|error| error["pointer"] == "/kind" && error["code"] == "part-missing"),
        "{told}"
    );
    assert!(told.to_string().contains("食品经营许可证"), "{told}");
}
