//! Rule 5: no bare text where an id, a unit, a kind or a scene is meant: it could be of anything, and of any spelling.

use liangzheng_tests::source::sources;

/// What names one of them as a parameter or a member.
const NAMES: [&str; 12] = [
    "id", "unit", "kind", "scene", "licence", "holder", "account", "session", "device", "show", "agency",
    "object",
];

/// Where it is a text all the same, and why.
const EXCEPTIONS: [(&str, &[&str], &str); 8] = [
    (
        "domain/trace/usage.rs",
        &["licence", "scene"],
        "shared with the cached show, so that a refresh copies none",
    ),
    ("domain/issuing/draft.rs", &["kind"], "as sent, not checked yet: all that is wrong is told at once"),
    (
        "domain/verifying/scan.rs",
        &["id", "licence", "scene"],
        "as handed in, not checked yet; the verifier's own id",
    ),
    ("storage/access/proposal.rs", &["object"], "an object of any area"),
    ("storage/actor/holder.rs", &["kind"], "the word of a kind of holder, in a private row"),
    ("storage/change.rs", &["kind"], "the word of a kind of change"),
    (
        "storage/trace/access_log.rs",
        &["licence", "scene"],
        "as logged: empty where a verification could not tell",
    ),
    ("storage/trace/audit.rs", &["object"], "an object of any area"),
];

#[test]
fn ids_and_codes_have_their_types_in_storage_and_domain() {
    let mut bare = Vec::new();
    let mut met = vec![false; EXCEPTIONS.len()];
    for file in sources("server/src") {
        if !["storage/", "domain/"].iter().any(|layer| file.name.starts_with(layer)) {
            continue;
        }
        for (number, line) in file.code() {
            for name in NAMES.into_iter().filter(|name| is_text(line, name)) {
                let known = EXCEPTIONS
                    .iter()
                    .position(|(place, names, _)| *place == file.name && names.contains(&name));
                match known {
                    Some(at) => met[at] = true,
                    None => bare.push(format!("{}:{number}: {}", file.name, line.trim())),
                }
            }
        }
    }
    assert_eq!(bare, [""; 0]);
    let needless: Vec<_> = EXCEPTIONS.iter().zip(met).filter(|(_, met)| !met).collect();
    assert!(needless.is_empty(), "no exception any more: {needless:?}");
}

/// Whether the line declares `name` as a text.
fn is_text(line: &str, name: &str) -> bool {
    line.match_indices(&format!("{name}: ")).any(|(at, found)| {
        let is_whole = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let kind = line[at + found.len()..].trim_start_matches("Option<").trim_start_matches('&');
        let kind =
            kind.strip_prefix('\'').map_or(kind, |rest| rest.split_once(' ').map_or(rest, |(_, kind)| kind));
        is_whole
            && ["str", "String", "Arc<str>", "Box<str>", "Cow<", "Vec<String>"]
                .iter()
                .any(|text| kind.starts_with(text))
    })
}
