//! The shells beside core. Each is asked what core was asked, and must answer the same.

mod cli;
mod oracle;
mod peer;
mod wasm;

use anyhow::Result;
use serde_json::Value;

pub(crate) use cli::Cli;
pub(crate) use oracle::Oracle;
pub(crate) use wasm::Wasm;

use crate::corpus::{Answer, Line, Verifiers};

/// A shell to compare with core.
pub(crate) trait Ask {
    fn name(&self) -> &'static str;

    /// Asks all lines it can be asked, tells every difference, and gives back how many it asked.
    fn compare(
        &mut self,
        lines: &[(Line, Answer)],
        core: &Verifiers,
        fault: &mut dyn FnMut(String),
    ) -> Result<usize>;
}

/// Whether two answers are the same JSON value. Numbers count as JavaScript has them: a token's time beyond 2^53 is
/// rounded there, and nothing is decided by the rounded one.
fn same(got: &str, want: &str) -> bool {
    if got == want {
        return true;
    }
    match (serde_json::from_str(got), serde_json::from_str(want)) {
        (Ok(got), Ok(want)) => same_value(&got, &want),
        _ => false,
    }
}

fn same_value(got: &Value, want: &Value) -> bool {
    match (got, want) {
        (Value::Number(got), Value::Number(want)) => got == want || got.as_f64() == want.as_f64(),
        (Value::Array(got), Value::Array(want)) => {
            got.len() == want.len() && got.iter().zip(want).all(|(got, want)| same_value(got, want))
        }
        (Value::Object(got), Value::Object(want)) => {
            got.len() == want.len()
                && got.iter().all(|(name, got)| want.get(name).is_some_and(|want| same_value(got, want)))
        }
        _ => got == want,
    }
}
