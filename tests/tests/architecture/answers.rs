//! Rule 3: JSON answers live in `http/api`. The one exception is the small outcome of a command, which is stored to be
//! given again.

use liangzheng_tests::source::sources;

/// What else is written as JSON, and why.
const EXCEPTIONS: [(&str, &str); 10] = [
    ("domain/catalogue/kind.rs", "an entry, stored as it was sent"),
    ("domain/catalogue/matter.rs", "likewise"),
    ("domain/catalogue/scene.rs", "likewise"),
    ("service/catalogue/entries.rs", "the outcome of writing an entry, stored for its idempotency key"),
    ("service/licence/acts.rs", "the outcome of an act, stored for its idempotency key"),
    ("service/publication/ceremony.rs", "files that custodians exchange"),
    ("service/publication/trust.rs", "the key set as published"),
    ("service/showing/device.rs", "the outcome of registering a phone, likewise"),
    ("service/verifying/scans.rs", "the outcome of handing in receipts, likewise"),
    ("storage/actor/holder.rs", "what is sealed in a column"),
];

#[test]
fn answers_live_in_http() {
    let mut odd = Vec::new();
    let mut known: Vec<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    for file in sources("server/src") {
        if !["service/", "domain/", "storage/"].iter().any(|layer| file.name.starts_with(layer)) {
            continue;
        }
        let derives = file.code().any(|(_, line)| line.contains("derive(") && line.contains("Serialize"));
        if !derives {
            continue;
        }
        match known.iter().position(|name| *name == file.name) {
            Some(at) => drop(known.swap_remove(at)),
            None => odd.push(file.name),
        }
    }
    assert_eq!(odd, [""; 0], "an answer stands in http/api");
    assert_eq!(known, [""; 0], "no exception any more");
}
