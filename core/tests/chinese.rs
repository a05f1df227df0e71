//! Every Chinese text of core is punctuated in full width: those of the codes, of what is no licence code, and all that
//! stands in the verdicts of the vectors, which are the verdicts of today (`verdicts.rs`).

#[path = "support/chinese.rs"]
mod chinese;

use std::{fs, path::Path};

use chinese::{is_han, slip};
use liangzheng_core::{
    reading::Reading,
    verify::{Code, Refusal},
};
use serde_json::Value;

#[test]
fn a_half_width_mark_beside_chinese_is_found() {
    for text in
        ["证照,有效", "证照 (x)", "x: 证照", "同步(sync)", "有效;", "(证照", "“证照”", "证照）, 有效", "吗?"]
    {
        assert!(slip(text).is_some(), "{text}");
    }
    for text in [
        "证照，有效",
        "EL1: text",
        "时间 12:30:05",
        "http://x.example/证照",
        "（sync）",
        "iat 1, now 2",
        "a. 证照",
    ] {
        assert_eq!(slip(text), None, "{text}");
    }
}

#[test]
fn codes_and_what_they_ask_for_are_punctuated_in_full_width() {
    let readings = [
        Reading::Licence,
        Reading::Challenge,
        Reading::CounterRequest,
        Reading::CapsLock,
        Reading::FullWidth,
        Reading::Link,
        Reading::Payment,
        Reading::Other,
    ];
    let of_codes = Code::ALL.iter().flat_map(|code| {
        [
            code.message(),
            code.hint(),
            Refusal::about(*code, "vf").message(),
            Refusal::about(*code, "名").message(),
        ]
    });
    let words = readings.map(Reading::as_str);
    let expected =
        ["licence", "challenge", "counter_request", "caps_lock", "full_width", "link", "payment", "other"];
    assert_eq!(words, expected, "as in JSON");
    let of_readings = readings.iter().flat_map(|reading| [reading.message(), reading.hint()]);
    for text in of_codes.chain(of_readings) {
        assert_eq!(slip(&text.zh), None, "{}", text.zh);
    }
}

#[test]
fn verdicts_are_punctuated_in_full_width() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/verdicts.json");
    let vectors: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut seen = 0;
    for case in vectors["cases"].as_array().unwrap() {
        each_chinese(&case["expect"], &mut |text| {
            seen += 1;
            assert_eq!(slip(text), None, "{}: {text}", case["name"]);
        });
    }
    assert!(seen > 1_000, "{seen} texts");
}

/// Calls `look` for every text with Chinese in it.
fn each_chinese(value: &Value, look: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) if text.contains(is_han) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_chinese(item, look)),
        Value::Object(members) => members.values().for_each(|member| each_chinese(member, look)),
        _ => {}
    }
}
