//! What JavaScript gives and catches: times as numbers, errors `{code, message, hint}` as JSON text.

use alloc::{borrow::Cow, string::String};

use liangzheng_core::{text::Text, time::UnixTime, verify::Refusal};
use serde::Serialize;

/// For calls that are wrong in themselves: an option of the wrong type, roots that are no JSON. It is not one of
/// the verdict's codes, because no token was judged.
const USAGE: &str = "USAGE";

#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    message: Text,
    hint: Text,
}

/// A refusal by core, as thrown.
pub(crate) fn refused(refusal: &Refusal) -> String {
    told(refusal.code.as_str(), refusal.message(), refusal.code.hint())
}

/// A call that cannot be carried out; `zh` and `en` say which argument is wrong.
pub(crate) fn usage(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> String {
    told(USAGE, Text::new(zh, en), Text::new("请检查调用参数。", "Check the arguments of the call."))
}

/// A time as JavaScript has it. Beyond ±2^53 s it is the nearest its one number type can hold, and beyond `i64` the
/// last there is: such a clock is absurd either way, and the verdict says so.
///
/// # Errors
/// `USAGE` for a fraction or what is no number; `name` says which argument it was.
pub(crate) fn whole_seconds(name: &str, seconds: f64) -> Result<UnixTime, String> {
    let whole = seconds as i64;
    // What is finite and beyond `i64` has no fraction either.
    if whole as f64 == seconds || (seconds.is_finite() && matches!(whole, i64::MIN | i64::MAX)) {
        return Ok(UnixTime(whole));
    }
    Err(usage([name, " 必须是整数秒"].concat(), [name, " must be whole unix seconds"].concat()))
}

/// A code and its words as JSON.
pub(crate) fn told(code: &str, message: Text, hint: Text) -> String {
    // Three strings always serialise.
    serde_json::to_string(&Told { code, message, hint }).unwrap_or_default()
}
