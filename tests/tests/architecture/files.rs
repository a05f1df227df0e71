//! A file is about one concept.

use liangzheng_tests::source::sources;

#[test]
fn no_file_is_much_over_four_hundred_lines() {
    for folder in ["server/src", "tests/src", "tests/tests"] {
        let long: Vec<String> = sources(folder)
            .into_iter()
            .map(|file| (file.text.lines().count(), file.name))
            .filter(|(lines, _)| *lines > 450)
            .map(|(lines, file)| format!("{folder}/{file}: {lines} lines"))
            .collect();
        assert_eq!(long, [""; 0]);
    }
}
