//! Inspection matters: which licences an inspector has shown to him in which scene, and what is kept of it.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::clock::NOON;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PIN, UNIT};
use serde_json::{Value, json};

/// The platform's own unit.
const PLATFORM: &str = "11990000MB00000948";
/// 食品经营许可证 and 食品安全管理员证 of the demo, both shown in `inspect.food`.
const FOOD: &str = "11990000MB00010033001";
const SAFETY: &str = "11990000MB00010626001";

struct Street {
    app: TestApp,
    licence: String,
}

fn street(db: TestDb) -> Street {
    let app = TestApp::start(db, |_| {});
    app.enter_demo_catalogue();
    let (_, lin) = app.holder("lin");
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id.to_string();
    app.staff("admin", Role::UnitAdmin, UNIT);
    app.staff("inspector", Role::Inspector, UNIT);
    app.staff("elsewhere", Role::Inspector, OTHER_UNIT);
    app.staff("manager", Role::Manager, PLATFORM);
    Street { app, licence }
}

impl Street {
    fn code(&self) -> String {
        let path = format!("/api/v1/wallet/licences/{}/show", self.licence);
        let shown =
            self.app.as_("lin").post(&path, &json!({ "scene": "inspect.food", "pin": PIN })).must(201);
        shown["qr_text"].as_str().unwrap().to_owned()
    }

    fn uses(&self) -> Vec<Value> {
        let uses = self.app.as_("lin").get("/api/v1/wallet/uses").must(200);
        uses["items"].as_array().unwrap().clone()
    }
}

fn matter() -> Value {
    json!({
        "code": "food.night", "names": { "zh-CN": "夜间餐饮检查", "en": "Night inspection of caterers" }, "unit": UNIT,
        "kinds": [FOOD, BUSINESS_LICENCE], "scene": "inspect.food", "ask": ["后厨是否公示", "是否油烟超标"]
    })
}

fn told(problem: &Value) -> Vec<(String, String)> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

fn act(caller: &Caller, act: &str) -> Value {
    let path = "/api/v1/inspection-matters/food.night/acts";
    caller.post(path, &json!({ "act": act, "reason": "测试" })).must(200)
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

/// Rows: R48.
#[test]
fn a_matter_lists_its_kinds_and_a_verification_in_it_is_checked_and_recorded_on_both_databases() {
    for db in TestDb::both() {
        let street = street(db);
        let (admin, manager) = (street.app.as_("admin"), street.app.as_("manager"));
        let inspector = street.app.as_("inspector");
        let made = admin.post("/api/v1/inspection-matters", &matter()).must(201);
        assert_eq!((&made["state"], &made["ask"]), (&json!("draft"), &matter()["ask"]));
        let verify = |caller: &Caller, more: Value| {
            let mut body = json!({ "input": street.code(), "matter": "food.night" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            caller.post("/api/v1/verify", &body)
        };
        assert_eq!(told(&verify(&inspector, json!({})).must(422)), one("/matter", "not-yours"), "a draft");
        act(&admin, "submit");
        act(&manager, "publish");
        let known = inspector.get("/api/v1/inspection-matters?in_force=true").must(200);
        let codes: Vec<_> =
            known["items"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
        assert_eq!(codes, [json!("food.daily"), json!("food.night"), json!("food.staff")]);

        let verdict = verify(&inspector, json!({})).must(200);
        assert_eq!(
            (&verdict["verdict"], &verdict["scene"]["code"]),
            (&json!("valid"), &json!("inspect.food"))
        );
        let seen = street.uses();
        let used = seen.iter().find(|used| used["kind"] == "verify").unwrap();
        assert_eq!((&used["matter"], &used["by"]["unit"]), (&json!("food.night"), &json!(UNIT)));

        // Another scene, another unit, nobody's: refused, and the code is not spent.
        let other = verify(&inspector, json!({ "scene": "hotel.checkin" })).must(422);
        assert_eq!(told(&other), one("/matter", "other-scene"));
        assert_eq!(
            told(&verify(&street.app.as_("elsewhere"), json!({})).must(422)),
            one("/matter", "not-yours")
        );
        assert_eq!(told(&verify(&street.app.anyone(), json!({})).must(422)), one("/matter", "not-yours"));
        let code = street.code();
        let staff = json!({ "input": code, "matter": "food.staff" });
        let refused = inspector.post("/api/v1/verify", &staff);
        assert_eq!(told(&refused.must(422)), one("/matter", "other-kind"));
        assert!(refused.text().contains("营业执照"), "{}", refused.text());
        let verdict =
            inspector.post("/api/v1/verify", &json!({ "input": code, "matter": "food.night" })).must(200);
        assert_eq!(verdict["code"], "OK", "what was refused has not spent it");

        act(&manager, "disable");
        assert_eq!(
            told(&verify(&inspector, json!({})).must(422)),
            one("/matter", "not-yours"),
            "out of force"
        );
    }
}

/// Rows: R48.
#[test]
fn a_receipt_of_an_offline_scan_names_a_matter_of_the_unit_on_both_databases() {
    for db in TestDb::both() {
        let street = street(db);
        let identifier =
            street.app.as_("lin").get(&format!("/api/v1/wallet/licences/{}", street.licence)).must(200);
        let receipt = |n: usize, matter: Value| {
            json!({
                "id": format!("{n:0>22}"), "at": NOON.0 - 600, "verdict": "valid", "code": "OK",
                "scene": "inspect.food", "licence": identifier["identifier"], "matter": matter
            })
        };
        let hand_in = |caller: &str, scans: Value| {
            street.app.as_(caller).post("/api/v1/scans", &json!({ "scans": scans }))
        };
        let foreign = hand_in("elsewhere", json!([receipt(1, Value::Null), receipt(2, json!("food.daily"))]));
        assert_eq!(told(&foreign.must(422)), one("/scans/1/matter", "not-yours"));
        let unknown = hand_in("inspector", json!([receipt(1, json!("none"))]));
        assert_eq!(told(&unknown.must(422)), one("/scans/0/matter", "not-yours"));
        assert_eq!(street.uses().len(), 0, "all or none");

        // It was in force when the shift began.
        let disable = json!({ "act": "disable", "reason": "合并" });
        street.app.as_("admin").post("/api/v1/inspection-matters/food.daily/acts", &disable).must(200);
        let kept = hand_in("inspector", json!([receipt(1, json!("food.daily")), receipt(2, Value::Null)]));
        assert_eq!(kept.must(200), json!({ "accepted": 2, "known": 0 }));
        let matters: Vec<_> = street.uses().iter().map(|used| used["matter"].clone()).collect();
        assert_eq!(matters, [Value::Null, json!("food.daily")]);
    }
}

/// Rows: R48.
#[test]
fn a_matter_names_kinds_that_its_scene_shows_and_a_scene_in_which_its_unit_verifies() {
    let street = street(TestDb::sqlite());
    let admin = street.app.as_("admin");
    let wrong = |change: fn(&mut Value)| {
        let mut body = matter();
        change(&mut body);
        told(&admin.post("/api/v1/inspection-matters", &body).must(422))
    };
    assert_eq!(wrong(|body| body["scene"] = json!("none")), one("/scene", "not-published"));
    assert_eq!(
        wrong(|body| body["kinds"] = json!([SAFETY, "11990000MB0001038M001"])),
        one("/kinds/1", "not-in-scene")
    );
    assert_eq!(
        wrong(|body| {
            body["scene"] = json!("hotel.checkin");
            body["kinds"] = json!(["11100000000013127D001"]);
        }),
        one("/scene", "not-yours"),
        "an administration is no hotel"
    );
    assert_eq!(wrong(|body| body["ask"] = json!(["x\u{202e}y"])), one("/ask/0", "hidden-character"));
    admin.post("/api/v1/inspection-matters", &matter()).must(201);
    let alike = json!({ "code": "food.late", "names": { "zh-CN": "夜间餐饮检查", "en": "x" }, "unit": UNIT,
        "kinds": [FOOD], "scene": "inspect.food" });
    assert_eq!(admin.post("/api/v1/inspection-matters", &alike).problem(), "already-exists");
}
