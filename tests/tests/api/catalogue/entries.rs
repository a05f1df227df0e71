//! Matters, kinds and scenes: written by their unit, put in force by the manager, read by verifiers.

use std::time::Duration;

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{OTHER_UNIT, PIN, UNIT};
use liangzheng_tests::until::{until, within};
use serde_json::{Value, json};

/// The platform's own unit.
const PLATFORM: &str = "11990000MB00000948";
/// An invented type code.
const KIND: &str = "11990000MB00010993001";

/// A server with a maker and a unit administrator of one unit, a maker of another, and a manager.
fn office(db: TestDb) -> TestApp {
    let app = TestApp::start(db, |_| {});
    app.staff("maker", Role::IssuerMaker, UNIT);
    app.staff("admin", Role::UnitAdmin, UNIT);
    app.staff("other", Role::IssuerMaker, OTHER_UNIT);
    app.staff("manager", Role::Manager, PLATFORM);
    app
}

fn matter() -> Value {
    json!({ "code": "food.test", "names": { "zh-CN": "测试许可", "en": "Test permit" }, "unit": UNIT, "type": "issuing" })
}

fn kind() -> Value {
    json!({
        "code": KIND,
        "names": { "zh-CN": "测试许可证", "en": "Test licence" },
        "unit": UNIT,
        "category": "许可证",
        "matter": "food.test",
        "holder_types": ["natural"],
        "units": [UNIT],
        "face": {
            "fields": [
                { "key": "n", "labels": { "zh-CN": "姓名", "en": "Name" }, "type": "text", "required": true, "max": 20,
                  "personal": true, "mask": "name" },
                { "key": "id", "labels": { "zh-CN": "证号", "en": "Number" }, "type": "citizen_id", "required": true }
            ],
            "holder_name": "n",
            "holder_number": "id"
        },
        "validity": { "kind": "free" },
        "duplicate": ["id"]
    })
}

fn scene() -> Value {
    json!({
        "code": "test.scene",
        "names": { "zh-CN": "测试场景", "en": "Test scene" },
        "unit": UNIT,
        "audience": "inspector",
        "kinds": [{ "code": KIND, "fields": [{ "key": "n" }, { "key": "id", "mask": "id_number" }] }],
        "lifetime": 60,
        "profiles": ["S"],
        "medium": "screen",
        "max_status_age": 86400
    })
}

fn act(caller: &Caller, path: &str, act: &str) -> Value {
    let body = json!({ "act": act, "reason": "测试" });
    caller.post(&format!("/api/v1/{path}/acts"), &body).must(200)
}

/// Submits by `writer` and publishes by the manager.
fn publish(app: &TestApp, writer: &str, path: &str) -> Value {
    act(&app.as_(writer), path, "submit");
    act(&app.as_("manager"), path, "publish")
}

/// Writes and publishes matter, kind and scene.
fn all_in_force(app: &TestApp) {
    app.as_("maker").post("/api/v1/matters", &matter()).must(201);
    publish(app, "maker", "matters/food.test");
    app.as_("maker").post("/api/v1/kinds", &kind()).must(201);
    publish(app, "maker", &format!("kinds/{KIND}"));
    app.as_("admin").post("/api/v1/scenes", &scene()).must(201);
    publish(app, "admin", "scenes/test.scene");
}

/// The signed catalogue as anybody fetches it.
fn signed(app: &TestApp) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let text = app.anyone().get("/.well-known/catalogue").text();
    let payload = text.split('.').nth(1).unwrap().to_owned();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(&payload).unwrap()).unwrap()
}

/// Whether `whole` has everything that `part` says.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|found| holds(found, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part).all(|(whole, part)| holds(whole, part))
        }
        _ => whole == part,
    }
}

fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

/// Rows: R06, R07, R09.
#[test]
fn a_kind_is_written_submitted_published_and_signed_within_five_seconds_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let made = app.as_("maker").post("/api/v1/matters", &matter());
        assert_eq!(made.header("etag"), Some("\"1\""));
        let made = made.must(201);
        assert_eq!(
            (&made["state"], &made["version"], &made["etag"]),
            (&json!("draft"), &json!(1), &json!("\"1\""))
        );
        publish(&app, "maker", "matters/food.test");

        let draft = app.as_("maker").post("/api/v1/kinds", &kind()).must(201);
        assert!(holds(&draft, &kind()), "what was sent comes back: {draft}");
        assert_eq!(app.anyone().get(&format!("/api/v1/kinds/{KIND}")).status, 404, "a draft is its unit's");
        assert_eq!(app.as_("other").get(&format!("/api/v1/kinds/{KIND}")).status, 404);
        assert_eq!(app.as_("manager").get(&format!("/api/v1/kinds/{KIND}")).must(200)["state"], "draft");

        let published = publish(&app, "maker", &format!("kinds/{KIND}"));
        assert_eq!((&published["state"], &published["version"]), (&json!("published"), &json!(1)));
        assert_eq!(app.anyone().get(&format!("/api/v1/kinds/{KIND}")).must(200)["state"], "published");
        app.as_("admin").post("/api/v1/scenes", &scene()).must(201);
        publish(&app, "admin", "scenes/test.scene");
        let catalogue = within(Duration::from_secs(5), "the scene is signed", || {
            Some(signed(&app)).filter(|catalogue| {
                !catalogue["scenes"].as_array().unwrap().is_empty()
                    && catalogue["scenes"][0]["code"] == "test.scene"
            })
        });
        assert_eq!(catalogue["kinds"][0]["labels"]["n"]["zh-CN"], "姓名");
        let fields = &catalogue["scenes"][0]["kinds"][0]["fields"];
        assert_eq!(
            *fields,
            json!([{ "key": "n", "mask": "name" }, { "key": "id", "mask": "id_number" }]),
            "where the scene names no mask, the kind's holds"
        );
        let units = catalogue["units"].as_array().unwrap();
        let unit = units.iter().find(|unit| unit["id"] == UNIT).unwrap();
        assert_eq!(unit["kinds"], json!([KIND]));
    }
}

/// Rows: R07, R46.
#[test]
fn only_the_owner_writes_only_the_manager_publishes_and_nobody_what_he_wrote() {
    let app = office(TestDb::sqlite());
    let body = matter();
    assert_eq!(app.anyone().post("/api/v1/matters", &body).status, 401);
    assert_eq!(app.as_("manager").post("/api/v1/matters", &body).status, 403);
    assert_eq!(app.as_("other").post("/api/v1/matters", &body).status, 403, "in another unit's name");
    app.as_("maker").post("/api/v1/matters", &body).must(201);
    assert_eq!(app.as_("other").send("PUT", "/api/v1/matters/food.test", Some(&body)).status, 404);
    let submit = json!({ "act": "submit" });
    let acts = "/api/v1/matters/food.test/acts";
    assert_eq!(app.as_("other").post(acts, &submit).status, 404);
    assert_eq!(app.as_("manager").post(acts, &submit).problem(), "forbidden");
    assert_eq!(app.as_("manager").post(acts, &json!({ "act": "publish" })).problem(), "forbidden-transition");
    act(&app.as_("maker"), "matters/food.test", "submit");
    assert_eq!(app.as_("maker").post(acts, &json!({ "act": "publish" })).problem(), "forbidden");
    let edit = app.as_("maker").send("PUT", "/api/v1/matters/food.test", Some(&body));
    assert_eq!(edit.problem(), "forbidden-transition", "what the manager has before him does not change");
    assert_eq!(
        app.as_("manager").post(acts, &json!({ "act": "return" })).must(422)["errors"][0]["pointer"],
        "/reason"
    );
    act(&app.as_("manager"), "matters/food.test", "return");
    act(&app.as_("maker"), "matters/food.test", "submit");
    act(&app.as_("manager"), "matters/food.test", "publish");
    assert_eq!(
        app.as_("other").send("PUT", "/api/v1/matters/food.test", Some(&body)).status,
        403,
        "it may be seen now"
    );

    // A manager who works for an issuing unit, too, would publish his own.
    app.wait(app.make.member("both", &[Role::Manager, Role::IssuerMaker], UNIT));
    let mut own = matter();
    (own["code"], own["names"]["zh-CN"]) = (json!("own"), json!("自拟"));
    app.as_("both").post("/api/v1/matters", &own).must(201);
    act(&app.as_("maker"), "matters/own", "submit");
    let publish = json!({ "act": "publish" });
    assert_eq!(app.as_("both").post("/api/v1/matters/own/acts", &publish).problem(), "two-persons");
}

#[test]
fn a_new_version_is_written_while_the_old_one_is_in_force() {
    let app = office(TestDb::sqlite());
    all_in_force(&app);
    let path = format!("/api/v1/kinds/{KIND}");
    let before = app.as_("maker").get(&path).must(200);
    let mut next = kind();
    next["face"]["fields"][0]["max"] = json!(15);
    let stale = app.as_("maker").with("If-Match", "\"1\"").send("PUT", &path, Some(&next));
    assert_eq!(stale.problem(), "stale-version");
    let tag = before["etag"].as_str().unwrap();
    let draft = app.as_("maker").with("If-Match", tag).send("PUT", &path, Some(&next)).must(200);
    assert_eq!((&draft["state"], &draft["version"]), (&json!("draft"), &json!(2)));
    assert_eq!(app.anyone().get(&path).must(200)["version"], 1, "others go on with what is in force");
    assert_eq!(app.anyone().get(&format!("{path}?version=2")).status, 404);
    publish(&app, "maker", &format!("kinds/{KIND}"));
    assert_eq!(app.anyone().get(&path).must(200)["version"], 2);
    let versions = app.anyone().get(&format!("{path}/versions")).must(200);
    let numbers: Vec<_> =
        versions["items"].as_array().unwrap().iter().map(|item| item["version"].clone()).collect();
    assert_eq!(numbers, [json!(1), json!(2)]);
    let diff = app.anyone().get(&format!("{path}/versions/1/diff/2")).must(200);
    assert_eq!(diff["items"], json!([{ "pointer": "/face/fields/0/max", "before": 20, "after": 15 }]));
}

/// Rows: R01, R08, R10, R11, R28, R89.
#[test]
fn what_is_wrong_is_named_and_leans_on_what_is_in_force() {
    let app = office(TestDb::sqlite());
    let maker = app.as_("maker");
    let wrong = |path: &str, body: &Value| {
        let answer = maker.post(path, body);
        assert_eq!(answer.status, 422, "{}", answer.text());
        pointers(&answer.json())
    };
    assert_eq!(wrong("/api/v1/kinds", &kind()), ["/matter"], "its matter is not published (R89)");
    maker.post("/api/v1/matters", &matter()).must(201);
    publish(&app, "maker", "matters/food.test");
    let mut body = kind();
    body["secrecy"] = json!("secret");
    body["face"]["fields"][0]["key"] = json!("N");
    body["units"] = json!([UNIT, "91990100MA0000314U"]);
    assert_eq!(
        wrong("/api/v1/kinds", &body),
        ["/face/fields/0/key", "/face/holder_name", "/secrecy", "/units/1"],
        "all at once, and a hotel issues nothing"
    );
    body = kind();
    body["validity"]["kind"] = json!("for ever");
    assert_eq!(wrong("/api/v1/kinds", &body), ["/validity/kind"]);
    body = kind();
    body["face"]["fields"][1]["colour"] = json!("red");
    assert_eq!(wrong("/api/v1/kinds", &body), ["/face/fields/1/colour"]);
    maker.post("/api/v1/kinds", &kind()).must(201);
    assert_eq!(
        app.as_("admin").post("/api/v1/scenes", &scene()).must(422)["errors"][0]["pointer"],
        "/kinds/0/code"
    );
    publish(&app, "maker", &format!("kinds/{KIND}"));

    // One name and one code for one thing (R08).
    let mut renamed = kind();
    renamed["names"]["zh-CN"] = json!("另一许可证");
    let twice = maker.post("/api/v1/kinds", &renamed);
    assert_eq!(twice.problem(), "already-exists");
    assert_eq!(pointers(&twice.json()), ["/code"]);
    assert!(twice.text().contains("测试许可证"), "the first one is named: {}", twice.text());
    body = kind();
    body["code"] = json!("11990000MB00010993002");
    for alike in ["测试许可证", "测试 许可证", "测试\u{3000}许可证"] {
        body["names"]["zh-CN"] = json!(alike);
        let twice = maker.post("/api/v1/kinds", &body);
        assert_eq!(pointers(&twice.must(409)), ["/names/zh-CN"], "{alike}");
        assert!(twice.text().contains(KIND), "the first one is named");
    }
    // By another unit, too, and where only the width of letters differs.
    let mut wide = matter();
    (wide["code"], wide["names"]["zh-CN"]) = (json!("led"), json!("ＬＥＤ（甲类）"));
    maker.post("/api/v1/matters", &wide).must(201);
    publish(&app, "maker", "matters/led");
    (wide["code"], wide["names"]["zh-CN"]) = (json!("led2"), json!("led(甲类)"));
    wide["unit"] = json!(OTHER_UNIT);
    let twice = app.as_("other").post("/api/v1/matters", &wide);
    assert_eq!(pointers(&twice.must(409)), ["/names/zh-CN"]);
    assert!(twice.text().contains("led 已使用该名称"), "{}", twice.text());

    for (code, name, pointer) in [
        (".", "一", "/code"),
        ("..", "一", "/code"),
        ("m1", "测试许可　", "/names/zh-CN"),
        ("m1", " 测试许可", "/names/zh-CN"),
        ("m1", "cafe\u{301}", "/names/zh-CN"),
    ] {
        let mut odd = matter();
        (odd["code"], odd["names"]["zh-CN"]) = (json!(code), json!(name));
        assert_eq!(wrong("/api/v1/matters", &odd), [pointer], "{code} {name:?}");
    }

    let mut long = scene();
    long["lifetime"] = json!(10);
    long["max_status_age"] = json!(86_401);
    long["kinds"][0]["fields"] = json!([{ "key": "n" }, { "key": "n" }, { "key": "x" }]);
    let told = app.as_("admin").post("/api/v1/scenes", &long).must(422);
    assert_eq!(
        pointers(&told),
        ["/lifetime", "/max_status_age", "/kinds/0/fields/1/key", "/kinds/0/fields/2/key"]
    );
    let mut wide = kind();
    wide["face"]["fields"][0]["max"] = json!(100);
    wide["face"]["fields"][0]["mask"] = json!("none");
    maker.send("PUT", &format!("/api/v1/kinds/{KIND}"), Some(&wide)).must(200);
    publish(&app, "maker", &format!("kinds/{KIND}"));
    let told = app.as_("admin").post("/api/v1/scenes", &scene()).must(422);
    assert_eq!(pointers(&told), ["/kinds/0/fields"], "what could be cut is refused before");
}

/// Rows: R09, R46.
#[test]
fn what_is_out_of_force_is_not_shown_and_stays_signed_as_long_as_licences_name_it() {
    let app = office(TestDb::sqlite());
    all_in_force(&app);
    let (_, lin) = app.holder("lin");
    let licence = app.licence(lin, KIND, UNIT, Status::Active).id;
    until("the scene is signed", || (signed(&app)["scenes"][0]["code"] == "test.scene").then_some(()));
    let show = || {
        let path = format!("/api/v1/wallet/licences/{licence}/show");
        app.as_("lin").post(&path, &json!({ "scene": "test.scene", "pin": PIN }))
    };
    until("the server knows the scene", || (show().status == 201).then_some(()));

    // With licences about, a key keeps its label.
    let mut other = kind();
    other["face"]["fields"][0]["labels"]["zh-CN"] = json!("名字");
    let told = app.as_("maker").send("PUT", &format!("/api/v1/kinds/{KIND}"), Some(&other)).must(422);
    assert_eq!(pointers(&told), ["/face/fields/0/key"]);

    act(&app.as_("manager"), &format!("kinds/{KIND}"), "disable");
    let refused = show();
    assert_eq!(refused.problem(), "licence-not-showable");
    assert!(refused.text().contains("已停用"), "{}", refused.text());
    assert_eq!(app.anyone().get(&format!("/api/v1/kinds/{KIND}")).status, 404, "nothing is in force");
    let holder =
        json!({ "type": "natural", "name": "林晓舟", "id_type": "111", "id_number": "990101198806140123" });
    let draft = json!({ "kind": KIND, "holder": holder, "mode": "stock", "valid_from": "20260101",
        "face": { "n": "林晓舟", "id": "990101198806140123" } });
    let told = app.as_("maker").post("/api/v1/licences", &draft).must(422);
    assert_eq!(pointers(&told), ["/kind"], "and no new licence is made of it");
    let version = signed(&app)["version"].clone();
    let next =
        until("the catalogue follows", || Some(signed(&app)).filter(|next| next["version"] != version));
    assert_eq!(next["kinds"][0]["code"], KIND, "a code made a minute ago still has its names");
    act(&app.as_("admin"), "scenes/test.scene", "disable");
}

/// Rows: R08.
#[test]
fn a_draft_under_another_name_does_not_give_the_name_in_force_up() {
    for db in TestDb::both() {
        let app = office(db);
        app.as_("maker").post("/api/v1/matters", &matter()).must(201);
        publish(&app, "maker", "matters/food.test");
        let mut renamed = matter();
        renamed["names"]["zh-CN"] = json!("改名许可");
        app.as_("maker").send("PUT", "/api/v1/matters/food.test", Some(&renamed)).must(200);
        for name in ["测试许可", "改名许可"] {
            let mut second = matter();
            (second["code"], second["names"]["zh-CN"]) = (json!("second"), json!(name));
            assert_eq!(
                app.as_("maker").post("/api/v1/matters", &second).problem(),
                "already-exists",
                "{name}"
            );
        }
        publish(&app, "maker", "matters/food.test");
        let mut second = matter();
        second["code"] = json!("second");
        app.as_("maker").post("/api/v1/matters", &second).must(201);
    }
}

#[test]
fn the_same_request_is_done_once_and_lists_have_pages() {
    let app = office(TestDb::sqlite());
    let maker = app.as_("maker").with("Idempotency-Key", "k-1");
    let first = maker.post("/api/v1/matters", &matter()).must(201);
    assert_eq!(maker.post("/api/v1/matters", &matter()).must(201), first);
    for number in 0..4 {
        let mut more = matter();
        (more["code"], more["names"]["zh-CN"]) =
            (json!(format!("m{number}")), json!(format!("事项{number}")));
        app.as_("maker").post("/api/v1/matters", &more).must(201);
    }
    assert_eq!(app.anyone().get("/api/v1/matters").must(200)["items"], json!([]));
    let (mut codes, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.as_("maker").get(&format!("/api/v1/matters?limit=2&cursor={cursor}")).must(200);
        codes.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(codes, ["food.test", "m0", "m1", "m2", "m3"]);
}
