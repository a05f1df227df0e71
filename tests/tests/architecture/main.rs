//! The rules of docs/ARCHITECTURE.md that the compiler does not know. Each has been seen failing on a planted breach.
//!
//! Two of them live with what they read: that a table is written by its own area only (`storage/schema.rs`), and that
//! a route's action is what its handler asks for (`api/routes.rs`).

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod answers;
mod changes;
#[path = "../../../core/tests/support/chinese.rs"]
mod chinese;
mod direction;
mod faces;
mod files;
mod ids;
mod papers;
mod scope;
mod texts;
mod waiting;
mod work;

use liangzheng_tests::source::sources;

/// Lines of server code that mention `word`, outside the files whose names begin with one of `allowed`.
fn mentions(word: &str, allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in sources("server/src") {
        if allowed.iter().any(|allowed| file.name.starts_with(allowed)) {
            continue;
        }
        for (number, line) in file.code() {
            if line.contains(word) {
                found.push(format!("{}:{number}: {}", file.name, line.trim()));
            }
        }
    }
    found
}
