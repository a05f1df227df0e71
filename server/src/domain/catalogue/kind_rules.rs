//! The rules of a kind of licence: what a unit may write into the catalogue (R01, R06, R10, R13, R27, R28).
//!
//! What can be seen of the entry alone. That its matter and its parts are published, and that no other kind has its name,
//! is seen where the other entries are.

use std::borrow::Cow;
use std::collections::HashSet;

use super::kind::{Drawing, Element, Field, FieldType, Kind, Permission, Secrecy, Template, ValidityRule};
use super::matter::MAX_NAME;
use crate::domain::fault::Faults;

/// Everything that is wrong with a kind by itself.
pub fn faults(kind: &Kind) -> Faults {
    let mut faults = Faults::default();
    faults.names("/names", &kind.names, MAX_NAME);
    faults.line("/category", &kind.category, MAX_NAME);
    faults.line("/matter", &kind.matter, MAX_NAME);
    holders_and_units(kind, &mut faults);
    face(kind, &mut faults);
    validity(kind, &mut faults);
    openness(kind, &mut faults);
    composition(kind, &mut faults);
    if let Some(template) = &kind.template {
        drawn(kind, template, &mut faults);
    }
    if let Some(standard) = &kind.national_standard {
        faults.line("/national_standard", standard, MAX_NAME);
    }
    faults
}

/// What a new version may not do to one that is in force and has licences: a key keeps its meaning and its label, or
/// codes shown a minute ago would read as something else.
pub fn faults_against(published: &Kind, next: &Kind) -> Faults {
    let mut faults = Faults::default();
    for (at, field) in next.face.fields.iter().enumerate() {
        let Some(before) = published.field(&field.key) else { continue };
        if before.field_type != field.field_type || before.labels != field.labels {
            faults.add(
                format!("/face/fields/{at}/key"),
                "key-in-use",
                format!("字段 {} 已用于在发证照，类型和名称不能更改；请另立字段", field.key),
                format!(
                    "licences with the field {} are live: its type and labels stay; add another field",
                    field.key
                ),
            );
        }
    }
    faults
}

fn holders_and_units(kind: &Kind, faults: &mut Faults) {
    faults.require(
        !kind.holder_types.is_empty() && are_distinct(&kind.holder_types),
        "/holder_types",
        "length",
        "请至少选择一种持证主体，且不重复",
        "give at least one kind of holder, each once",
    );
    faults.require(
        (1..=MAX_UNITS).contains(&kind.units.len()) && are_distinct(&kind.units),
        "/units",
        "length",
        "请列出 1 到 5000 个签发单位，且不重复",
        "name 1 to 5000 issuing units, each once",
    );
    faults.require(
        kind.co_issuers.len() <= MAX_CO_ISSUERS && are_distinct(&kind.co_issuers),
        "/co_issuers",
        "length",
        "联合签发单位最多 8 个，且不重复",
        "at most 8 co-issuers, each once",
    );
    faults.require(
        (MIN_DIGITS..=MAX_DIGITS).contains(&kind.coding.digits),
        "/coding/digits",
        "range",
        "流水号应为 4 到 12 位",
        "a serial has 4 to 12 digits",
    );
}

fn face(kind: &Kind, faults: &mut Faults) {
    let fields = &kind.face.fields;
    faults.require(
        (1..=MAX_FIELDS).contains(&fields.len()),
        "/face/fields",
        "length",
        "照面应有 1 到 60 个字段",
        "a face has 1 to 60 fields",
    );
    let mut keys = HashSet::new();
    for (at, field) in fields.iter().enumerate() {
        let within = |member: &str| format!("/face/fields/{at}/{member}");
        if !is_key(&field.key) {
            faults.add(
                within("key"),
                "malformed",
                "应以小写字母开头，由 1 到 16 位小写字母、数字或下划线组成",
                "begin with a small letter; 1 to 16 small letters, digits or underscores",
            );
        } else if !keys.insert(&field.key) {
            faults.add(within("key"), "duplicate", "该字段键已使用", "this key stands twice");
        }
        faults.names(&within("labels"), &field.labels, MAX_LABEL);
        one_field(field, &within, faults);
    }
    named_field(kind, kind.face.holder_name.as_deref(), "/face/holder_name", &[FieldType::Text], faults);
    named_field(
        kind,
        kind.face.holder_number.as_deref(),
        "/face/holder_number",
        &[FieldType::Text, FieldType::Uscc, FieldType::CitizenId],
        faults,
    );
    for (at, key) in kind.duplicate.iter().enumerate() {
        faults.require(
            kind.field(key).is_some_and(|field| field.field_type != FieldType::Image),
            format!("/duplicate/{at}"),
            "unknown",
            "照面中没有这个字段，或它是图片",
            "no field of the face has this key, or it is a picture",
        );
    }
}

fn one_field(field: &Field, within: &dyn Fn(&str) -> String, faults: &mut Faults) {
    let most = most_characters(field.field_type);
    if field.max.is_some_and(|max| max == 0 || max > most) {
        faults.add(
            within("max"),
            "range",
            Cow::Owned(format!("应为 1 到 {most}")),
            Cow::Owned(format!("must be 1 to {most}")),
        );
    }
    let has_choices = !field.choices.is_empty();
    if (field.field_type == FieldType::Choice) != has_choices {
        faults.add(
            within("choices"),
            if has_choices { "unexpected" } else { "missing" },
            "选项字段须列出选项，其他字段不得有选项",
            "a choice lists its values, and no other field does",
        );
    }
    let codes: Vec<&str> = field.choices.iter().map(|choice| choice.code.as_str()).collect();
    faults.require(
        are_distinct(&codes) && codes.len() <= MAX_CHOICES,
        within("choices"),
        "duplicate",
        "选项代码不得重复，最多 200 项",
        "each code once, at most 200",
    );
    for (at, choice) in field.choices.iter().enumerate() {
        faults.line(within(&format!("choices/{at}/code")), &choice.code, MAX_LABEL);
        faults.names(&within(&format!("choices/{at}/names")), &choice.names, MAX_NAME);
    }
    faults.require(
        !(field.public && field.personal),
        within("public"),
        "personal",
        "涉及个人信息的字段不得公开",
        "a field that tells of a person cannot be public",
    );
}

fn named_field(
    kind: &Kind,
    key: Option<&str>,
    pointer: &'static str,
    types: &[FieldType],
    faults: &mut Faults,
) {
    let Some(key) = key else { return };
    let fits = kind.field(key).is_some_and(|field| field.required && types.contains(&field.field_type));
    faults.require(
        fits,
        pointer,
        "unknown",
        "应为照面中一个必填的相应字段",
        "must name a required field of the face that holds such a value",
    );
}

fn validity(kind: &Kind, faults: &mut Faults) {
    let months = kind.validity.max_months;
    let right = match kind.validity.kind {
        ValidityRule::None => months.is_none(),
        ValidityRule::Fixed => months.is_some_and(|months| (1..=MAX_MONTHS).contains(&months)),
        ValidityRule::Free => months.is_none_or(|months| (1..=MAX_MONTHS).contains(&months)),
    };
    faults.require(
        right,
        "/validity/max_months",
        "range",
        "固定期限应为 1 到 1200 个月；长期不填",
        "a fixed validity has 1 to 1200 months; one without end has none",
    );
    if let Some(inspection) = &kind.inspection {
        faults.require(
            (1..=120).contains(&inspection.months),
            "/inspection/months",
            "range",
            "年检周期应为 1 到 120 个月",
            "an inspection comes every 1 to 120 months",
        );
    }
}

fn openness(kind: &Kind, faults: &mut Faults) {
    faults.require(
        kind.secrecy != Secrecy::Secret,
        "/secrecy",
        "secret",
        "本系统不受理涉密证照（R01）",
        "secret licences are not for this system (R01)",
    );
    let has_basis = |permission: &Permission| {
        permission.legal_basis.as_ref().is_some_and(|basis| !basis.trim().is_empty())
    };
    faults.require(
        kind.sharing.allowed || has_basis(&kind.sharing),
        "/sharing/legal_basis",
        "missing",
        "共享为原则，不共享须注明法律依据（R10）",
        "sharing is the rule: name the law by which this kind is not shared (R10)",
    );
    faults.require(
        !kind.public.allowed || has_basis(&kind.public),
        "/public/legal_basis",
        "missing",
        "公开须注明法律依据",
        "name the law by which this kind is public",
    );
    for (pointer, permission) in
        [("/sharing/legal_basis", &kind.sharing), ("/public/legal_basis", &kind.public)]
    {
        if let Some(basis) = permission.legal_basis.as_ref().filter(|basis| !basis.trim().is_empty()) {
            faults.line(pointer, basis, MAX_BASIS);
        }
    }
}

fn composition(kind: &Kind, faults: &mut Faults) {
    faults.require(
        kind.parts.len() <= MAX_PARTS && are_distinct(&kind.parts) && !kind.parts.contains(&kind.code),
        "/parts",
        "invalid",
        "组成证照最多 20 种，不重复，且不含自身",
        "at most 20 parts, each once, and not the kind itself",
    );
}

fn drawn(kind: &Kind, template: &Template, faults: &mut Faults) {
    faults.require(
        (1..=MAX_ELEMENTS).contains(&template.elements.len()),
        "/template/elements",
        "length",
        "版面应有 1 到 200 个元素",
        "a card has 1 to 200 elements",
    );
    for (at, element) in template.elements.iter().enumerate() {
        if !has_its_field(kind, element) {
            faults.add(
                format!("/template/elements/{at}/key"),
                "unknown",
                "照面中没有与该元素相应的字段",
                "the face has no field for this element",
            );
        }
        let right = element.x.checked_add(element.width).is_some_and(|right| right <= CARD.0);
        let bottom = element.y.checked_add(element.height).is_some_and(|bottom| bottom <= CARD.1);
        if !(right && bottom && element.width > 0 && element.height > 0) {
            faults.add(
                format!("/template/elements/{at}"),
                "range",
                "元素超出 856 × 540 的版面",
                "the element does not lie on the card of 856 × 540",
            );
        }
    }
}

fn has_its_field(kind: &Kind, element: &Element) -> bool {
    let named = element.key.as_deref().and_then(|key| kind.field(key));
    match element.draw {
        Drawing::Label | Drawing::Value => named.is_some_and(|field| field.field_type != FieldType::Image),
        Drawing::Image => named.is_some_and(|field| field.field_type == FieldType::Image),
        Drawing::Title | Drawing::Line | Drawing::Seal => element.key.is_none(),
    }
}

/// How long a value of a type may be.
pub fn most_characters(field_type: FieldType) -> u16 {
    match field_type {
        FieldType::Text | FieldType::Choice => 2000,
        FieldType::Date => 8,
        FieldType::Integer => 18,
        FieldType::Decimal => 24,
        FieldType::Uscc | FieldType::CitizenId => 18,
        // The id of a stored file.
        FieldType::Image => 64,
    }
}

fn is_key(key: &str) -> bool {
    (1..=16).contains(&key.len())
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn are_distinct<T: std::hash::Hash + Eq>(items: &[T]) -> bool {
    items.iter().collect::<HashSet<_>>().len() == items.len()
}

/// A province of 3,000 units, with room.
const MAX_UNITS: usize = 5000;
const MAX_CO_ISSUERS: usize = 8;
const MAX_PARTS: usize = 20;
const MAX_FIELDS: usize = 60;
const MAX_CHOICES: usize = 200;
const MAX_ELEMENTS: usize = 200;
const MAX_LABEL: usize = 40;
const MAX_BASIS: usize = 500;
/// A hundred years.
const MAX_MONTHS: u16 = 1200;
/// An identifier's serial is 4 year digits and these (GB/T 36904 leaves 4 to 16).
const MIN_DIGITS: u8 = 4;
const MAX_DIGITS: u8 = 12;
/// ISO/IEC 7810 ID-1, tenths of a millimetre.
const CARD: (u16, u16) = (856, 540);

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn right() -> Value {
        json!({
            "code": "11990000MB00010033001",
            "names": { "zh-CN": "食品经营许可证", "en": "Food business licence" },
            "unit": "11990100MB0000019L",
            "category": "许可证",
            "matter": "food.licence",
            "holder_types": ["legal", "unincorporated"],
            "units": ["11990100MB0000019L"],
            "face": {
                "fields": [
                    { "key": "n", "labels": { "zh-CN": "经营者名称", "en": "Operator" }, "type": "text", "required": true, "max": 60 },
                    { "key": "c", "labels": { "zh-CN": "社会信用代码", "en": "Code" }, "type": "uscc", "required": true },
                    { "key": "t", "labels": { "zh-CN": "主体业态", "en": "Form" }, "type": "choice",
                      "choices": [{ "code": "1", "names": { "zh-CN": "餐饮", "en": "Catering" } }] },
                    { "key": "ph", "labels": { "zh-CN": "照片", "en": "Photo" }, "type": "image", "personal": true }
                ],
                "holder_name": "n",
                "holder_number": "c"
            },
            "template": { "elements": [{ "draw": "value", "key": "n", "x": 10, "y": 10, "width": 100, "height": 30 }] },
            "validity": { "kind": "fixed", "max_months": 60 },
            "duplicate": ["c"]
        })
    }

    fn pointers(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut value = right();
        change(&mut value);
        let kind: Kind = serde_json::from_value(value).unwrap();
        faults(&kind).0.into_iter().map(|fault| fault.pointer.into_owned()).collect()
    }

    #[test]
    fn a_right_kind_has_no_fault_and_is_written_as_it_was_read() {
        assert_eq!(pointers(|_| {}), [""; 0]);
        let kind: Kind = serde_json::from_value(right()).unwrap();
        let again: Kind = serde_json::from_value(serde_json::to_value(&kind).unwrap()).unwrap();
        assert_eq!(again, kind);
        assert!(kind.sharing.allowed && !kind.public.allowed, "sharing is the rule, being public is not");
    }

    #[test]
    fn each_rule_names_the_member_that_breaks_it() {
        type Change = fn(&mut Value);
        let cases: [(&str, Change); 22] = [
            ("/names/zh-CN", |kind| kind["names"]["zh-CN"] = json!(" ")),
            ("/category", |kind| kind["category"] = json!("许\u{200b}可证")),
            ("/holder_types", |kind| kind["holder_types"] = json!([])),
            ("/units", |kind| kind["units"] = json!(["11990100MB0000019L", "11990100MB0000019L"])),
            ("/coding/digits", |kind| kind["coding"] = json!({ "digits": 3, "per": "unit_year" })),
            ("/face/fields/1/key", |kind| kind["face"]["fields"][1]["key"] = json!("C")),
            ("/face/fields/0/labels/en", |kind| kind["face"]["fields"][0]["labels"]["en"] = json!("")),
            ("/face/fields/0/max", |kind| kind["face"]["fields"][0]["max"] = json!(2001)),
            ("/face/fields/2/choices", |kind| kind["face"]["fields"][2]["choices"] = json!([])),
            ("/face/fields/0/choices", |kind| {
                kind["face"]["fields"][0]["choices"] =
                    json!([{ "code": "1", "names": { "zh-CN": "一", "en": "1" } }])
            }),
            ("/face/fields/3/public", |kind| kind["face"]["fields"][3]["public"] = json!(true)),
            ("/face/holder_name", |kind| kind["face"]["holder_name"] = json!("x")),
            ("/face/holder_number", |kind| kind["face"]["holder_number"] = json!("t")),
            ("/duplicate/0", |kind| kind["duplicate"] = json!(["ph"])),
            ("/validity/max_months", |kind| kind["validity"] = json!({ "kind": "fixed" })),
            ("/validity/max_months", |kind| kind["validity"] = json!({ "kind": "none", "max_months": 1 })),
            ("/inspection/months", |kind| kind["inspection"] = json!({ "months": 0 })),
            ("/secrecy", |kind| kind["secrecy"] = json!("secret")),
            ("/sharing/legal_basis", |kind| kind["sharing"] = json!({ "allowed": false })),
            ("/public/legal_basis", |kind| kind["public"] = json!({ "allowed": true, "legal_basis": " " })),
            ("/parts", |kind| kind["parts"] = json!(["11990000MB00010033001"])),
            ("/template/elements/0", |kind| kind["template"]["elements"][0]["x"] = json!(800)),
        ];
        for (pointer, change) in cases {
            assert_eq!(pointers(change), [pointer]);
        }
    }

    #[test]
    fn a_key_with_licences_keeps_type_and_label() {
        let before: Kind = serde_json::from_value(right()).unwrap();
        let mut value = right();
        value["face"]["fields"][0]["labels"]["zh-CN"] = json!("名称");
        value["face"]["fields"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "key": "a", "labels": { "zh-CN": "住所", "en": "Address" }, "type": "text" }));
        let next: Kind = serde_json::from_value(value).unwrap();
        let told = faults_against(&before, &next).0;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].pointer, "/face/fields/0/key");
        assert_eq!(faults_against(&before, &before).0, []);
    }

    #[test]
    fn unknown_members_and_words_are_refused() {
        for (member, value) in [("colour", json!("red")), ("lost", json!("ignore")), ("code", json!("x"))] {
            let mut kind = right();
            kind[member] = value;
            assert!(serde_json::from_value::<Kind>(kind).is_err(), "{member}");
        }
    }
}
