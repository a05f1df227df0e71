//! Whether an answer is the one a case must get, and what holds for every verdict.

use std::{collections::BTreeMap, sync::LazyLock};

use liangzheng_core::{
    qr,
    reading::{self, Reading},
    text::Text,
    verify::{Answer, Class, Code, Outcome, Verdict},
};
use serde_json::{Value, json};

use super::Line;

/// Message and hint of every code as they were last agreed: a text that changes shows as a change of this file.
static TEXTS: LazyLock<BTreeMap<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../../tests/corpus/texts.json")).unwrap());

/// What is told instead of `E_FORMAT`'s own words, where a text is something else that is known.
const READINGS: [Reading; 6] = [
    Reading::Challenge,
    Reading::CounterRequest,
    Reading::CapsLock,
    Reading::FullWidth,
    Reading::Link,
    Reading::Payment,
];

/// The texts as they stand in core, in the form of `tests/corpus/texts.json`.
pub fn texts_now() -> String {
    let of_codes = Code::ALL.iter().map(|code| (code.to_string(), code.message(), code.hint()));
    let of_readings = READINGS
        .iter()
        .map(|reading| (format!("E_FORMAT {}", reading.as_str()), reading.message(), reading.hint()));
    let all: Vec<String> = of_codes
        .chain(of_readings)
        .map(|(name, message, hint)| format!("  \"{name}\": {}", json!({ "message": message, "hint": hint })))
        .collect();
    format!("{{\n{}\n}}\n", all.join(",\n"))
}

/// What is wrong with core's verdict on a line; `None` if it is as it must be.
pub fn fault(line: &Line, verdict: &Verdict) -> Option<String> {
    let told = |what: String| Some(format!("{}: {what}", line.id));
    // A mutant that unpacks to what it was made from is another spelling of the same code, and as good.
    let is_seed = line.expect.seed.as_ref().is_some_and(|seed| {
        let text = line.text();
        let code = reading::cut(&text);
        code == &**seed || qr::unpack(code).is_ok_and(|text| *text == **seed)
    });
    let wanted: &[Code] = if is_seed { &[Code::Ok] } else { &line.expect.codes };
    if !wanted.contains(&verdict.code) {
        return told(format!("wanted {wanted:?}, got {}", verdict.code));
    }
    let answer = match verdict.code.class() {
        Class::Valid => Answer::Valid,
        Class::Invalid => Answer::Invalid,
        Class::Undetermined => Answer::Undetermined,
        Class::Caution => return told(format!("{} is no answer", verdict.code)),
    };
    if verdict.verdict != answer || verdict.checks.len() != 11 {
        return told(format!(
            "{} with {:?} and {} checks",
            verdict.code,
            verdict.verdict,
            verdict.checks.len()
        ));
    }
    // Nothing that no signature vouches for may reach a screen.
    let signed = verdict
        .checks
        .iter()
        .any(|check| check.name.as_str() == "signature" && check.result == Outcome::Pass);
    if !signed && (verdict.licence.is_some() || verdict.scene.is_some() || verdict.token.is_some()) {
        return told("shows what is not signed".into());
    }
    if let Some(wanted) = &line.expect.field {
        let shown =
            verdict.licence.as_ref().and_then(|licence| licence.fields.first()).map(|field| &field.value);
        if shown != Some(wanted) {
            return told(format!("shows {shown:?}"));
        }
    }
    text_fault(line, verdict.code, &verdict.message, Some(&verdict.hint)).and_then(told)
}

/// What is wrong with an object's refusal; `None` if it is as it must be. `outcome` is its code, if it was refused.
pub fn load_fault(line: &Line, outcome: Option<&str>) -> Option<String> {
    let Some(code) = outcome else { return Some(format!("{}: was taken", line.id)) };
    let is_wanted = line.expect.codes.iter().any(|wanted| wanted.as_str() == code);
    (!is_wanted).then(|| format!("{}: wanted {:?}, got {code}", line.id, line.expect.codes))
}

/// The text is the code's own, or that with the member to blame, or the one text that tells a number.
fn text_fault(line: &Line, code: Code, message: &Text, hint: Option<&Text>) -> Option<String> {
    let reading = READINGS.iter().find(|reading| code == Code::Format && *message == reading.message());
    let name = reading.map_or(code.to_string(), |reading| format!("E_FORMAT {}", reading.as_str()));
    let known = &TEXTS[&name];
    let (zh, en) = (known["message"]["zh-CN"].as_str().unwrap(), known["message"]["en"].as_str().unwrap());
    if hint.is_some_and(|hint| json!(hint) != known["hint"]) {
        return Some(format!("the hint of {code} is not the agreed one"));
    }
    let blamed = match (message.zh.strip_prefix(zh), message.en.strip_prefix(en)) {
        (Some(""), Some("")) => None,
        (Some(zh), Some(en)) => {
            let inside = |text: &str, start: &str, end: &str| {
                Some(text.strip_prefix(start)?.strip_suffix(end)?.to_owned())
            };
            match (inside(zh, "（", "）"), inside(en, " (", ")")) {
                (Some(zh), Some(en)) if zh == en => Some(zh),
                _ => return Some(format!("the message of {code} reads {message:?}")),
            }
        }
        _ if code == Code::ProofTime
            && message.zh.starts_with("手机时间偏差 ")
            && message.en.starts_with("phone clock off by ") =>
        {
            None
        }
        _ => return Some(format!("the message of {code} reads {message:?}")),
    };
    match &line.expect.about {
        Some(wanted) if blamed.as_ref() != Some(wanted) => {
            Some(format!("the message of {code} should name {wanted}, and reads {message:?}"))
        }
        _ => None,
    }
}
