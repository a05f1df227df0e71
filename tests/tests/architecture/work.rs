//! Rule 2: every command goes through `Work`. Nothing else records changes, claims idempotency keys or empties caches.

use super::mentions;

#[test]
fn only_work_records_changes_and_claims_keys() {
    for word in ["change::record(", "idempotency::claim(", "idempotency::complete("] {
        assert_eq!(mentions(word, &["service/work.rs"]), [""; 0], "{word}");
        assert_eq!(mentions(word, &[]).len(), 1, "{word}: is the source still read?");
    }
    // Under another name they would not be seen above.
    for path in ["change::", "idempotency::"] {
        for name in ["record", "claim,", "claim}", "complete"] {
            let imported = mentions(path, &["service/work.rs"]);
            let imported: Vec<_> =
                imported.iter().filter(|line| line.contains("use ") && line.contains(name)).collect();
            assert!(imported.is_empty(), "{imported:?}");
        }
    }
}

#[test]
fn only_work_and_the_change_feed_empty_caches() {
    // App hands a change on to the caches themselves.
    let allowed = ["service/work.rs", "jobs/change_feed.rs", "app.rs"];
    let calls = mentions(".apply(", &allowed);
    let calls: Vec<_> = calls.iter().filter(|line| !line.contains("mask")).collect();
    assert!(calls.is_empty(), "{calls:?}");
    assert_eq!(mentions("state::apply(", &allowed), [""; 0]);
}
