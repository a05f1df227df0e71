//! `inspect`: what stands in a code, none of it believed.

use std::{ffi::OsStr, fmt::Write as _};

use liangzheng_core::{
    token::Challenge,
    verify::{Peek, Refusal, peek},
};
use serde_json::{Value, json};

use crate::{
    error::{Exit, Failure},
    input, output,
    words::{Lang, visible},
};

pub(crate) fn run(text: &OsStr, lang: Lang, as_json: bool) -> Result<Exit, Failure> {
    let name = |refusal: Refusal| Failure::refused(lang.pick("无法拆开", "cannot be taken apart"), &refusal);
    let read = input::read_any(text)?;
    for code in read.codes.into_iter().chain(read.beside.into_iter().map(Ok)) {
        let code = code.map_err(name)?;
        let parts = Parts::of(&code).map_err(name)?;
        if as_json {
            output::json(&parts.json())?;
        } else {
            output::line(&parts.text(lang))?;
        }
    }
    Ok(Exit::Valid)
}

enum Parts {
    Code(Peek),
    Challenge(Challenge),
}

impl Parts {
    fn of(text: &str) -> Result<Self, Refusal> {
        if text.starts_with("EC1:") {
            Challenge::parse(text).map(Self::Challenge)
        } else {
            peek(text).map(Self::Code)
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Code(peek) => {
                let parts: Vec<Value> = peek
                    .parts
                    .iter()
                    .map(
                        |(header, payload)| json!({"header": any_json(header), "payload": any_json(payload)}),
                    )
                    .collect();
                json!({"unverified": true, "presentation": peek.presentation, "parts": parts})
            }
            Self::Challenge(challenge) => json!({"unverified": true, "challenge": {
                "aud": challenge.aud, "rp": challenge.rp, "scene": challenge.scene, "nonce": challenge.nonce.to_string(),
            }}),
        }
    }

    fn text(&self, lang: Lang) -> String {
        let mut text = String::from(lang.pick(
            "未核验 UNVERIFIED：以下内容未经核验，任何人都可以写成这样",
            "UNVERIFIED: nothing below was checked; anybody can write this",
        ));
        match self {
            Self::Code(peek) => {
                let names =
                    [lang.pick("平台令牌", "operator's token"), lang.pick("手机证明", "phone's proof")];
                for ((header, payload), name) in peek.parts.iter().zip(names) {
                    let _ = write!(text, "\n\nUNVERIFIED {name}\n{}\n{}", pretty(header), pretty(payload));
                }
                let _ = write!(
                    text,
                    "\n\nUNVERIFIED {}\n{}",
                    lang.pick("展开后的文字", "unpacked"),
                    visible(&peek.presentation)
                );
            }
            Self::Challenge(_) => {
                let _ = write!(
                    text,
                    "\n\nUNVERIFIED {}\n{}",
                    lang.pick("核验码", "challenge"),
                    pretty(&self.json().to_string())
                );
            }
        }
        text
    }
}

/// JSON as it stands, or as a string if it is none.
fn any_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.into()))
}

/// Indented and made safe for a terminal, character for character as it stands: a member that is there twice
/// shows twice.
fn pretty(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let new_line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    for c in json.chars() {
        if in_string {
            text.push_str(&visible(c.encode_utf8(&mut [0; 4])));
            in_string = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '{' | '[' => {
                text.push(c);
                // Nobody's token is deep; a deep one is not worth the columns.
                depth = (depth + 1).min(16);
                new_line(&mut text, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut text, depth);
                text.push(c);
            }
            ',' => {
                text.push(c);
                new_line(&mut text, depth);
            }
            ':' => text.push_str(": "),
            ' ' | '\t' | '\r' | '\n' => {}
            _ => {
                in_string = c == '"';
                text.push_str(&visible(c.encode_utf8(&mut [0; 4])));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_json_is_lost_or_obeyed() {
        let text = pretty("{\"a\":\"x,{\\\"y\u{1b}\", \"a\":[1,2]}");
        assert_eq!(text, "{\n  \"a\": \"x,{\\\"y\\u{1b}\",\n  \"a\": [\n    1,\n    2\n  ]\n}");
    }
}
