//! Rule 9: every paper that a comment names is in the repository, and so is the section it names.

use std::path::{Component, Path, PathBuf};
use std::process::Command;

const READ: [&str; 10] = ["rs", "js", "mjs", "ts", "sql", "py", "toml", "css", "html", "sh"];

#[test]
fn every_paper_that_is_named_is_in_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&root).output().unwrap().stdout;
    let files: Vec<PathBuf> = String::from_utf8(listed)
        .unwrap()
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|file| root.join(file).is_file()) // deleted and not yet committed
        .collect();
    let mut read = 0;
    let mut missing = Vec::new();
    for file in
        files.iter().filter(|file| file.extension().is_some_and(|e| READ.iter().any(|read| e == *read)))
    {
        // A comment may break anywhere: its lines are read as one.
        let text = without_comment_marks(&std::fs::read_to_string(root.join(file)).unwrap());
        for (paper, section) in papers(&text) {
            read += 1;
            let found = file
                .ancestors()
                .skip(1)
                .map(|folder| tidy(&folder.join(paper)))
                .find(|path| files.contains(path));
            match (found, section) {
                (None, _) => missing.push(format!("{}: {paper}", file.display())),
                (Some(path), Some(section)) if !has_section(&root.join(&path), section) => {
                    missing.push(format!("{}: {paper} has no \"{section}\"", file.display()));
                }
                _ => {}
            }
        }
    }
    assert!(read >= 40, "only {read} papers named: are comments still read?");
    assert_eq!(missing, [""; 0]);
}

/// The names that end in `.md`, each with the section quoted behind it (`docs/X.md, "Section"`).
fn papers(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    text.match_indices(".md").filter_map(move |(at, dot)| {
        let behind = &text[at + dot.len()..];
        if behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        let stem = text[..at].rsplit(|c| !is_of_name(c)).next().unwrap_or("");
        let name = text[at - stem.len()..at + dot.len()].trim_start_matches('/');
        let section = behind.strip_prefix(", \"").and_then(|quoted| quoted.split('"').next());
        (name != ".md").then_some((name, section))
    })
}

fn has_section(page: &Path, section: &str) -> bool {
    let page = std::fs::read_to_string(page).unwrap();
    page.lines().any(|line| {
        line.strip_prefix('#').is_some_and(|heading| heading.trim_start_matches('#').trim() == section)
            || line.starts_with(&format!("**{section}"))
    })
}

fn without_comment_marks(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim().trim_start_matches(['/', '!', '*', '#', '-']).trim());
    lines.collect::<Vec<_>>().join(" ")
}

/// `a/b/../c` as `a/c`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(tidy.pop()),
            Component::CurDir => {}
            part => tidy.push(part),
        }
    }
    tidy
}
