//! Writing the answer to stdout, and whether stdout wants colour.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};

use serde::Serialize;

use crate::error::{Exit, Failure};

/// Writes `text` and a line end to stdout.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{text}").map_err(|error| Failure::output(&error))
}

/// Writes one compact JSON object on a line of stdout.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    line(&to_json(value)?)
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| not_json(&error))
}

/// Appends one compact JSON object to what is written later.
pub(crate) fn append_json(bytes: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(bytes, value).map_err(|error| not_json(&error))
}

fn not_json(error: &serde_json::Error) -> Failure {
    Failure::new(Exit::Internal, format!("结果无法写成 JSON: {error}"), format!("cannot write JSON: {error}"))
}

/// Whether stdout is a terminal that may be coloured: not with `NO_COLOR` (no-color.org) or `TERM=dumb`.
pub(crate) fn is_coloured() -> bool {
    io::stdout().is_terminal() && may_colour()
}

/// Whether the environment allows colour at all.
pub(crate) fn may_colour() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && env::var_os("TERM").is_none_or(|term| term != "dumb")
}
