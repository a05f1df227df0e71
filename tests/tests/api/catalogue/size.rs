//! How much the signed catalogue holds: what is nearly too much is said, what is too much is refused.

use liangzheng_core::limits::MAX_CATALOGUE;
use liangzheng_core::text::Text;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::catalogue::kind::{Choice, Field, Kind};
use liangzheng_server::service::catalogue::entries::enter_in_force;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::UNIT;
use serde_json::{Value, json};

/// The platform's own unit.
const PLATFORM: &str = "11990000MB00000948";

/// A kind whose labels take about 22 KB in the catalogue.
fn wide(number: usize) -> Kind {
    let mut kind: Kind = serde_json::from_value(json!({
        "code": format!("11990000MB0001200W{number:03}"),
        "names": { "zh-CN": format!("宽证{number}"), "en": format!("Wide {number}") },
        "unit": UNIT, "category": "许可证", "matter": "samr.food", "holder_types": ["legal"], "units": [UNIT],
        "face": { "fields": [] }, "validity": { "kind": "none" }
    }))
    .unwrap();
    kind.face.fields = (0..60)
        .map(|at| Field {
            key: format!("field_of_kind_{at:02}"),
            labels: Text::new("字段名称".repeat(10), "label ".repeat(6) + "four"),
            field_type: liangzheng_server::domain::catalogue::kind::FieldType::Text,
            required: false,
            max: Some(10),
            choices: Vec::<Choice>::new(),
            personal: false,
            mask: liangzheng_core::trust::Mask::None,
            public: false,
        })
        .collect();
    kind
}

fn signed_size(kinds: usize) -> usize {
    let payload: usize = (0..kinds).map(|at| serde_json::to_vec(&wide(at).signed()).unwrap().len()).sum();
    payload / 3 * 4
}

#[test]
fn a_catalogue_that_is_nearly_full_is_told_and_a_full_one_takes_nothing_more() {
    let app = TestApp::start(TestDb::sqlite(), |_| {});
    app.enter_demo_catalogue();
    app.staff("maker", Role::IssuerMaker, UNIT);
    app.staff("manager", Role::Manager, PLATFORM);
    let (maker, manager) = (app.as_("maker"), app.as_("manager"));
    let one = signed_size(1);
    let enter = |from: usize, to: usize| {
        let kinds: Vec<Kind> = (from..to).map(wide).collect();
        app.wait(async {
            let mut tx = app.app.db.begin_write().await.unwrap();
            enter_in_force(&mut tx, &kinds, app.app.now()).await.unwrap();
            tx.commit().await.unwrap();
        });
    };
    let publish = |number: usize| {
        let body: Value = serde_json::to_value(wide(number)).unwrap();
        maker.post("/api/v1/kinds", &body).must(201);
        let path = format!("/api/v1/kinds/{}/acts", wide(number).code);
        maker.post(&path, &json!({ "act": "submit" })).must(200);
        manager.post(&path, &json!({ "act": "publish" }))
    };
    assert_eq!(publish(900).must(200).get("warning"), None, "there is room");

    let four_fifths = MAX_CATALOGUE / 5 * 4 / one + 1;
    enter(0, four_fifths);
    let warned = publish(901).must(200);
    assert!(warned["warning"]["zh-CN"].as_str().unwrap().contains("目录已用 8"), "{}", warned["warning"]);
    assert!(warned["warning"]["en"].as_str().unwrap().contains("of the catalogue is used"));

    enter(four_fifths, MAX_CATALOGUE / one + 1);
    let full = publish(902);
    assert_eq!((full.status, full.problem().as_str()), (409, "catalogue-full"));
    let path = format!("/api/v1/kinds/{}", wide(902).code);
    assert_eq!(manager.get(&path).must(200)["state"], "submitted", "nothing of it was done");
    let act = json!({ "act": "disable", "reason": "不再使用" });
    manager.post(&format!("/api/v1/kinds/{}/acts", wide(901).code), &act).must(200);
}
