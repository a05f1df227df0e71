//! What an entry leans on (units, audiences, the platform's limits), and what a refusal tells of other units' drafts.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::{TestDb, execute};
use liangzheng_tests::make::{OTHER_UNIT, UNIT};
use serde_json::{Value, json};

/// The platform's own unit.
const PLATFORM: &str = "11990000MB00000948";
/// An invented type code.
const KIND: &str = "11990000MB00010993001";

fn matter(code: &str, name: &str, unit: &str) -> Value {
    json!({ "code": code, "names": { "zh-CN": name, "en": name }, "unit": unit, "type": "issuing" })
}

fn kind() -> Value {
    json!({
        "code": KIND,
        "names": { "zh-CN": "测试许可证", "en": "Test licence" },
        "unit": UNIT,
        "category": "许可证",
        "matter": "food.test",
        "holder_types": ["natural"],
        "units": [UNIT, OTHER_UNIT],
        "face": { "fields": [{ "key": "n", "labels": { "zh-CN": "姓名", "en": "Name" }, "type": "text", "max": 20 }] },
        "validity": { "kind": "free" }
    })
}

fn scene(audience: &str, max_status_age: i64) -> Value {
    json!({
        "code": "test.scene",
        "names": { "zh-CN": "测试场景", "en": "Test scene" },
        "unit": UNIT,
        "audience": audience,
        "kinds": [{ "code": KIND, "fields": [{ "key": "n" }] }],
        "lifetime": 60,
        "profiles": ["S"],
        "medium": "screen",
        "max_status_age": max_status_age
    })
}

fn office(app: &TestApp) {
    app.staff("maker", Role::IssuerMaker, UNIT);
    app.staff("admin", Role::UnitAdmin, UNIT);
    app.staff("other", Role::IssuerMaker, OTHER_UNIT);
    app.staff("manager", Role::Manager, PLATFORM);
}

fn act(caller: &Caller, path: &str, act: &str) -> (u16, Value) {
    let answer = caller.post(&format!("/api/v1/{path}/acts"), &json!({ "act": act, "reason": "测试" }));
    (answer.status, answer.json())
}

fn publish(app: &TestApp, writer: &str, path: &str) {
    assert_eq!(act(&app.as_(writer), path, "submit").0, 200);
    assert_eq!(act(&app.as_("manager"), path, "publish").0, 200);
}

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

#[test]
fn another_units_draft_is_not_named_where_its_code_or_its_name_is_taken_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        office(&app);
        let (maker, other) = (app.as_("maker"), app.as_("other"));
        maker.post("/api/v1/matters", &matter("hidden.code", "秘密事项", UNIT)).must(201);
        let by_name = other.post("/api/v1/matters", &matter("another", "秘密事项", OTHER_UNIT));
        let told = by_name.must(409);
        assert_eq!(pointers(&told), ["/names/zh-CN"]);
        assert!(!by_name.text().contains("hidden.code"), "a draft of another unit: {told}");
        let by_code = other.post("/api/v1/matters", &matter("hidden.code", "另一事项", OTHER_UNIT)).must(409);
        assert_eq!(pointers(&by_code), ["/code"]);
        assert!(
            !by_code.to_string().contains("秘密事项") && !by_code.to_string().contains(UNIT),
            "{by_code}"
        );
        let own = maker.post("/api/v1/matters", &matter("again", "秘密事项", UNIT));
        assert!(own.text().contains("hidden.code"), "one's own is named: {}", own.text());

        // In force everybody sees it; under the name of its next draft nobody else does.
        publish(&app, "maker", "matters/hidden.code");
        let seen = other.post("/api/v1/matters", &matter("another", "秘密事项", OTHER_UNIT));
        assert!(seen.text().contains("hidden.code"), "{}", seen.text());
        let renamed = matter("hidden.code", "更名事项", UNIT);
        maker.send("PUT", "/api/v1/matters/hidden.code", Some(&renamed)).must(200);
        let hidden = other.post("/api/v1/matters", &matter("another", "更名事项", OTHER_UNIT));
        assert_eq!(pointers(&hidden.must(409)), ["/names/zh-CN"]);
        assert!(!hidden.text().contains("hidden.code"), "{}", hidden.text());
    }
}

#[test]
fn a_unit_that_closed_or_lost_the_right_since_the_draft_keeps_its_kind_and_scene_from_being_published() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        office(&app);
        let change = |sql| app.wait(execute(&app.make.db, sql));
        app.as_("maker").post("/api/v1/matters", &matter("food.test", "测试许可", UNIT)).must(201);
        publish(&app, "maker", "matters/food.test");
        app.as_("maker").post("/api/v1/kinds", &kind()).must(201);
        let path = format!("kinds/{KIND}");
        assert_eq!(act(&app.as_("maker"), &path, "submit").0, 200);
        change("UPDATE catalogue_unit SET state = 'closed' WHERE id = '11990100MB0000027F'");
        let (status, told) = act(&app.as_("manager"), &path, "publish");
        assert_eq!((status, pointers(&told)), (422, vec!["/units/1"]), "{told}");
        change(
            "UPDATE catalogue_unit SET state = 'active', capacities = '[\"using\"]' WHERE id = '11990100MB0000027F'",
        );
        let (status, told) = act(&app.as_("manager"), &path, "publish");
        assert_eq!((status, pointers(&told)), (422, vec!["/units/1"]), "{told}");
        change("UPDATE catalogue_unit SET capacities = '[\"issuing\"]' WHERE id = '11990100MB0000027F'");
        assert_eq!(act(&app.as_("manager"), &path, "publish").0, 200);

        let foreign = app.as_("admin").post("/api/v1/scenes", &scene("hotel", 3600)).must(422);
        assert_eq!(pointers(&foreign), ["/audience"], "an administration is no hotel");
        app.as_("admin").post("/api/v1/scenes", &scene("inspector", 3600)).must(201);
        assert_eq!(act(&app.as_("admin"), "scenes/test.scene", "submit").0, 200);
        change("UPDATE catalogue_unit SET audiences = '[]' WHERE id = '11990100MB0000019L'");
        let (status, told) = act(&app.as_("manager"), "scenes/test.scene", "publish");
        assert_eq!((status, pointers(&told)), (422, vec!["/audience"]), "{told}");
        change("UPDATE catalogue_unit SET audiences = '[\"inspector\"]' WHERE id = '11990100MB0000019L'");
        assert_eq!(act(&app.as_("manager"), "scenes/test.scene", "publish").0, 200);
    }
}

#[test]
fn how_old_status_may_be_in_a_scene_is_the_operators_to_say() {
    let app = TestApp::start(TestDb::sqlite(), |config| config.tokens.max_status_age_seconds = 7200);
    office(&app);
    app.as_("maker").post("/api/v1/matters", &matter("food.test", "测试许可", UNIT)).must(201);
    publish(&app, "maker", "matters/food.test");
    app.as_("maker").post("/api/v1/kinds", &kind()).must(201);
    publish(&app, "maker", &format!("kinds/{KIND}"));
    let told = app.as_("admin").post("/api/v1/scenes", &scene("inspector", 7201)).must(422);
    assert_eq!(pointers(&told), ["/max_status_age"]);
    assert!(told.to_string().contains("7200"), "{told}");
    app.as_("admin").post("/api/v1/scenes", &scene("inspector", 7200)).must(201);
}

#[test]
fn a_page_shows_its_own_unit_the_drafts_and_others_what_is_in_force_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        office(&app);
        let maker = app.as_("maker");
        for n in 0..3 {
            let (code, name) = (format!("m{n}"), format!("事项{n}"));
            maker.post("/api/v1/matters", &matter(&code, &name, UNIT)).must(201);
            if n < 2 {
                publish(&app, "maker", &format!("matters/{code}"));
            }
            if n == 1 {
                let next = matter(&code, "新事项", UNIT);
                maker.send("PUT", &format!("/api/v1/matters/{code}"), Some(&next)).must(200);
            }
        }
        let seen = |caller: &Caller| -> Vec<(String, i64, String)> {
            let page = caller.get("/api/v1/matters?limit=10").must(200);
            let items = page["items"].as_array().unwrap();
            let of = |item: &Value| {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                (text(&item["names"]["zh-CN"]), item["version"].as_i64().unwrap(), text(&item["state"]))
            };
            items.iter().map(of).collect()
        };
        let row = |name: &str, version, state: &str| (name.to_owned(), version, state.to_owned());
        let first = row("事项0", 1, "published");
        let in_force = vec![first.clone(), row("事项1", 1, "published")];
        let all = vec![first, row("新事项", 2, "draft"), row("事项2", 1, "draft")];
        assert_eq!(seen(&app.anyone()), in_force);
        assert_eq!(seen(&app.as_("other")), in_force);
        assert_eq!(seen(&maker), all);
        assert_eq!(seen(&app.as_("manager")), all);
    }
}
