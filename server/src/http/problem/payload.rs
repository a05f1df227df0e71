//! actix's own extractor errors, in our words.

use actix_web::error::QueryPayloadError;
use actix_web::web::{PathConfig, QueryConfig};
use serde_json::error::Category;

use super::{Problem, kinds};

/// How path segments are read: one that does not parse names nothing, so it is simply not found.
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|_, _| Problem::new(&kinds::NOT_FOUND).into())
}

/// How the query is read; unknown parameters are refused by the types themselves.
pub fn query_config() -> QueryConfig {
    QueryConfig::default().error_handler(|error, _| {
        let told = match &error {
            QueryPayloadError::Deserialize(cause) => cause.to_string(),
            _ => String::new(),
        };
        Problem::new(&kinds::INVALID).detail(format!("查询参数有误：{told}"), format!("query: {told}")).into()
    })
}

/// A JSON text that does not parse, or parses to something else than was asked for.
///
/// serde's words name members and positions, never a value that was sent: a PIN in the wrong member must not come
/// back in an answer that somebody logs. `invalid type: string "…"` does quote it, so that part is cut.
pub(in crate::http) fn json_fault(cause: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", cause.line(), cause.column());
    let place_zh = format!("第 {} 行第 {} 列", cause.line(), cause.column());
    match cause.classify() {
        Category::Data => {
            let told = cause.to_string();
            let named =
                ["unknown field", "missing field", "duplicate field"].iter().any(|s| told.starts_with(s));
            let what =
                if named { told.split(" at line").next().unwrap_or("") } else { "wrong type or value" };
            Problem::new(&kinds::INVALID)
                .detail(format!("JSON 内容有误（{place_zh}）：{what}"), format!("{what} ({place})"))
        }
        _ => Problem::new(&kinds::MALFORMED)
            .detail(format!("JSON 语法有误（{place_zh}）"), format!("not JSON ({place})")),
    }
}

/// The largest JSON body (docs/SECURITY.md, threat 38): a batch of scan receipts fits, and a text too long for a code
/// still gets the verdict that the command line gives it, which reads a quarter of this.
pub const MAX_BODY: usize = 256 * 1024;
