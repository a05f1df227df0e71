//! The table's lines: what each route is about, and what is sent to it.

use liangzheng_server::http::routes::RouteEntry;
use liangzheng_tests::make::{BUSINESS_LICENCE, PIN, UNIT};
use serde_json::{Value, json};

use super::World;
use super::who::Object;

/// The code of a counter request that nobody made.
const NO_REQUEST: &str = "000000000000000000000000";

/// One line: what the route is about, the path with its parameters filled in, the body.
pub(super) struct Cells {
    pub(super) object: Object,
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

/// The line of a route; `None` fails the test. Bodies are such that what is permitted gets as far as the object.
pub(super) fn cells(world: &World, route: &RouteEntry) -> Option<Cells> {
    use Object::{InForce, Licence, OfHolder, OfUnit, Session};
    let World { show, device, account, proposal, session, .. } = world;
    let line = |object, path: &str, body| Some(Cells { object, path: path.to_owned(), body: Some(body) });
    let bare = |object, path: &str| Some(Cells { object, path: path.to_owned(), body: None });
    let act = json!({ "act": "disable", "reason": "r" });
    match (route.method, route.path.trim_start_matches("/api/v1")) {
        // Oneself.
        ("DELETE", "/sessions/current") => bare(Session, route.path),
        (
            "GET",
            "/me" | "/me/recovery" | "/wallet/licences" | "/wallet/uses" | "/wallet/devices" | "/units",
        ) => bare(Object::None, route.path),
        ("POST", "/accounts/{id}/recovery") => {
            line(Object::None, &route.path.replace("{id}", account), json!({}))
        }
        (
            "POST",
            "/me/recovery"
            | "/wallet/devices"
            | "/scans"
            | "/units"
            | "/matters"
            | "/kinds"
            | "/scenes"
            | "/inspection-matters",
        ) => line(Object::None, route.path, json!({})),
        ("GET" | "DELETE", "/me/contact") => bare(Object::None, route.path),
        ("PUT", "/me/contact") | ("POST", "/me/contact/confirmation") => {
            line(Object::None, route.path, json!({}))
        }
        (
            "GET",
            "/outbox" | "/wallet/authorisations" | "/wallet/delegations" | "/duty-applications" | "/analyses",
        ) => bare(Object::None, route.path),
        ("POST", "/outbox/acts") => line(Object::None, route.path, json!({})),
        ("POST", "/outbox/{id}/acts") => {
            let path = route.path.replace("{id}", "ltr_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "retry" }))
        }
        ("GET", "/me/sessions") => bare(Object::None, route.path),
        ("DELETE", "/me/sessions") => bare(Session, route.path),
        ("DELETE", "/me/sessions/{id}") => bare(Object::OfAccount, &route.path.replace("{id}", session)),
        ("PUT", "/me/password" | "/me/pin") => line(Object::None, route.path, json!({})),
        ("POST", "/me/totp" | "/me/totp/confirmation") => line(Object::None, route.path, json!({})),
        ("DELETE", "/me/totp") => line(Object::None, route.path, json!({})),
        // Clients, which are the province's.
        ("GET", "/clients") => bare(Object::None, route.path),
        ("POST", "/clients") => line(Object::None, route.path, json!({})),
        ("GET" | "DELETE", "/clients/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "cli_00000000000000000000000000000000"))
        }
        ("GET", "/licences/{id}/file.ofd" | "/licences/{id}/file.pdf") => bare(Object::Licence, route.path),
        ("POST", "/wallet/licences/{id}/face") => line(Object::Licence, route.path, json!({ "pin": PIN })),
        ("POST", "/wallet/licences/{id}/file") => line(Object::Licence, route.path, json!({ "pin": PIN })),
        ("PUT", "/wallet/suggestions") => line(Object::None, route.path, json!({ "on": true })),
        ("GET", "/wallet/suggestions") => bare(Object::None, route.path),
        ("GET", "/wallet/notices" | "/inspections" | "/requests") => bare(Object::None, route.path),
        ("GET", "/wallet/licences/{id}/acts" | "/wallet/licences/{id}/requests") => bare(Licence, route.path),
        ("GET", "/licences/{id}/acts" | "/licences/{id}/next-acts") => bare(Licence, route.path),
        ("POST", "/wallet/licences/{id}/requests") => {
            line(Licence, route.path, json!({ "act": "cancel", "reason": "r" }))
        }
        ("GET", "/requests/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "req_00000000000000000000000000000000"))
        }
        ("POST", "/requests/{id}/acts") => {
            let path = route.path.replace("{id}", "req_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "refuse", "reason": "r" }))
        }
        // The print register.
        ("POST", "/licences/{id}/prints") => {
            line(Object::Licence, route.path, json!({ "collector": "c", "purpose": "p" }))
        }
        ("GET", "/licences/{id}/prints") => bare(Object::Licence, route.path),
        ("GET", "/prints/{id}/file.pdf") => {
            bare(Object::Absent, &route.path.replace("{id}", "prt_00000000000000000000000000000000"))
        }
        ("POST", "/prints/{id}/acts") => {
            let path = route.path.replace("{id}", "prt_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "void", "reason": "r" }))
        }
        // What units are let use, and what they use.
        (
            "POST",
            "/wallet/authorisations"
            | "/wallet/delegations"
            | "/duty-applications"
            | "/analyses"
            | "/fetches",
        ) => line(Object::None, route.path, json!({})),
        ("POST", "/cases/{id}/requests") => {
            let path = route.path.replace("{id}", "cas_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "kinds": [BUSINESS_LICENCE], "purpose": "subsidy" }))
        }
        ("GET", "/cases/{id}/requests/{request}") => {
            let path = route.path.replace("{id}", "cas_00000000000000000000000000000000");
            bare(Object::Absent, &path.replace("{request}", "crq_00000000000000000000000000000000"))
        }
        ("GET", "/wallet/counter-requests/{code}") => {
            bare(Object::Absent, &route.path.replace("{code}", NO_REQUEST))
        }
        ("POST", "/wallet/counter-requests/{code}/acts") => {
            line(Object::Absent, &route.path.replace("{code}", NO_REQUEST), json!({ "act": "refuse" }))
        }
        ("POST", "/counter-lookups") => {
            let body = json!({
                "case": "cas_00000000000000000000000000000000", "kind": BUSINESS_LICENCE,
                "evidence": { "type": "photo_compared" }, "reason": "r",
            });
            line(Object::Absent, route.path, body)
        }
        ("DELETE", "/wallet/authorisations/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "aut_00000000000000000000000000000000"))
        }
        ("GET", "/analyses/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "ana_00000000000000000000000000000000"))
        }
        ("POST", "/analyses/{id}/acts") => {
            let path = route.path.replace("{id}", "ana_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "withdraw" }))
        }
        ("GET", "/duty-applications/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "dut_00000000000000000000000000000000"))
        }
        ("POST", "/duty-applications/{id}/acts" | "/wallet/delegations/{id}/acts") => {
            let sort = if route.path.contains("duty") { "dut" } else { "dlg" };
            let path = route.path.replace("{id}", &format!("{sort}_{:032}", 0));
            line(Object::Absent, &path, json!({ "act": "withdraw" }))
        }
        // Agents.
        ("GET", "/agencies" | "/recoveries" | "/wallet/agencies") => bare(Object::None, route.path),
        ("POST", "/agencies" | "/wallet/agencies") => line(Object::None, route.path, json!({})),
        ("POST", "/agencies/{id}/acts") => {
            let path = route.path.replace("{id}", "age_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "approve" }))
        }
        ("DELETE", "/wallet/agencies/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "agy_00000000000000000000000000000000"))
        }
        // Issuing.
        ("GET", "/licences/{id}/pictures/{field}" | "/wallet/licences/{id}/pictures/{field}") => {
            let path = route.path.replace("{id}", "lic_00000000000000000000000000000000");
            bare(Object::Absent, &path.replace("{field}", "n"))
        }
        ("POST", "/submissions" | "/reconciliations") => line(Object::None, route.path, json!({})),
        ("GET", "/duplicates" | "/reconciliations") => bare(Object::None, route.path),
        ("GET", "/submissions/{id}" | "/submissions/{id}/file") => {
            bare(Object::Absent, &route.path.replace("{id}", "sub_00000000000000000000000000000000"))
        }
        ("GET", "/reconciliations/{id}" | "/reconciliations/{id}/differences.csv") => {
            bare(Object::Absent, &route.path.replace("{id}", "rcn_00000000000000000000000000000000"))
        }
        ("POST", "/duplicates/{id}/acts") => {
            let path = route.path.replace("{id}", "dup_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "same", "reason": "r" }))
        }
        ("POST", "/files") => line(Object::None, route.path, json!({})),
        ("POST", "/wallet/consents/{id}/acts") => {
            let path = route.path.replace("{id}", "csn_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "withdraw" }))
        }
        ("GET", "/cases" | "/licences" | "/tasks") => bare(Object::None, route.path),
        ("POST", "/cases" | "/licences") => line(Object::None, route.path, json!({})),
        ("PUT", "/calendar/{year}") => line(Object::None, &route.path.replace("{year}", "2027"), json!({})),
        ("GET", "/licences/{id}" | "/licences/{id}/versions") => bare(Licence, route.path),
        ("GET", "/cases/{id}") | ("POST", "/cases/{id}/prefill") => {
            bare(Object::Absent, &route.path.replace("{id}", "cas_00000000000000000000000000000000"))
        }
        ("POST", "/cases/{id}/acts") => {
            let path = route.path.replace("{id}", "cas_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "conclude" }))
        }
        ("PUT", "/licences/{id}") => {
            let path = route.path.replace("{id}", "lic_00000000000000000000000000000000");
            let holder = json!({ "type": "natural", "name": "x", "id_type": "111", "id_number": "1" });
            let body = json!({ "kind": "x", "holder": holder, "face": {}, "valid_from": "20260101" });
            line(Object::Absent, &path, body)
        }
        ("POST", "/tasks/{id}/acts") => {
            let path = route.path.replace("{id}", "lic_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "claim" }))
        }
        // Imports.
        ("GET", "/imports") => bare(Object::None, route.path),
        // A form in which everything is missing.
        ("POST", "/imports") => bare(Object::None, route.path),
        ("GET", "/imports/{id}" | "/imports/{id}/events" | "/imports/{id}/errors.xlsx") => {
            bare(Object::Absent, &route.path.replace("{id}", "imp_00000000000000000000000000000000"))
        }
        ("POST", "/imports/{id}/acts") => {
            let path = route.path.replace("{id}", "imp_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "cancel" }))
        }
        ("GET", "/kinds/{code}/template.xlsx") => {
            bare(Object::Absent, &route.path.replace("{code}", "11990000MB00010993999"))
        }
        // A wallet.
        ("GET", "/wallet/licences/{id}" | "/wallet/licences/{id}/authorisation-options") => {
            bare(Licence, route.path)
        }
        ("POST", "/wallet/licences/{id}/show") => {
            line(Licence, route.path, json!({ "scene": "inspect.food", "pin": PIN }))
        }
        ("POST", "/wallet/licences/{id}/grant") => {
            line(Licence, route.path, json!({ "scene": "inspect.food", "pin": PIN, "device": device }))
        }
        ("POST" | "DELETE" | "GET", path) if path.starts_with("/wallet/shows/{show}") => {
            bare(OfHolder, &route.path.replace("{show}", show))
        }
        ("DELETE", "/wallet/devices/{id}") => bare(OfHolder, &route.path.replace("{id}", device)),
        // A unit.
        ("GET", "/proposals") => bare(Object::None, route.path),
        ("GET", "/proposals/{id}") => bare(Object::OfIssuers, &route.path.replace("{id}", proposal)),
        ("POST", "/proposals/{id}/acts") => {
            line(Object::OfIssuers, &route.path.replace("{id}", proposal), json!({ "act": "confirm" }))
        }
        ("POST", "/licences/{id}/acts") => {
            line(Licence, route.path, json!({ "act": "revoke", "reason": "r", "legal_basis": "b" }))
        }
        ("GET", "/units/{id}" | "/units/{id}/accounts" | "/units/{id}/uses") => {
            bare(OfUnit, &format!("{}?", route.path.replace("{id}", UNIT)))
        }
        ("PATCH", "/units/{id}") => line(OfUnit, &route.path.replace("{id}", UNIT), json!({})),
        ("POST", "/units/{id}/acts") => {
            line(OfUnit, &route.path.replace("{id}", UNIT), json!({ "act": "approve" }))
        }
        ("POST", "/units/{id}/accounts") => {
            let person = json!({ "name": "x", "id_type": "111", "id_number": "990101199203040019" });
            // Nobody gives this one in that unit.
            let roles = json!([{ "role": "manager", "until": "20200101" }]);
            let body = json!({ "login": "x", "person": person, "roles": roles });
            line(OfUnit, &route.path.replace("{id}", UNIT), body)
        }
        ("GET", "/accounts/{id}" | "/accounts/{id}/effective") => {
            bare(OfUnit, &route.path.replace("{id}", account))
        }
        ("PATCH", "/accounts/{id}") => line(OfUnit, &route.path.replace("{id}", account), json!({})),
        // The catalogue.
        ("PUT", "/units/{id}/using-list") => {
            let path = route.path.replace("{id}", UNIT);
            let list = world.app.anyone().get(&path).must(200);
            line(InForce, &path, json!({ "matters": list["matters"] }))
        }
        ("POST", "/units/{id}/using-list/acts") => line(InForce, &route.path.replace("{id}", UNIT), act),
        ("PUT", "/matters/{code}" | "/kinds/{code}" | "/scenes/{code}" | "/inspection-matters/{code}") => {
            let (path, body) = world.entry(route.path);
            line(InForce, &path, body)
        }
        (
            "POST",
            "/matters/{code}/acts"
            | "/kinds/{code}/acts"
            | "/scenes/{code}/acts"
            | "/inspection-matters/{code}/acts",
        ) => line(InForce, &world.entry(route.path).0, act),
        _ => None,
    }
}
