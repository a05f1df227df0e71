//! Units: entered, applied for, changed, ended; read by verifiers in the signed catalogue.

use std::time::Duration;

use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::service::catalogue::succession;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, UNIT};
use liangzheng_tests::until::within;
use serde_json::{Value, json};

use super::{PLATFORM, pointers};

/// An invented unit that nobody made.
const NEW: &str = "91990100MA0000031K";
const HOTEL: &str = "91990100MA0000314U";

fn office(db: TestDb) -> TestApp {
    let app = TestApp::start(db, |_| {});
    app.staff("manager", Role::Manager, PLATFORM);
    app.staff("admin", Role::UnitAdmin, UNIT);
    app.staff("other", Role::UnitAdmin, OTHER_UNIT);
    app
}

fn unit(id: &str) -> Value {
    json!({
        "id": id,
        "names": { "zh-CN": "云溪市测试局", "en": "Yunxi Test Bureau" },
        "regions": ["990100"],
        "capacities": ["issuing", "using"],
        "audiences": ["inspector"],
        "contact": { "office": "综合科", "person": "何安宁", "phone": "0990-7654321" }
    })
}

fn application(id: &str) -> Value {
    let mut body = unit(id);
    body["audiences"] = json!(["hospital"]);
    body.as_object_mut().unwrap().remove("capacities");
    body
}

fn act(caller: &Caller, id: &str, body: &Value) -> Value {
    caller.post(&format!("/api/v1/units/{id}/acts"), body).must(200)
}

/// The signed catalogue as anybody fetches it.
fn signed(app: &TestApp) -> Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let text = app.anyone().get("/.well-known/catalogue").text();
    let payload = text.split('.').nth(1).unwrap().to_owned();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(&payload).unwrap()).unwrap()
}

fn is_signed(app: &TestApp, id: &str) -> bool {
    let units = signed(app)["units"].clone();
    units
        .as_array()
        .unwrap()
        .iter()
        .any(|unit| unit["id"] == id && unit["names"]["en"] == "Yunxi Test Bureau")
}

#[test]
fn a_unit_is_entered_by_the_manager_and_signed_within_five_seconds_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let manager = app.as_("manager").with("Idempotency-Key", "u-1");
        let body = unit("11990100MB00000435");
        let made = manager.post("/api/v1/units", &body);
        let tag = made.header("etag").unwrap().to_owned();
        let made = made.must(201);
        for (member, value) in body.as_object().unwrap() {
            assert_eq!(&made[member], value, "{member} comes back");
        }
        assert_eq!(
            (&made["state"], &made["etag"], &made["parent"]),
            (&json!("active"), &json!(tag), &Value::Null)
        );
        assert_eq!(manager.post("/api/v1/units", &body).must(201), made, "sent again under its key");
        assert_eq!(app.as_("manager").post("/api/v1/units", &body).problem(), "already-exists");
        within(Duration::from_secs(5), "the unit is signed", || {
            is_signed(&app, "11990100MB00000435").then_some(())
        });
        let read = app.as_("manager").get("/api/v1/units/11990100MB00000435").must(200);
        assert_eq!(read, made);

        // Its own people, another unit's, nobody.
        assert_eq!(app.as_("admin").get("/api/v1/units/11990100MB00000435").status, 404);
        assert_eq!(app.as_("admin").get(&format!("/api/v1/units/{UNIT}")).must(200)["id"], UNIT);
        assert_eq!(app.as_("admin").get("/api/v1/units").must(200)["items"][0]["id"], UNIT);
        assert_eq!(app.as_("admin").post("/api/v1/units", &body).status, 403);
        assert_eq!(app.anyone().get("/api/v1/units").status, 401);
        let all = app.as_("manager").get("/api/v1/units?limit=2").must(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
        let rest = app.as_("manager").get(&format!("/api/v1/units?cursor={}", all["next"].as_str().unwrap()));
        assert_eq!(rest.must(200)["items"].as_array().unwrap().len(), 2, "four units in two pages");
    }
}

#[test]
fn what_is_wrong_with_a_unit_is_named_member_by_member() {
    let app = office(TestDb::sqlite());
    let wrong = |spoil: &dyn Fn(&mut Value)| {
        let mut body = unit(NEW);
        spoil(&mut body);
        pointers(&app.as_("manager").post("/api/v1/units", &body).must(422))
    };
    assert_eq!(wrong(&|body| body["id"] = json!("91990100MA0000032K")), ["/id"]);
    assert_eq!(wrong(&|body| body["capacities"] = json!(["issuing", "flying"])), ["/capacities/1"]);
    assert_eq!(wrong(&|body| body["capacities"] = json!([])), ["/audiences", "/capacities"]);
    assert_eq!(wrong(&|body| body["regions"] = json!(["9901"])), ["/regions/0"]);
    assert_eq!(wrong(&|body| body["contact"]["phone"] = json!("x")), ["/contact/phone"]);
    assert_eq!(wrong(&|body| body["parent"] = json!(NEW)), ["/parent"], "above itself");
    assert_eq!(wrong(&|body| body["parent"] = json!(HOTEL)), ["/parent"], "not there");
    assert_eq!(wrong(&|body| body["colour"] = json!("red")), ["/colour"]);
}

/// Rows: R05, R56.
#[test]
fn a_hotel_applies_waits_is_refused_applies_again_and_is_let_in_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let apply = |body: &Value| app.anyone().post("/api/v1/units/applications", body);
        let mut issuing = application(NEW);
        issuing["capacities"] = json!(["issuing"]);
        assert_eq!(pointers(&apply(&issuing).must(422)), ["/capacities"]);
        let applied = apply(&application(NEW)).must(201);
        assert_eq!(applied, json!({ "id": NEW, "state": "applied" }), "and nothing of what it said");
        assert_eq!(apply(&application(NEW)).problem(), "already-exists");
        assert!(!is_signed(&app, NEW));
        let manager = app.as_("manager");
        let waiting = manager.get("/api/v1/units?state=applied").must(200);
        assert_eq!(waiting["items"][0]["contact"]["person"], "何安宁");
        let accounts = format!("/api/v1/units/{NEW}/accounts");
        let first = json!({ "login": "a", "person": { "name": "何", "id_type": "111", "id_number": "990101199001010012" },
            "roles": [{ "role": "unit_admin" }] });
        assert_eq!(
            manager.post(&accounts, &first).problem(),
            "forbidden-transition",
            "nobody works there yet"
        );
        let acts = format!("/api/v1/units/{NEW}/acts");
        assert_eq!(pointers(&manager.post(&acts, &json!({ "act": "refuse" })).must(422)), ["/reason"]);
        assert_eq!(act(&manager, NEW, &json!({ "act": "refuse", "reason": "材料不全" }))["state"], "closed");
        let refused = manager.post(&acts, &json!({ "act": "approve" }));
        assert_eq!(refused.problem(), "forbidden-transition");
        assert!(refused.text().contains("已关闭"), "{}", refused.text());

        apply(&application(NEW)).must(201);
        let tag = manager.get(&format!("/api/v1/units/{NEW}")).must(200)["etag"].as_str().unwrap().to_owned();
        let stale = manager.with("If-Match", "\"1\"").post(&acts, &json!({ "act": "approve" }));
        assert_eq!(stale.problem(), "stale-version");
        let let_in = manager.with("If-Match", &tag).post(&acts, &json!({ "act": "approve" })).must(200);
        assert_eq!((&let_in["state"], &let_in["audiences"]), (&json!("active"), &json!(["hospital"])));
        within(Duration::from_secs(5), "the unit is signed", || is_signed(&app, NEW).then_some(()));
        manager.post(&accounts, &first).must(201);
    }
}

#[test]
fn applications_are_few_from_one_address() {
    let app = TestApp::sqlite();
    let mut statuses: Vec<u16> =
        (0..7).map(|_| app.anyone().post("/api/v1/units/applications", &application(NEW)).status).collect();
    assert_eq!(statuses.remove(0), 201);
    assert_eq!(statuses, [409, 409, 409, 409, 429, 429]);
}

/// Rows: R86.
#[test]
fn its_administrator_says_who_is_responsible_and_the_manager_all_else_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        let path = format!("/api/v1/units/{UNIT}");
        let contact = json!({ "office": "办公室", "person": "秦川", "phone": "0990-1111111" });
        let patch = |who: &str, body: &Value| app.as_(who).send("PATCH", &path, Some(body));
        let changed = patch("admin", &json!({ "contact": contact })).must(200);
        assert_eq!((&changed["contact"], &changed["etag"]), (&contact, &json!("\"2\"")));
        assert_eq!(patch("admin", &json!({ "audiences": ["hotel"] })).problem(), "forbidden");
        assert_eq!(patch("other", &json!({ "contact": contact })).status, 404);
        let stale = app.as_("admin").with("If-Match", "\"1\"").send("PATCH", &path, Some(&json!({})));
        assert_eq!(stale.problem(), "stale-version");

        let names = json!({ "zh-CN": "云溪市市场监管局", "en": "Yunxi Market Bureau" });
        let changed =
            patch("manager", &json!({ "names": names, "parent": PLATFORM, "recovers": true })).must(200);
        assert_eq!(
            (&changed["names"], &changed["parent"], &changed["recovers"]),
            (&names, &json!(PLATFORM), &json!(true))
        );
        within(Duration::from_secs(5), "the name is signed", || {
            let units = signed(&app)["units"].clone();
            units.as_array().unwrap().iter().any(|unit| unit["names"] == names).then_some(())
        });
        let below = app.as_("manager").send(
            "PATCH",
            &format!("/api/v1/units/{PLATFORM}"),
            Some(&json!({ "parent": UNIT, "contact": contact })),
        );
        assert_eq!(pointers(&below.must(422)), ["/parent"], "a unit is not above who is above it");
        assert_eq!(patch("manager", &json!({ "parent": null })).must(200)["parent"], Value::Null);

        // What people work by is not taken from under them.
        app.staff("han", Role::Inspector, UNIT);
        let taken = patch("manager", &json!({ "capacities": ["issuing"], "audiences": [] }));
        assert_eq!(taken.problem(), "in-use");
        patch("manager", &json!({ "capacities": ["using"] })).must(200);
    }
}

#[test]
fn a_unit_that_ends_has_nothing_left_and_its_people_can_do_nothing_any_more() {
    let app = office(TestDb::sqlite());
    let (_, lin) = app.holder("lin");
    let checker = app.staff("qin", Role::IssuerChecker, UNIT);
    let manager = app.as_("manager");
    let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
    let close = json!({ "act": "close", "reason": "机构撤销" });
    let refused = manager.post(&format!("/api/v1/units/{UNIT}/acts"), &close);
    assert_eq!(refused.problem(), "in-use");
    assert!(refused.text().contains("证照"), "{}", refused.text());
    app.wait(async {
        let mut tx = app.make.db.begin_write().await.unwrap();
        let gone = liangzheng_server::domain::licence::Licence {
            status: Status::Revoked,
            version: 2,
            ..licence.clone()
        };
        liangzheng_server::storage::licence::record::replace(&mut tx, &licence, &gone).await.unwrap();
        tx.commit().await.unwrap();
    });
    let qin = app.as_("qin");
    assert_eq!(qin.get("/api/v1/units").status, 200);
    assert_eq!(act(&manager, UNIT, &close)["state"], "closed");
    assert_eq!(qin.get("/api/v1/units").status, 403, "no role of a unit that ended counts");
    let me = qin.get("/api/v1/me").must(200);
    assert_eq!((&me["account"]["id"], &me["membership"]), (&json!(checker.to_string()), &Value::Null));
    assert_eq!(manager.post(&format!("/api/v1/units/{UNIT}/acts"), &close).problem(), "forbidden-transition");
}

/// Rows: R25.
#[test]
fn a_units_work_moves_to_its_successors_on_the_day_and_what_it_issued_still_verifies_on_both_databases() {
    for db in TestDb::both() {
        let app = office(db);
        app.enter_demo_catalogue();
        let (_, lin) = app.holder("lin");
        let licence = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active);
        app.staff("qin", Role::IssuerChecker, UNIT);
        app.staff("bai", Role::IssuerChecker, OTHER_UNIT);
        let manager = app.as_("manager");
        let acts = format!("/api/v1/units/{UNIT}/acts");
        let today = Day::of(app.app.now()).to_text();
        let succeed =
            |to: &str, at: &str| json!({ "act": "succeed", "reason": "机构改革", "to": to, "at": at });
        let wrong = |body: &Value| pointers(&manager.post(&acts, body).must(422));
        assert_eq!(wrong(&json!({ "act": "succeed", "reason": "机构改革" })), ["/to"]);
        assert_eq!(wrong(&succeed(UNIT, &today)), ["/to"], "its own successor");
        assert_eq!(wrong(&succeed(HOTEL, &today)), ["/to"], "a hotel issues nothing");
        assert_eq!(wrong(&succeed("11990100MB00000435", "20200101")), ["/at"]);

        // Under way above what is in force.
        let own = format!("/api/v1/units/{UNIT}/using-list");
        let matters = json!({ "matters": app.anyone().get(&own).must(200)["matters"] });
        app.as_("admin").send("PUT", &own, Some(&matters)).must(200);

        // Tomorrow everything moves: the business licences to the other bureau, the rest to the one that is named.
        let heir = "11990100MB00000435";
        let mut plan =
            succeed(heir, &Day::of(app.app.now().plus(liangzheng_core::time::Seconds(86_400))).to_text());
        plan["split"] = json!([{ "kinds": [BUSINESS_LICENCE], "to": OTHER_UNIT }]);
        let planned = act(&manager, UNIT, &plan);
        assert_eq!((&planned["state"], &planned["succession"]["to"]), (&json!("active"), &json!(heir)));
        let qin = app.as_("qin");
        let suspend = json!({ "act": "suspend", "reason": "r", "legal_basis": "b" });
        let of_licence = format!("/api/v1/licences/{}/acts", licence.id);
        assert_eq!(app.as_("bai").post(&of_licence, &suspend).status, 404, "not today");
        app.wait(succession::carry_out_due(&app.app)).unwrap();
        assert_eq!(manager.get(&format!("/api/v1/units/{UNIT}")).must(200)["state"], "active");

        app.pass(86_400);
        app.wait(succession::carry_out_due(&app.app)).unwrap();
        let manager = app.log_in("manager");
        let gone = manager.get(&format!("/api/v1/units/{UNIT}")).must(200);
        assert_eq!(
            (&gone["state"], &gone["successor"], &gone["ends_on"]),
            (&json!("closed"), &json!(heir), &Value::Null)
        );
        drop(qin);
        let (qin, bai) = (app.log_in("qin"), app.log_in("bai"));
        assert_eq!(qin.get("/api/v1/me").must(200)["membership"]["unit"]["id"], heir, "accounts move");
        assert_eq!(qin.post(&of_licence, &suspend).status, 404, "its kind went to the other bureau");
        bai.post(&of_licence, &suspend).must(200);
        let kind = manager.get(&format!("/api/v1/kinds/{BUSINESS_LICENCE}")).must(200);
        assert_eq!((&kind["version"], &kind["units"]), (&json!(2), &json!([OTHER_UNIT])));
        let before = manager.get(&format!("/api/v1/kinds/{BUSINESS_LICENCE}?version=1")).must(200);
        assert_eq!(before["units"], json!([UNIT]), "what was in force stays readable");
        for list in ["matters", "kinds", "scenes", "inspection-matters"] {
            let items = manager.get(&format!("/api/v1/{list}?limit=200")).must(200)["items"].clone();
            for item in items.as_array().unwrap() {
                assert_ne!(item["unit"], UNIT, "{list}: {}", item["code"]);
            }
        }
        // What the unit used licences for stands on the heir's list, beside what stood there.
        assert_eq!(app.anyone().get(&own).status, 404);
        let versions = manager.get(&format!("{own}/versions")).must(200)["items"].clone();
        let states: Vec<_> = versions.as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
        assert_eq!(
            states,
            [json!("disabled"), json!("disabled")],
            "what was in force, and the draft above it"
        );
        let list = app.anyone().get(&format!("/api/v1/units/{heir}/using-list")).must(200);
        let codes: Vec<_> =
            list["matters"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
        assert_eq!(codes, [json!("civil.housing-fund"), json!("civil.subsidy"), json!("samr.change")]);
        assert_eq!((&list["version"], &list["state"]), (&json!(2), &json!("published")));
        let catalogue = within(Duration::from_secs(5), "the catalogue follows", || {
            Some(signed(&app)).filter(|signed| {
                let units = signed["units"].as_array().unwrap();
                units.iter().any(|unit| {
                    unit["id"] == OTHER_UNIT && unit["kinds"].to_string().contains(BUSINESS_LICENCE)
                })
            })
        });
        let units = catalogue["units"].as_array().unwrap();
        let old = units.iter().find(|unit| unit["id"] == UNIT).expect("licences still name it");
        assert!(old["kinds"].to_string().contains(BUSINESS_LICENCE), "{old}");
    }
}

#[test]
fn a_full_catalogue_keeps_units_out_and_lets_them_go() {
    use liangzheng_core::text::Text;
    use liangzheng_server::domain::catalogue::unit::{Unit, UnitState};
    let app = office(TestDb::sqlite());
    app.anyone().post("/api/v1/units/applications", &application(NEW)).must(201);
    app.anyone().post("/api/v1/units/applications", &application(HOTEL)).must(201);
    // Units with names as long as nobody's, so that few of them fill the list.
    app.wait(async {
        let mut tx = app.make.db.begin_write().await.unwrap();
        for number in 0..440 {
            let id = (0..31).find_map(|check| {
                let check = "0123456789ABCDEFGHJKLMNPQRTUWXY".as_bytes()[check] as char;
                format!("91990100MA1{number:06}{check}").parse().ok()
            });
            let unit = Unit {
                id: id.unwrap(),
                names: Text::new("长".repeat(6_000), "long".to_owned()),
                regions: vec!["990100".into()],
                capacities: Vec::new(),
                audiences: Vec::new(),
                parent: None,
                successor: None,
                state: UnitState::Active,
            };
            let now = app.app.now();
            liangzheng_server::storage::catalogue::unit::insert(&mut tx, &unit, now).await.unwrap();
        }
        tx.commit().await.unwrap();
    });
    let acts = |id: &str, body: Value| app.as_("manager").post(&format!("/api/v1/units/{id}/acts"), &body);
    assert_eq!(acts(NEW, json!({ "act": "approve" })).problem(), "catalogue-full");
    assert_eq!(acts(NEW, json!({ "act": "refuse", "reason": "材料不全" })).must(200)["state"], "closed");
    let close = json!({ "act": "close", "reason": "机构撤销" });
    assert_eq!(acts(OTHER_UNIT, close).must(200)["state"], "closed");
    let heir = "11990100MB00000435";
    app.staff("heir", Role::UnitAdmin, heir);
    let succeed = json!({ "act": "succeed", "reason": "机构改革", "to": heir });
    assert_eq!(acts(UNIT, succeed).problem(), "catalogue-full");
}
