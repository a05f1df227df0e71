//! Every Chinese text of the program is punctuated in full width: those in its source, and what it says in the cases of
//! `tests/cmd`, where texts are put together.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

#[path = "../../core/tests/support/chinese.rs"]
mod chinese;

use std::{
    fs,
    path::{Path, PathBuf},
};

use chinese::{is_han, slip};

#[test]
fn what_the_source_says_is_punctuated_in_full_width() {
    let mut seen = 0;
    for path in files(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "rs") {
        for line in fs::read_to_string(&path).unwrap().lines() {
            for text in chinese_of(line) {
                seen += 1;
                assert_eq!(slip(&text), None, "{}: {text}", path.display());
            }
        }
    }
    assert!(seen > 300, "{seen} texts");
}

#[test]
fn what_the_program_says_is_punctuated_in_full_width() {
    let mut seen = 0;
    for path in files(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd"), "toml") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        // In a table for spreadsheets commas are the columns' ends.
        if !name.ends_with("-zh") || name == "receipts-export-zh" {
            continue;
        }
        seen += 1;
        for line in fs::read_to_string(&path).unwrap().lines() {
            // The words that programs look for on stderr are English in every language.
            let said = ["liangzheng-verify: error: ", "liangzheng-verify: warning: ", "hint: "]
                .iter()
                .find_map(|start| line.strip_prefix(start))
                .unwrap_or(line);
            assert_eq!(slip(said), None, "{name}: {line}");
        }
    }
    assert!(seen > 20, "{seen} cases");
}

/// The Chinese on a line of source: each literal that has any or puts one together, and the help, whose Chinese stands
/// before the English. What fills a place is Chinese as well as not.
fn chinese_of(line: &str) -> Vec<String> {
    let line = line.trim_start();
    let help = line.strip_prefix("/// ").and_then(|help| help.split_once(" · ")).map(|(zh, _)| zh);
    let is_comment = line.starts_with("//");
    let literals = if is_comment { vec![] } else { literals_of(line) };
    let is_chinese = |text: &&str| text.contains(is_han) || text.contains("{zh");
    let texts = help.into_iter().chain(literals).filter(is_chinese);
    texts.map(|text| filled(text.split(" · ").next().unwrap_or_default())).collect()
}

/// What stands between quotes on one line.
fn literals_of(line: &str) -> Vec<&str> {
    let mut literals = vec![];
    let mut rest = line;
    while let Some((_, after)) = rest.split_once('"') {
        let mut escaped = false;
        let end = after.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { break };
        literals.push(&after[..end]);
        rest = &after[end + 1..];
    }
    literals
}

/// A literal with Chinese in its places.
fn filled(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal.strip_prefix("liangzheng-verify: error: ").unwrap_or(literal);
    rest = rest.strip_prefix("hint: ").unwrap_or(rest);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        text.push('文');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    text + rest
}

/// Files below `folder` with this ending.
fn files(folder: PathBuf, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, here): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = here.into_iter().filter(|path| path.extension().is_some_and(|found| found == ending));
    here.chain(folders.into_iter().flat_map(|folder| files(folder, ending))).collect()
}

#[test]
fn the_texts_of_a_line_are_found() {
    for (line, texts) in [
        (r#"Text::fixed("请同步。", "sync")"#, vec!["请同步。"]),
        (r#"format!("{name}: {zh}")"#, vec!["文: 文"]),
        (r#"    /// 核验一个码:文字 · Check a code: text"#, vec!["核验一个码:文字"]),
        (r#"// 证照: "证照,""#, vec![]),
        (r#"eprintln!("hint: 请报告 · please report this, now")"#, vec!["请报告"]),
        (r#"say("a \"quoted\" 证", "b")"#, vec![r#"a \"quoted\" 证"#]),
    ] {
        assert_eq!(chinese_of(line), texts, "{line}");
    }
}
