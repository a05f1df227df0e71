//! The rules of the architecture that the compiler does not know.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Lines of server code outside `allowed` that mention `word`, comments left out.
fn mentions(word: &str, allowed: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src");
    let mut found = Vec::new();
    for file in sources(&root) {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        if allowed.iter().any(|allowed| name.starts_with(allowed)) {
            continue;
        }
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap();
            if code.contains(word) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn only_storage_sees_the_database_driver() {
    assert_eq!(mentions("sqlx::", &["storage/"]), [""; 0]);
}

#[test]
fn only_http_and_start_up_see_the_web_server() {
    // cli.rs makes the runtime that the server needs.
    assert_eq!(mentions("actix_web::", &["http/", "startup.rs", "cli.rs", "cli/"]), [""; 0]);
}

#[test]
fn the_domain_waits_for_nothing_and_knows_nobody_above_it() {
    let outside: Vec<&str> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "domain")
        .map(|name| &*Box::leak(name.into_boxed_str()))
        .collect();
    for word in
        ["async ", ".await", "tokio::", "crate::storage", "crate::service", "crate::http", "crate::App"]
    {
        assert_eq!(mentions(word, &outside), [""; 0], "{word}");
    }
}

#[test]
fn storage_and_service_know_nobody_above_them() {
    for (word, allowed) in [
        ("crate::http", &["http/", "startup.rs", "cli.rs", "cli/"][..]),
        (
            "crate::service",
            &["service/", "http/", "worker/", "demo/", "cli.rs", "cli/", "app.rs", "startup.rs"][..],
        ),
    ] {
        assert_eq!(mentions(word, allowed), [""; 0], "{word}");
    }
}

#[test]
fn handlers_reach_the_database_through_services_only() {
    let above: Vec<String> = mentions(
        "storage::",
        &["storage/", "service/", "worker/", "demo/", "cli.rs", "cli/", "app.rs", "startup.rs"],
    );
    // What a service hands up may be named: its error, and the claim of a repeated request.
    let odd: Vec<&String> = above
        .iter()
        .filter(|line| !line.contains("StorageError") && !line.contains("idempotency::Claim"))
        .collect();
    assert!(odd.is_empty(), "{odd:#?}");
}

#[test]
fn no_file_is_much_over_four_hundred_lines() {
    let long: Vec<String> = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src"))
        .into_iter()
        .map(|file| (std::fs::read_to_string(&file).unwrap().lines().count(), file))
        .filter(|(lines, _)| *lines > 450)
        .map(|(lines, file)| format!("{lines} {}", file.display()))
        .collect();
    assert_eq!(long, [""; 0]);
}
