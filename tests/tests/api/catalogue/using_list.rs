//! Using lists: written by their unit, put in force by the manager, and what people need not hand in because of them.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::catalogue::using_list::UsingList;
use liangzheng_server::service::catalogue::entries::enter_in_force;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::{TestDb, is_waited_for};
use liangzheng_tests::make::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, UNIT};
use liangzheng_tests::until::until;
use serde_json::{Value, json};

/// The platform's own unit.
const PLATFORM: &str = "11990000MB00000948";
/// 云溪江畔酒店: verifies, and uses nothing.
const HOTEL: &str = "91990100MA0000314U";
/// 检验检测机构资质认定证书 of the demo: a public kind.
const LABORATORY: &str = "11990000MB0001100F001";
/// 离婚证 of the demo: by law not shared.
const DIVORCE: &str = "11990000MB0001097Q001";

fn office(db: TestDb) -> TestApp {
    let app = TestApp::start(db, |_| {});
    app.enter_demo_catalogue();
    app.staff("admin", Role::UnitAdmin, UNIT);
    app.staff("other", Role::UnitAdmin, OTHER_UNIT);
    app.staff("hotel", Role::UnitAdmin, HOTEL);
    app.staff("manager", Role::Manager, PLATFORM);
    // A matter that stands on no list yet.
    app.as_("admin").post("/api/v1/matters", &matter("samr.closing", UNIT)).must(201);
    act(&app.as_("admin"), "matters/samr.closing", "submit");
    act(&app.as_("manager"), "matters/samr.closing", "publish");
    app
}

fn matter(code: &str, unit: &str) -> Value {
    json!({ "code": code, "names": { "zh-CN": "企业注销登记", "en": "Closing a business" }, "unit": unit, "type": "using" })
}

fn list() -> Value {
    json!({ "matters": [
        { "code": "samr.change", "purpose": "business-change", "materials": [
            { "kind": BUSINESS_LICENCE, "fields": ["n", "c"], "footing": "duty" },
        ] },
        { "code": "samr.closing", "purpose": "business-closing", "materials": [
            { "kind": BUSINESS_LICENCE, "fields": ["n", "c", "p"], "footing": "duty" },
            { "kind": IDENTITY_CARD, "fields": ["n", "id"], "footing": "authorised" },
            { "kind": LABORATORY, "fields": ["n", "no"], "footing": "public" },
        ] },
    ] })
}

fn path(unit: &str) -> String {
    format!("/api/v1/units/{unit}/using-list")
}

fn act(caller: &Caller, path: &str, act: &str) -> Value {
    caller.post(&format!("/api/v1/{path}/acts"), &json!({ "act": act, "reason": "测试" })).must(200)
}

fn told(problem: &Value) -> Vec<(String, String)> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
}

/// Rows: R62.
#[test]
fn a_list_is_written_by_its_unit_put_in_force_by_the_manager_and_keeps_its_versions_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let (admin, manager, own) = (app.as_("admin"), app.as_("manager"), path(UNIT));
        let before = app.anyone().get(&own).must(200);
        assert_eq!((&before["state"], &before["version"]), (&json!("published"), &json!(1)));

        let tag = before["etag"].as_str().unwrap();
        let draft = admin.with("If-Match", tag).send("PUT", &own, Some(&list())).must(200);
        assert_eq!((&draft["state"], &draft["version"]), (&json!("draft"), &json!(2)));
        assert_eq!(draft["matters"], list()["matters"], "what was sent comes back");
        assert_eq!(draft["unit"], UNIT);
        let stale = admin.with("If-Match", tag).send("PUT", &own, Some(&list()));
        assert_eq!(stale.problem(), "stale-version");
        assert_eq!(app.anyone().get(&own).must(200)["version"], 1, "others go on with what is in force");

        act(&admin, &format!("units/{UNIT}/using-list"), "submit");
        let mine = admin.post(&format!("{own}/acts"), &json!({ "act": "publish" }));
        assert_eq!(mine.problem(), "forbidden", "the manager publishes, and nobody else");
        let published = act(&manager, &format!("units/{UNIT}/using-list"), "publish");
        assert_eq!((&published["state"], &published["version"]), (&json!("published"), &json!(2)));
        let seen = app.anyone().get(&own);
        assert_eq!(seen.header("etag"), published["etag"].as_str());
        assert_eq!(seen.must(200)["matters"], list()["matters"]);
        assert_eq!(app.anyone().get(&format!("{own}?version=1")).must(200)["matters"], before["matters"]);

        let versions = app.anyone().get(&format!("{own}/versions")).must(200);
        let numbers: Vec<_> =
            versions["items"].as_array().unwrap().iter().map(|one| &one["version"]).collect();
        assert_eq!(numbers, [1, 2]);
        let diff = app.anyone().get(&format!("{own}/versions/1/diff/2")).must(200);
        assert_eq!(diff["items"][0]["pointer"], "/matters", "{diff}");

        act(&manager, &format!("units/{UNIT}/using-list"), "disable");
        assert_eq!(app.anyone().get(&own).status, 404);
        let again = admin.send("PUT", &own, Some(&list())).must(200);
        assert_eq!((&again["state"], &again["version"]), (&json!("draft"), &json!(3)));
    }
}

/// Rows: R62, R89.
#[test]
fn a_list_names_only_what_is_in_force_and_on_a_footing_that_the_kind_allows() {
    let app = office(TestDb::sqlite());
    let admin = app.as_("admin");
    let wrong = |change: fn(&mut Value)| {
        let mut body = list();
        change(&mut body);
        told(&admin.send("PUT", &path(UNIT), Some(&body)).must(422))
    };
    type Change = fn(&mut Value);
    let cases: [(&str, &str, Change); 8] = [
        ("/matters/0/code", "not-published", |body| body["matters"][0]["code"] = json!("samr.none")),
        ("/matters/0/code", "not-using", |body| body["matters"][0]["code"] = json!("samr.food")),
        ("/matters/0/code", "not-yours", |body| body["matters"][0]["code"] = json!("land.transfer")),
        ("/matters/1/materials/0/kind", "not-published", |body| {
            body["matters"][1]["materials"][0]["kind"] = json!("11990000MB00010993001");
        }),
        ("/matters/1/materials/1/fields/0", "unknown", |body| {
            body["matters"][1]["materials"][1]["fields"] = json!(["colour"]);
        }),
        ("/matters/1/materials/1/footing", "not-public", |body| {
            body["matters"][1]["materials"][1]["footing"] = json!("public");
        }),
        ("/matters/0/materials/0/footing", "not-shared", |body| {
            body["matters"][0]["materials"][0] =
                json!({ "kind": DIVORCE, "fields": ["n"], "footing": "duty" });
        }),
        ("/matters", "length", |body| body["matters"] = json!([])),
    ];
    for (pointer, code, change) in cases {
        assert_eq!(wrong(change)[0], (pointer.to_owned(), code.to_owned()));
    }
    let mut odd = list();
    odd["matters"][0]["materials"][0]["footing"] = json!("curiosity");
    let refused = admin.send("PUT", &path(UNIT), Some(&odd)).must(422);
    assert_eq!(told(&refused)[0].0, "/matters/0/materials/0/footing");

    // A hotel uses nothing by a list; nobody writes another unit's; the unit in the body is that in the address.
    let hotel = app.as_("hotel").send("PUT", &path(HOTEL), Some(&list())).must(422);
    assert!(told(&hotel).contains(&("/unit".into(), "not-using".into())), "{hotel}");
    assert_eq!(app.as_("other").send("PUT", &path(UNIT), Some(&list())).status, 403);
    let mut named = list();
    named["unit"] = json!(OTHER_UNIT);
    assert_eq!(told(&admin.send("PUT", &path(UNIT), Some(&named)).must(422))[0].0, "/unit");
    named["unit"] = json!(UNIT);
    admin.send("PUT", &path(UNIT), Some(&named)).must(200);

    // What was right when it was written may be wrong when it is published.
    act(&admin, &format!("units/{UNIT}/using-list"), "submit");
    act(&app.as_("manager"), &format!("kinds/{LABORATORY}"), "disable");
    let late =
        app.as_("manager").post(&format!("{}/acts", path(UNIT)), &json!({ "act": "publish" })).must(422);
    assert_eq!(told(&late), [("/matters/1/materials/2/kind".to_owned(), "not-published".to_owned())]);
}

#[test]
fn the_first_list_of_a_unit_is_made_by_putting_it_and_never_over_another() {
    let app = office(TestDb::sqlite());
    let other = app.as_("other");
    assert_eq!(app.anyone().get(&path(OTHER_UNIT)).status, 404);
    let mut check = matter("police.check", OTHER_UNIT);
    check["names"]["zh-CN"] = json!("无犯罪记录证明");
    other.post("/api/v1/matters", &check).must(201);
    act(&other, "matters/police.check", "submit");
    act(&app.as_("manager"), "matters/police.check", "publish");
    let body = json!({ "matters": [{ "code": "police.check", "purpose": "check", "materials": [
        { "kind": IDENTITY_CARD, "fields": ["n", "id"], "footing": "duty" }
    ] }] });
    let seen = other.with("If-Match", "\"7\"").send("PUT", &path(OTHER_UNIT), Some(&body));
    assert_eq!(seen.status, 404, "whoever saw one saw another unit's");
    let none = other.with("If-Match", "\"0\"");
    let made = none.send("PUT", &path(OTHER_UNIT), Some(&body)).must(200);
    assert_eq!((&made["state"], &made["version"]), (&json!("draft"), &json!(1)));
    assert_eq!(none.send("PUT", &path(OTHER_UNIT), Some(&body)).problem(), "stale-version");
    assert_eq!(app.anyone().get(&path(OTHER_UNIT)).status, 404, "a draft is its unit's");
    let lists = app.as_("manager").get("/api/v1/using-lists").must(200);
    let units: Vec<_> = lists["items"].as_array().unwrap().iter().map(|list| list["unit"].clone()).collect();
    assert!(units.contains(&json!(OTHER_UNIT)), "the manager sees what he is to look at: {units:?}");
}

#[test]
fn of_two_who_make_the_first_list_at_once_the_second_is_told_that_there_is_one_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let body = json!({ "matters": [list()["matters"][0]] });
        let made: UsingList =
            serde_json::from_value(json!({ "unit": OTHER_UNIT, "matters": body["matters"] })).unwrap();
        app.staff("second", Role::UnitAdmin, OTHER_UNIT);
        let other = app.as_("other");
        let mut check = matter("police.check", OTHER_UNIT);
        check["names"]["zh-CN"] = json!("无犯罪记录证明");
        other.post("/api/v1/matters", &check).must(201);
        act(&other, "matters/police.check", "submit");
        act(&app.as_("manager"), "matters/police.check", "publish");
        let mut own = body;
        own["matters"][0]["code"] = json!("police.check");
        let put = |caller: &Caller| caller.send("PUT", &path(OTHER_UNIT), Some(&own));
        let (seeing_none, program) = (other.with("If-Match", "\"0\""), app.as_("second"));
        let mut tx = app.wait(app.make.db.begin_write()).unwrap();
        app.wait(enter_in_force(&mut tx, &[made], app.app.now())).unwrap();
        let answers = std::thread::scope(|scope| {
            let both = [&seeing_none, &program].map(|caller| scope.spawn(move || put(caller)));
            // On PostgreSQL both have seen that there is no list.
            until("they wait for the first", || app.wait(is_waited_for(&app.make.db)).then_some(()));
            app.wait(tx.commit()).unwrap();
            both.map(|answer| answer.join().unwrap())
        });
        assert_eq!((answers[0].status, answers[0].problem().as_str()), (412, "stale-version"));
        assert_eq!(answers[1].must(200)["version"], 2, "a program that named no version writes on");
    }
}

/// Rows: R66.
#[test]
fn everybody_finds_what_need_not_be_handed_in_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let found = |query: &str| {
            let page = app.anyone().get(&format!("/api/v1/exempt-materials?{query}")).must(200);
            let items = page["items"].as_array().unwrap().clone();
            let codes: Vec<String> =
                items.iter().map(|item| item["matter"].as_str().unwrap().to_owned()).collect();
            (codes, items, page["next"].as_str().map(str::to_owned))
        };
        let (codes, items, next) = found("");
        assert_eq!(codes, ["samr.change", "land.transfer", "civil.housing-fund", "civil.subsidy"]);
        assert_eq!(next, None);
        let first = &items[0];
        assert_eq!(first["unit_names"]["zh-CN"], "云溪市市场监督管理局");
        assert_eq!(first["names"]["zh-CN"], "企业变更登记");
        let licence = &first["materials"][0];
        assert_eq!((&licence["names"]["zh-CN"], &licence["footing"]), (&json!("营业执照"), &json!("duty")));
        assert_eq!(licence["fields"][1]["zh-CN"], "统一社会信用代码");

        for (words, expected) in [
            ("公积金", vec!["civil.housing-fund"]),
            ("%E7%BB%93%E5%A9%9A%E8%AF%81", vec!["land.transfer", "civil.housing-fund"]),
            ("hardship", vec!["civil.subsidy"]),
            ("市场监督", vec!["samr.change"]),
            ("没有", vec![]),
        ] {
            let words: String = if words.starts_with('%') { words.into() } else { encoded(words) };
            assert_eq!(found(&format!("q={words}")).0, expected, "{words}");
        }
        // Pages follow each other, also within one unit.
        let (mut codes, mut cursor) = (Vec::new(), String::new());
        loop {
            let (more, _, next) = found(&format!("limit=1&cursor={cursor}"));
            codes.extend(more);
            let Some(next) = next else { break };
            cursor = next.replace('/', "%2F");
        }
        assert_eq!(codes, ["samr.change", "land.transfer", "civil.housing-fund", "civil.subsidy"]);

        // Out of force, the paper is asked for again.
        act(&app.as_("manager"), &format!("kinds/{BUSINESS_LICENCE}"), "disable");
        act(&app.as_("manager"), "matters/land.transfer", "disable");
        let (codes, items, _) = found("");
        assert_eq!(codes, ["samr.change", "civil.housing-fund", "civil.subsidy"]);
        assert_eq!(items[0]["materials"].as_array().unwrap().len(), 2);
        for bad in ["limit=0", "cursor=x"] {
            assert_eq!(app.anyone().get(&format!("/api/v1/exempt-materials?{bad}")).status, 422, "{bad}");
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
