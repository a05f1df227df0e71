//! Every Chinese text of the server is punctuated in full width, on the command line as in its answers.

use liangzheng_tests::source::sources;

use crate::chinese::{is_han, slip};

#[test]
fn what_the_server_says_is_punctuated_in_full_width() {
    let (mut seen, mut slips) = (0, Vec::new());
    for file in sources("server/src") {
        for text in literals(&file.text).into_iter().filter(|text| text.contains(is_han)) {
            seen += 1;
            // How a verifier's code begins: its colon is no punctuation.
            if let Some(at) = slip(&text.replace("EC1:", "EC1")) {
                slips.push(format!("{}: {text} ({at})", file.name));
            }
        }
    }
    assert_eq!(slips, [""; 0]);
    assert!(seen > 500, "{seen} texts");
}

#[test]
fn the_texts_of_a_source_are_found() {
    let source = concat!(
        "// \"证照,\"\n",
        "let a = \"请同步，\\\n    \\\"再试\\\"\";\n",
        "let b = ('\"', r#\"证\"照\"#, &'a \"末\");",
    );
    assert_eq!(literals(source), ["请同步，\\\n    \\\"再试\\\"", "证\"照", "末"]);
}

/// What stands between quotes, as written.
fn literals(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, here) = rest.split_at(at);
        if here.starts_with("//") {
            rest = here.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(text) = here.strip_prefix('"') {
            let is_raw = before.ends_with("r#");
            let end = if is_raw { text.find("\"#") } else { end_of(text) };
            let end = end.unwrap_or(text.len());
            found.push(&text[..end]);
            rest = text.get(end + 1..).unwrap_or_default();
        } else {
            // A quote as a character opens no text.
            let skipped = if here.starts_with("'\"'") { 3 } else { 1 };
            rest = &here[skipped..];
        }
    }
    found
}

/// Where the quote stands that ends a text.
fn end_of(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
}
