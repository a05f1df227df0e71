//! Rule 1: a look-up of somebody's object takes a `Scope`, so that 404-not-403 stands in the SQL.

use liangzheng_tests::source::sources;

/// Look-ups by id whose object is nobody's, or that look in one account only: there is nothing to forget.
const OF_ONE_ACCOUNT: [&str; 1] = ["showing/device.rs find_by_thumbprint"];

#[test]
fn a_look_up_of_somebodys_object_takes_a_scope() {
    let mut scoped = 0;
    let mut unscoped = Vec::new();
    for file in sources("server/src/storage") {
        if !["licence/", "showing/"].iter().any(|area| file.name.starts_with(area)) {
            continue;
        }
        for (name, parameters) in public_functions(&file.text) {
            if !name.starts_with("find") || OF_ONE_ACCOUNT.contains(&&*format!("{} {name}", file.name)) {
                continue;
            }
            if parameters.contains("scope: impl Into<Scope>") {
                scoped += 1;
            } else {
                unscoped.push(format!("{} {name}", file.name));
            }
        }
    }
    assert_eq!(unscoped, [""; 0]);
    assert!(scoped >= 5, "only {scoped} look-ups with a scope: is the source still read?");
}

/// Names and parameter lists.
pub(super) fn public_functions(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("pub async fn ").filter_map(|(at, before)| {
        let rest = &text[at + before.len()..];
        let (name, rest) = rest.split_once('(')?;
        // Types of parameters hold no braces; the body begins with one.
        let (signature, _) = rest.split_once('{')?;
        let (parameters, _) = signature.split_once("->").unwrap_or((signature, ""));
        Some((name.split('<').next().unwrap_or(name), parameters))
    })
}
