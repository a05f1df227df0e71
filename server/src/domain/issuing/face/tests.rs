use serde_json::{Value, json};

use super::*;
use crate::domain::actor::holder::HolderKind;

const UNIT: &str = "11990100MB0000019L";

fn kind(change: impl FnOnce(&mut Value)) -> Kind {
    let mut kind = json!({
        "code": "11990000MB00010033001",
        "names": { "zh-CN": "测试许可证", "en": "Test licence" },
        "unit": UNIT,
        "category": "许可证",
        "matter": "food.test",
        "holder_types": ["legal", "natural"],
        "units": [UNIT],
        "face": {
            "fields": [
                { "key": "n", "labels": { "zh-CN": "名称", "en": "Name" }, "type": "text", "required": true, "max": 6 },
                { "key": "c", "labels": { "zh-CN": "代码", "en": "Code" }, "type": "uscc", "required": true },
                { "key": "d", "labels": { "zh-CN": "日期", "en": "Day" }, "type": "date" },
                { "key": "i", "labels": { "zh-CN": "人数", "en": "Heads" }, "type": "integer" },
                { "key": "m", "labels": { "zh-CN": "面积", "en": "Area" }, "type": "decimal" },
                { "key": "id", "labels": { "zh-CN": "负责人号码", "en": "Id" }, "type": "citizen_id" },
                { "key": "t", "labels": { "zh-CN": "业态", "en": "Form" }, "type": "choice",
                  "choices": [{ "code": "A1", "names": { "zh-CN": "餐饮", "en": "Catering" } }] }
            ],
            "holder_name": "n",
            "holder_number": "c"
        },
        "validity": { "kind": "free" }
    });
    change(&mut kind);
    serde_json::from_value(kind).unwrap()
}

fn draft(change: impl FnOnce(&mut Value)) -> DraftRequest {
    let mut draft = json!({
        "kind": "11990000MB00010033001",
        "holder": { "type": "legal", "name": "山月茶饮", "id_type": "001", "id_number": "9199 0100 MA00 0003 1k" },
        "face": { "c": "91990100MA0000031K", "n": "山月茶饮", "t": "A1", "i": "-12", "m": "0.50", "d": "20240229",
                  "id": "11010519491231002X" },
        "valid_from": "20260301",
        "valid_to": "20310228"
    });
    change(&mut draft);
    serde_json::from_value(draft).unwrap()
}

fn told(kind: &Kind, draft: &DraftRequest) -> Vec<(String, &'static str)> {
    let today = Day::parse("20261122").unwrap();
    match check(draft, kind, UNIT.parse().unwrap(), None, today) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.0.into_iter().map(|fault| (fault.pointer.into_owned(), fault.code)).collect(),
    }
}

#[test]
fn a_right_draft_is_taken_in_the_order_of_its_kind_and_with_one_spelling() {
    let today = Day::parse("20261122").unwrap();
    let checked = check(&draft(|_| {}), &kind(|_| {}), UNIT.parse().unwrap(), None, today).unwrap();
    let keys: Vec<&str> = checked.face.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["n", "c", "d", "i", "m", "id", "t"]);
    assert_eq!(checked.holder.kind, HolderKind::Legal);
    assert_eq!(checked.request.holder.id_number, "91990100MA0000031K");
    assert_eq!((checked.mode, checked.change), (CaseMode::Online, None));
    let again = check(&checked.request, &kind(|_| {}), UNIT.parse().unwrap(), None, today).unwrap();
    assert_eq!(again, checked, "what was checked is right again");
}

#[test]
fn each_wrong_field_is_told_at_its_place() {
    type Change = fn(&mut Value);
    let cases: [(&str, &str, Change); 27] = [
        ("/face/x", "unknown", |d| d["face"]["x"] = json!("y")),
        ("/face/a~1b", "unknown", |d| d["face"]["a/b"] = json!("y")),
        ("/face/n", "missing", |d| drop(d["face"].as_object_mut().unwrap().remove("n"))),
        ("/face/n", "length", |d| {
            d["face"]["n"] = json!("山月茶饮山月茶");
            d["holder"]["name"] = json!("山月茶饮山月茶");
        }),
        ("/face/n", "type", |d| d["face"]["n"] = json!(1)),
        ("/face/n", "holder-name", |d| d["face"]["n"] = json!("海月茶饮")),
        ("/face/c", "holder-number", |d| d["face"]["c"] = json!("11990100MB0000019L")),
        ("/face/d", "date", |d| d["face"]["d"] = json!("20260229")),
        ("/face/i", "integer", |d| d["face"]["i"] = json!("012")),
        ("/face/i", "integer", |d| d["face"]["i"] = json!("1.0")),
        ("/face/m", "decimal", |d| d["face"]["m"] = json!("1.")),
        ("/face/m", "decimal", |d| d["face"]["m"] = json!(".5")),
        ("/face/id", "check", |d| d["face"]["id"] = json!("110105194912310021")),
        ("/face/t", "choice", |d| d["face"]["t"] = json!("餐饮")),
        ("/holder/type", "holder-type", |d| d["holder"]["type"] = json!("unincorporated")),
        ("/holder/id_number", "check", |d| d["holder"]["id_number"] = json!("91990100MA0000031L")),
        ("/valid_from", "date", |d| d["valid_from"] = json!("2026-03-01")),
        ("/valid_to", "date", |d| d["valid_to"] = json!("20310231")),
        ("/valid_to", "order", |d| {
            d["valid_from"] = json!("20300101");
            d["valid_to"] = json!("20291231");
        }),
        ("/valid_to", "expired", |d| d["valid_to"] = json!("20261121")),
        ("/mode", "unknown", |d| d["mode"] = json!("by hand")),
        ("/change", "missing", |d| d["replaces"] = json!("lic_1")),
        ("/replaces", "missing", |d| d["change"] = json!("renew")),
        ("/change", "unknown", |d| {
            d["replaces"] = json!("lic_1");
            d["change"] = json!("extend");
        }),
        ("/physical/number", "length", |d| d["physical"] = json!({ "number": "" })),
        ("/provenance", "length", |d| d["provenance"] = json!(" ")),
        ("/co_holders/0/id_number", "duplicate", |d| d["co_holders"] = json!([d["holder"].clone()])),
    ];
    assert_eq!(told(&kind(|_| {}), &draft(|_| {})), []);
    for (pointer, code, change) in cases {
        assert_eq!(told(&kind(|_| {}), &draft(change)), [(pointer.to_owned(), code)]);
    }
    // All of them at once.
    let many = draft(|d| {
        d["face"] = json!({ "n": "山月茶饮", "c": "1", "z": "1" });
        d["valid_to"] = json!("x");
    });
    let pointers: Vec<_> = told(&kind(|_| {}), &many).into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/face/z", "/face/c", "/valid_to"]);
}

#[test]
fn a_licence_lasts_as_long_as_its_kind_says() {
    let lasting = |rule: &str, months: Option<u16>, to: Option<&str>| {
        let kind = self::kind(|k| k["validity"] = json!({ "kind": rule, "max_months": months }));
        told(&kind, &draft(|d| d["valid_to"] = json!(to))).pop().map(|(pointer, code)| {
            assert_eq!(pointer, "/valid_to");
            code
        })
    };
    for (kind, months, to, code) in [
        ("none", None, None, None),
        ("none", None, Some("20310228"), Some("unexpected")),
        ("fixed", Some(60), None, None),
        ("fixed", Some(60), Some("20310228"), None),
        ("fixed", Some(60), Some("20310301"), None),
        ("fixed", Some(60), Some("20310302"), Some("term")),
        ("free", None, None, None),
        ("free", Some(60), None, Some("missing")),
        ("free", Some(60), Some("20270101"), None),
        ("free", Some(60), Some("20310302"), Some("term")),
    ] {
        assert_eq!(lasting(kind, months, to), code, "{kind} {months:?} {to:?}");
    }
    let today = Day::parse("20261122").unwrap();
    let fixed = kind(|k| k["validity"] = json!({ "kind": "fixed", "max_months": 60 }));
    let checked = check(&draft(|d| d["valid_to"] = json!(null)), &fixed, UNIT.parse().unwrap(), None, today);
    assert_eq!(checked.unwrap().request.valid_to.as_deref(), Some("20310228"));
}

#[test]
fn kinds_by_a_national_norm_are_collected_not_made_and_a_foreign_unit_makes_none() {
    let exempt = kind(|k| k["exempt"] = json!(true));
    assert_eq!(told(&exempt, &draft(|_| {})), [("/mode".to_owned(), "exempt")]);
    assert_eq!(told(&exempt, &draft(|d| d["mode"] = json!("stock"))), []);
    let foreign = kind(|k| k["units"] = json!(["11990100MB0000027F"]));
    assert_eq!(told(&foreign, &draft(|_| {})), [("/kind".to_owned(), "foreign-unit")]);
    let today = Day::parse("20261122").unwrap();
    let in_bulk = check(
        &draft(|d| d["mode"] = json!("online")),
        &kind(|_| {}),
        UNIT.parse().unwrap(),
        Some(CaseMode::Bulk),
        today,
    );
    assert_eq!(in_bulk.unwrap_err().0[0].code, "other-than-case");
}

#[test]
fn several_holders_stand_on_the_face_as_one_or_all() {
    let two = |name: &str| {
        draft(|d| {
            d["co_holders"] = json!([{ "type": "natural", "name": "林晓舟", "id_type": "111", "id_number": "11010519491231002X" }]);
            d["face"]["n"] = json!(name);
        })
    };
    let wide = kind(|k| k["face"]["fields"][0]["max"] = json!(20));
    assert_eq!(told(&wide, &two("山月茶饮、林晓舟")), []);
    assert_eq!(told(&wide, &two("山月茶饮")), []);
    assert_eq!(told(&wide, &two("林晓舟")), [("/face/n".to_owned(), "holder-name")]);
}
