//! Requests made by the thousand from the description of the API, by a program that is not ours (schemathesis), sent as
//! each sort of caller: no answer is a fault of ours, and none has a status or a shape that the description does not give.
//!
//! `LZ_API_EXAMPLES` says how many of each operation, and asks on both databases; `cargo xtask soak api` sets it.

use std::path::Path;
use std::process::Command;

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::http::routes::routes;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, PASSWORD, PIN, UNIT};
use liangzheng_tests::source::{python, root};
use serde_json::{Map, Value, json};

use crate::authorisation::World;

/// Requests of each operation, beside those that walk the edges of its description.
const EXAMPLES: u32 = 20;

/// What an answer must not be. That who may not is refused, is `authorisation.rs`'s.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,unsupported_method,\
    allow_header_conformance";

/// Rows: R46.
#[test]
fn requests_made_from_the_description_are_answered_as_it_says() {
    let Some(python) = python() else { return };
    let asked = std::env::var("LZ_API_EXAMPLES").ok().map(|text| text.parse().unwrap());
    let dbs = if asked.is_some() { TestDb::both().into() } else { vec![TestDb::sqlite()] };
    for db in dbs {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("generated-{}", db.name));
        std::fs::create_dir_all(&folder).unwrap();
        let world = World::make(db);
        std::fs::write(folder.join("world.json"), told(&world).to_string()).unwrap();
        let output = Command::new(&python)
            .args(["-m", "schemathesis.cli", "--config-file"])
            .arg(root().join("tests/interop/schemathesis.toml"))
            .args(["run", &format!("{}/api/openapi.json", world.app.url)])
            .args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure"])
            .args(["--max-examples", &asked.unwrap_or(EXAMPLES).to_string(), "--seed", "20261129"])
            .args(["--generation-with-security-parameters", "false", "--generation-database", "none"])
            .args([
                "--suppress-health-check",
                "all",
                "--no-color",
                "--workers",
                "1",
                "--request-timeout",
                "60",
            ])
            .args(["--max-redirects", "0", "--output-truncate", "false", "--warnings", "off"])
            .current_dir(&folder)
            .env("PYTHONPATH", root().join("tests/interop"))
            .env("SCHEMATHESIS_HOOKS", "api_hooks")
            .env("LZ_API_WORLD", folder.join("world.json"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        std::fs::write(folder.join("said.txt"), &said).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}{errors}", world.app.db_name());
        println!("{}: {}", world.app.db_name(), said.lines().last().unwrap_or_default());
    }
}

/// What the hooks of tests/interop/api_hooks.py read.
fn told(world: &World) -> Value {
    let app = &world.app;
    let mut sessions: Map<String, Value> = Map::new();
    let mut note = |name: String, caller: &Caller| {
        sessions.insert(name, json!(caller.token().unwrap()));
    };
    for login in ["lin", "tang", "chen", "idle", "everything"] {
        note(login.into(), &app.as_(login));
    }
    for role in Role::ALL {
        note(role.to_string(), &app.as_(&crate::authorisation::own(*role)));
    }
    note("program".into(), &world.program);
    let mut permitted: Map<String, Value> = Map::new();
    for route in routes() {
        let mut who: Vec<String> = route.roles.iter().map(ToString::to_string).collect();
        if matches!(route.scope, "wallet" | "file") {
            who.push("lin".into());
        }
        if route.scope == "account" {
            who.extend(["lin".into(), "chen".into()]);
        }
        permitted.insert(route.action.to_owned(), json!(who));
    }
    let licences: Vec<String> = world.licences.iter().map(|(_, id)| id.to_string()).collect();
    let holder =
        json!({ "type": "natural", "name": "周一鸣", "id_type": "111", "id_number": "990101199203040019" });
    let members = json!({
        "pin": PIN, "scene": "inspect.food", "kind": BUSINESS_LICENCE, "device": world.device, "unit": UNIT,
        "login": "guest", "password": PASSWORD, "holder": holder, "to": UNIT,
        "id_type": "111", "id_number": "990101199203040019",
    });
    let of = |name: &str, values: &[&str]| json!({ name: values });
    let (entry, spare) = (world.spare_unit(), &*world.account);
    let mut paths = Map::new();
    for route in routes().filter(|route| route.path.contains('{')) {
        let path = route.path.trim_start_matches("/api/v1");
        let known = match path.trim_start_matches('/').split('/').next().unwrap_or_default() {
            _ if path.contains("licences/{id}") => json!({ "id": licences }),
            _ if path.contains("{show}") => of("show", &[&world.show]),
            _ if path.contains("devices/{id}") => of("id", &[&world.device]),
            "proposals" => of("id", &[&world.proposal]),
            "accounts" => of("id", &[spare]),
            "units" => of("id", &[UNIT]),
            "kinds" => of("code", &[BUSINESS_LICENCE]),
            "scenes" => of("code", &["inspect.food"]),
            "calendar" => of("year", &["2026", "2027"]),
            _ => continue,
        };
        paths.insert(path.to_owned(), known);
    }
    json!({
        "url": app.url,
        "sessions": sessions,
        "permitted": permitted,
        "values": { "members": members, "paths": paths },
        "guest": { "login": "guest", "password": PASSWORD },
        "spare": {
            "POST /api/v1/units/{id}/acts": { "id": [entry] },
            "PATCH /api/v1/units/{id}": { "id": [entry] },
            "POST /api/v1/kinds/{code}/acts": { "code": ["11990000MB00010993001"] },
            "POST /api/v1/scenes/{code}/acts": { "code": ["no.such.scene"] },
        },
    })
}
