//! An issuing office: who works there, a matter and a kind that were put in force, drafts, and their review.

use liangzheng_core::identifier::citizen_id_is_valid;
use liangzheng_server::domain::actor::membership::Role;
use serde_json::{Value, json};

use super::{OTHER_UNIT, UNIT};
use crate::app::TestApp;
use crate::caller::Caller;
use crate::http::Answer;

/// The platform's own unit.
pub const PLATFORM: &str = "11990000MB00000948";
/// An invented type code.
pub const KIND: &str = "11990000MB00010993001";
/// Its issuing matter.
pub const MATTER: &str = "permit.test";

/// Makes two makers and two checkers, one of another unit each, a handler and a manager; a matter and a kind that were
/// published through the catalogue.
pub fn open(app: &TestApp) {
    open_with(app, |_| {});
}

/// The same with another kind.
pub fn open_with(app: &TestApp, change: impl FnOnce(&mut Value)) {
    for (login, role, unit) in [
        ("maker", Role::IssuerMaker, UNIT),
        ("second", Role::IssuerMaker, UNIT),
        ("checker", Role::IssuerChecker, UNIT),
        ("chief", Role::IssuerChecker, UNIT),
        ("handler", Role::Handler, UNIT),
        ("foreign", Role::IssuerMaker, OTHER_UNIT),
        ("ally", Role::IssuerChecker, OTHER_UNIT),
        ("manager", Role::Manager, PLATFORM),
    ] {
        app.staff(login, role, unit);
    }
    for (code, matter_type) in [(MATTER, "issuing"), ("use.test", "using")] {
        let names = json!({ "zh-CN": format!("测试事项{code}"), "en": code });
        let matter = json!({ "code": code, "names": names, "unit": UNIT, "type": matter_type });
        app.as_("maker").post("/api/v1/matters", &matter).must(201);
        publish(app, &format!("matters/{code}"));
    }
    let mut body = kind();
    change(&mut body);
    app.as_("maker").post("/api/v1/kinds", &body).must(201);
    publish(app, &format!("kinds/{KIND}"));
}

/// The kind as its unit sends it.
pub fn kind() -> Value {
    let label = |zh: &str, en: &str| json!({ "zh-CN": zh, "en": en });
    json!({
        "code": KIND,
        "names": label("测试许可证", "Test licence"),
        "unit": UNIT,
        "category": "许可证",
        "matter": MATTER,
        "holder_types": ["natural"],
        "units": [UNIT],
        "face": {
            "fields": [
                { "key": "n", "labels": label("姓名", "Name"), "type": "text", "required": true, "max": 20,
                  "personal": true, "mask": "name" },
                { "key": "id", "labels": label("证件号码", "Number"), "type": "citizen_id", "required": true,
                  "personal": true, "mask": "id_number" },
                { "key": "no", "labels": label("许可证编号", "Permit"), "type": "text", "required": true, "max": 20 },
                { "key": "d", "labels": label("发证日期", "Issued"), "type": "date" }
            ],
            "holder_name": "n",
            "holder_number": "id"
        },
        "validity": { "kind": "free", "max_months": 120 },
        "duplicate": ["no"]
    })
}

/// Submits an entry and has the manager put it in force.
pub fn publish(app: &TestApp, path: &str) {
    app.as_("maker").post(&format!("/api/v1/{path}/acts"), &json!({ "act": "submit" })).must(200);
    app.as_("manager").post(&format!("/api/v1/{path}/acts"), &json!({ "act": "publish" })).must(200);
}

/// A citizen number of the invented region.
pub fn citizen(number: u32) -> String {
    let (day, rest) = (number / 1000, number % 1000);
    let body = format!("990101{:04}{:02}{:02}{rest:03}", 1990 - day / 300, 1 + day % 300 / 25, 1 + day % 25);
    let found =
        "0123456789X".chars().map(|check| format!("{body}{check}")).find(|id| citizen_id_is_valid(id));
    found.unwrap()
}

/// The person with that number.
pub fn holder(number: u32) -> Value {
    json!({ "type": "natural", "name": "周一鸣", "id_type": "111", "id_number": citizen(number) })
}

/// A draft for the holder of a number.
pub fn draft(number: u32) -> Value {
    json!({
        "kind": KIND,
        "holder": holder(number),
        "face": { "n": "周一鸣", "id": citizen(number), "no": format!("许可{number:04}"), "d": "20261122" },
        "valid_from": "20261122",
        "valid_to": "20361121",
        "mode": "online"
    })
}

/// Writes a draft; its id.
pub fn write(app: &TestApp, body: &Value) -> String {
    let written = app.as_("maker").post("/api/v1/licences", body).must(201);
    assert_eq!(written["status"], "DRAFT");
    written["id"].as_str().unwrap().to_owned()
}

/// Does an act of review.
pub fn review(caller: &Caller, id: &str, act: &str) -> Answer {
    let body = json!({ "act": act, "reason": "测试" });
    caller.post(&format!("/api/v1/licences/{id}/acts"), &body)
}

/// Writes a draft and has it approved; its id.
pub fn issue(app: &TestApp, body: &Value) -> String {
    let id = write(app, body);
    review(&app.as_("maker"), &id, "submit").must(200);
    review(&app.as_("checker"), &id, "approve").must(200);
    id
}
