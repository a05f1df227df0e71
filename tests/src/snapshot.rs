//! Whole answers, made the same in every run, to be compared with what is kept beside the test.
//!
//! Ids, times, tokens and the like differ from run to run. Each is replaced by what it is and by its number among
//! the different ones of its kind in the answer, so that two members that are equal stay equal: `[lic 1]`.

use std::collections::HashMap;

use serde_json::Value;

use crate::clock::NOON;
use crate::http::Answer;

/// An answer with what changes from run to run replaced: status, the headers that the interface promises, body.
pub fn stable(answer: &Answer) -> Value {
    let mut names = Names::default();
    let mut body = answer.json();
    names.replace(&mut body);
    let mut headers = serde_json::Map::new();
    for name in PROMISED {
        if let Some(value) = answer.header(name) {
            headers.insert((*name).to_owned(), value.into());
        }
    }
    serde_json::json!({ "status": answer.status, "headers": headers, "body": body })
}

#[derive(Default)]
struct Names(HashMap<String, HashMap<String, usize>>);

impl Names {
    fn replace(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(item)),
            Value::Object(members) => members.iter_mut().for_each(|(name, member)| {
                if name == "request_id" || name == "instance" {
                    *member = self.name(name, &member.to_string()).into();
                } else if name == "version" && member.is_string() {
                    *member = "[version]".into();
                } else {
                    self.replace(member);
                }
            }),
            Value::String(text) => {
                if let Some(named) = self.named(text) {
                    *text = named;
                }
            }
            // A time is told by how far from the clock's noon it is.
            Value::Number(number) => {
                let from_noon = number.as_i64().map(|seconds| seconds - NOON.0);
                if let Some(seconds) = from_noon.filter(|seconds| seconds.abs() < YEARS) {
                    *value = format!("[noon {seconds:+} s]").into();
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// What stands for `text`, if it is of a kind that changes.
    fn named(&mut self, text: &str) -> Option<String> {
        let base64url =
            |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        let kind = match text {
            _ if text.len() == 36 && text.as_bytes()[3] == b'_' && hex(&text[4..]) => &text[..3],
            _ if text.starts_with("lzs_") => "session token",
            _ if text.starts_with("EL1:") => "code",
            _ if text.starts_with("ey") && text.contains('.') => "token",
            _ if text.len() == 43 && base64url(text) => "256 bits",
            _ if text.len() == 16 && base64url(text) && !text.bytes().all(|b| b.is_ascii_digit()) => {
                "96 bits"
            }
            _ if text.contains(".2026990") => "identifier",
            _ => return None,
        };
        Some(self.name(kind, text))
    }

    fn name(&mut self, kind: &str, text: &str) -> String {
        let known = self.0.entry(kind.to_owned()).or_default();
        let next = known.len() + 1;
        format!("[{kind} {}]", known.entry(text.to_owned()).or_insert(next))
    }
}

/// What an answer promises besides its body.
const PROMISED: &[&str] =
    &["cache-control", "content-language", "content-type", "etag", "location", "retry-after"];
/// Ten years in seconds: every time of these tests lies nearer to noon, no other number does.
const YEARS: i64 = 315_360_000;
