//! What JavaScript catches: `{code, message, hint}` as JSON text, the texts in both languages.

use liangzheng_core::{text::Text, verify::Refusal};
use serde::Serialize;
use std::borrow::Cow;

/// For calls that are wrong in themselves: an option of the wrong type, roots that are no JSON. It is not one of
/// the verdict's codes, because no token was judged.
const USAGE: &str = "USAGE";

#[derive(Serialize)]
struct Thrown<'a> {
    code: &'a str,
    message: Text,
    hint: Text,
}

/// A refusal by core, as thrown.
pub(crate) fn refused(refusal: &Refusal) -> String {
    thrown(refusal.code.as_str(), refusal.message(), refusal.code.hint())
}

/// A call that cannot be carried out; `zh` and `en` say which argument is wrong.
pub(crate) fn usage(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> String {
    thrown(USAGE, Text::new(zh, en), Text::new("请检查调用参数。", "Check the arguments of the call."))
}

fn thrown(code: &str, message: Text, hint: Text) -> String {
    // Three strings always serialise.
    serde_json::to_string(&Thrown { code, message, hint }).unwrap_or_default()
}
