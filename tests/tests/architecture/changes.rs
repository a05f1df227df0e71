//! Rule 6: a kind of change exists only if a cache reads it.

use liangzheng_tests::source::sources;

/// Where caches are.
const CACHES: [&str; 3] =
    ["service/actor/session.rs", "service/publication/state.rs", "service/showing/open_shows.rs"];

#[test]
fn every_kind_of_change_is_read_by_a_cache() {
    let files = sources("server/src");
    let feed = files.iter().find(|file| file.name == "storage/change.rs").unwrap();
    let body = feed.text.split_once("pub enum Change {").unwrap().1.split_once("\n}").unwrap().0;
    let kinds: Vec<&str> = body
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap())
        .collect();
    assert!(kinds.len() >= 8, "only {kinds:?}: is the source still read?");
    let caches: Vec<_> = files.iter().filter(|file| CACHES.contains(&&*file.name)).collect();
    assert_eq!(caches.len(), CACHES.len());
    for kind in kinds {
        let path = format!("Change::{kind}");
        let mut lines = caches.iter().flat_map(|file| file.code()).map(|(_, line)| line);
        // An arm that does nothing reads nothing.
        assert!(
            lines.any(|line| is_named(line, &path) && !line.contains("=> return") && !line.contains("=> {}")),
            "no cache reads {path}"
        );
    }
}

fn is_named(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| !line[at + path.len()..].starts_with(char::is_alphanumeric))
}
