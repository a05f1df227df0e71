//! The lines of what units are let use, and what they use.

use liangzheng_tests::make::BUSINESS_LICENCE;
use serde_json::json;

use super::Cells;
use super::who::Object;

/// The line of such a route: of objects that nobody made.
pub(super) fn cells(method: &str, path: &str) -> Option<Cells> {
    let (object, body) = match (method, path) {
        ("POST", "/wallet/authorisations" | "/duty-applications" | "/fetches") => {
            (Object::None, Some(json!({})))
        }
        ("DELETE", "/wallet/authorisations/{id}") | ("GET", "/duty-applications/{id}") => {
            (Object::Absent, None)
        }
        ("POST", "/duty-applications/{id}/acts") => (Object::Absent, Some(json!({ "act": "withdraw" }))),
        ("POST", "/cases/{id}/requests") => {
            (Object::Absent, Some(json!({ "kinds": [BUSINESS_LICENCE], "purpose": "subsidy" })))
        }
        ("GET", "/cases/{id}/requests/{request}" | "/wallet/counter-requests/{code}") => {
            (Object::Absent, None)
        }
        ("POST", "/wallet/counter-requests/{code}/acts") => {
            (Object::Absent, Some(json!({ "act": "refuse" })))
        }
        ("POST", "/counter-lookups") => {
            let evidence = json!({ "type": "photo_compared" });
            let body =
                json!({ "case": id("cas"), "kind": BUSINESS_LICENCE, "evidence": evidence, "reason": "r" });
            (Object::Absent, Some(body))
        }
        _ => return None,
    };
    let of = match path.split('/').nth(1) {
        Some("cases") => "cas",
        Some("duty-applications") => "dut",
        _ => "aut",
    };
    let path = format!("/api/v1{path}").replace("{id}", &id(of)).replace("{request}", &id("crq"));
    Some(Cells { object, path: path.replace("{code}", "000000000000000000000000"), body })
}

/// An id of a kind that nothing has.
fn id(prefix: &str) -> String {
    format!("{prefix}_{}", "0".repeat(32))
}
