//! Dependencies point one way: domain ← storage ← service ← http, jobs and command line.

use super::mentions;

const COMMAND_LINE: [&str; 3] = ["cli.rs", "cli/", "startup.rs"];

/// Files that may mention what only `layers` and the command line may.
fn and_command_line<'a>(layers: &[&'a str]) -> Vec<&'a str> {
    [layers, &COMMAND_LINE].concat()
}

#[test]
fn only_storage_sees_the_database_driver() {
    for word in ["sqlx::", "use sqlx"] {
        assert_eq!(mentions(word, &["storage/"]), [""; 0], "{word}");
    }
}

#[test]
fn only_http_and_start_up_see_the_web_server() {
    // The command line makes the runtime that the server needs.
    for word in ["actix_web::", "actix_cors", "use actix"] {
        assert_eq!(mentions(word, &and_command_line(&["http/"])), [""; 0], "{word}");
    }
}

#[test]
fn the_domain_waits_for_nothing_and_knows_nobody_above_it() {
    let above =
        ["app.rs", "config/", "demo/", "http/", "jobs/", "lib.rs", "main.rs", "secrets.rs", "service/"];
    let above = [&above[..], &["signing/", "storage/"]].concat();
    for word in [
        "async ",
        ".await",
        "tokio::",
        "crate::storage",
        "crate::service",
        "crate::http",
        "crate::jobs",
        "crate::secrets",
        "crate::App",
    ] {
        assert_eq!(mentions(word, &and_command_line(&above)), [""; 0], "{word}");
    }
}

#[test]
fn storage_and_service_know_nobody_above_them() {
    for word in ["crate::http", "super::http"] {
        assert_eq!(mentions(word, &and_command_line(&["http/"])), [""; 0], "{word}");
    }
    let allowed = and_command_line(&["service/", "http/", "jobs/", "demo/", "app.rs"]);
    assert_eq!(mentions("crate::service", &allowed), [""; 0]);
    assert_eq!(mentions("crate::jobs", &and_command_line(&["jobs/"])), [""; 0]);
}

#[test]
fn handlers_reach_the_database_through_services_only() {
    let allowed = and_command_line(&["storage/", "service/", "jobs/", "demo/", "app.rs"]);
    // What a service hands up may be named: its error, and the claim of a repeated request.
    let odd: Vec<String> = mentions("storage::", &allowed)
        .into_iter()
        .filter(|line| !line.contains("StorageError") && !line.contains("idempotency::Claim"))
        .collect();
    assert_eq!(odd, [""; 0]);
}
