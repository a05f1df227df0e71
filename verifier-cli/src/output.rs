//! Writing the answer to stdout, and whether stdout wants colour.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};

use liangzheng_core::text::is_hidden;
use serde::Serialize;

use crate::error::{Exit, Failure};

/// Writes `text` and a line end to stdout.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{text}").map_err(|error| Failure::output(&error))
}

/// Writes one compact JSON object on a line of stdout. What could steer a terminal is escaped, as JSON lets any character
/// be: other people's words may stand in it, and serde escapes only what is below U+0020.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let json = to_json(value)?;
    if !json.contains(is_hidden) {
        return line(&json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hidden(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
        } else {
            escaped.push(c);
        }
    }
    line(&escaped)
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| not_json(&error))
}

/// Appends one compact JSON object to what is written later.
pub(crate) fn append_json(bytes: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(bytes, value).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> Failure {
    Failure::new(Exit::Internal, format!("结果无法写成 JSON：{error}"), format!("cannot write JSON: {error}"))
}

/// Writes a line to stdout, in `colour` (the number of an SGR sequence) if stdout wants it.
pub(crate) fn coloured_line(colour: &str, text: &str) -> Result<(), Failure> {
    if is_coloured() { line(&format!("\u{1b}[{colour}m{text}\u{1b}[0m")) } else { line(text) }
}

/// Whether stdout is to be coloured: a terminal is, unless it may not be; anything else only by
/// `CLICOLOR_FORCE` (bixense.com/clicolors).
pub(crate) fn is_coloured() -> bool {
    let is_forced = env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    may_colour() && (is_forced || io::stdout().is_terminal())
}

/// Whether the environment allows colour at all: not with `NO_COLOR` (no-color.org), `CLICOLOR=0` or `TERM=dumb`.
pub(crate) fn may_colour() -> bool {
    let is = |name: &str, value: &str| env::var_os(name).is_some_and(|held| held == value);
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && !is("CLICOLOR", "0")
        && !is("TERM", "dumb")
}
