//! Tests look until they see what they wait for. One that sleeps is slow on a quick machine and fails on a slow one.

use liangzheng_tests::source::sources;

#[test]
fn no_test_sleeps() {
    for folder in ["tests/src", "tests/tests"] {
        for file in sources(folder) {
            if ["until.rs", "architecture/waiting.rs"].contains(&&*file.name) {
                continue;
            }
            let mut lines = file.code().filter(|(_, line)| line.contains("sleep("));
            assert_eq!(lines.next(), None, "{folder}/{}: use liangzheng_tests::until", file.name);
        }
    }
}
