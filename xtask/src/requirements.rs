//! The table in docs/REQUIREMENTS.md that tells which tests prove a row.
//!
//! A test names the rows it proves in a line above it, `Rows: R16, R27.`; the table is made from those lines, so a test
//! that is renamed or removed cannot stay in it. A row that no test names is in the table, too, and says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

use crate::step::{output, program, root};

/// Writes the table anew.
///
/// # Errors
/// When a test names a row that there is not, or the page cannot be read or written.
pub(crate) fn write() -> Result<()> {
    let page = root().join("docs/REQUIREMENTS.md");
    let text = std::fs::read_to_string(&page)?;
    let (before, rest) = text.split_once(BEGIN).context("docs/REQUIREMENTS.md has no place for the table")?;
    // Not of the table made last: its rows begin as those above do.
    let table = table(&states(before), &proofs()?)?;
    let (_, after) = rest.split_once(END).context("docs/REQUIREMENTS.md: the table does not end")?;
    let new = format!("{before}{BEGIN}\n{table}{END}{after}");
    if new != text {
        std::fs::write(&page, new)?;
        println!("docs/REQUIREMENTS.md: the table of tests was made anew");
    }
    Ok(())
}

/// A test, and whether it runs on SQLite and PostgreSQL.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Proof {
    name: String,
    on_both: bool,
}

/// Each row's word of state, from the tables above.
fn states(page: &str) -> BTreeMap<String, String> {
    let rows = page.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| R")?.split(" | ").collect();
        let [number, _, _, state] = cells[..] else { return None };
        let word: String = state.chars().take_while(|c| c.is_alphabetic() || *c == '–').collect();
        Some((format!("R{number}"), word))
    });
    rows.collect()
}

/// What the tests of the work tree say.
fn proofs() -> Result<BTreeMap<String, Vec<Proof>>> {
    let root = root();
    let files = output(&mut program("git", &["ls-files", "*.rs", "*.test.mjs"], &root))?;
    let mut proofs: BTreeMap<String, Vec<Proof>> = BTreeMap::new();
    for file in files.lines().filter(|file| root.join(file).is_file()) {
        for (rows, proof) in proofs_in(file, &std::fs::read_to_string(root.join(file))?)? {
            for row in rows {
                proofs
                    .entry(row)
                    .or_default()
                    .push(Proof { name: proof.name.clone(), on_both: proof.on_both });
            }
        }
    }
    Ok(proofs)
}

/// The tests of one file that name rows.
fn proofs_in(file: &str, text: &str) -> Result<Vec<(Vec<String>, Proof)>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let named = line.trim_start().trim_start_matches('/').trim_start().strip_prefix("Rows: ");
        let Some(named) = named.filter(|_| line.trim_start().starts_with("//")) else { continue };
        let rows = named.trim_end_matches('.').split(", ").map(str::to_owned).collect();
        let head = lines[at + 1..].iter().position(|line| name_of(line).is_some());
        let Some(head) = head.map(|after| at + 1 + after) else { bail!("{file}:{}: no test below", at + 1) };
        let name = name_of(lines[head]).unwrap_or_default();
        // To the line that closes it: what rustfmt and the browser's tests write at the depth of the head.
        let depth = lines[head].len() - lines[head].trim_start().len();
        let closes = |line: &&str| {
            line.len() > depth && line[depth..].starts_with('}') && line[..depth].trim().is_empty()
        };
        let body = lines[head..].iter().take_while(|line| !closes(line));
        let on_both =
            body.into_iter().any(|line| line.contains("TestDb::both()") || line.contains("on_both"));
        found.push((rows, Proof { name: format!("{} {name}", place(file)), on_both }));
    }
    Ok(found)
}

/// The name of the test that begins in this line.
fn name_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn ")) {
        return rest.split('(').next();
    }
    let quoted = line.strip_prefix("test(")?;
    let mark = quoted.chars().next().filter(|mark| ['\'', '"', '`'].contains(mark))?;
    quoted[1..].split(mark).next()
}

/// `tests/tests/api/issuing/cases.rs` as `api issuing::cases`; other files by their path.
fn place(file: &str) -> String {
    let Some((binary, module)) = file.strip_prefix("tests/tests/").and_then(|path| path.split_once('/'))
    else {
        return file.to_owned();
    };
    let module = module.trim_end_matches(".rs").trim_end_matches("/mod");
    format!("{binary} {}", module.replace('/', "::"))
}

fn table(states: &BTreeMap<String, String>, proofs: &BTreeMap<String, Vec<Proof>>) -> Result<String> {
    if let Some(row) = proofs.keys().find(|row| !states.contains_key(*row)) {
        bail!("a test names {row}, which is no row of docs/REQUIREMENTS.md");
    }
    let mut table =
        String::from("| Row | State | On SQLite and PostgreSQL | Otherwise |\n|---|---|---|---|\n");
    for (row, state) in states {
        let tests = proofs.get(row).map(Vec::as_slice).unwrap_or_default();
        let names = |on_both: bool| {
            let names: Vec<String> = tests
                .iter()
                .filter(|test| test.on_both == on_both)
                .map(|test| format!("`{}`", test.name))
                .collect();
            names.join("<br>")
        };
        let (both, other) = (names(true), names(false));
        let other = if tests.is_empty() && state != "–" { "no test".to_owned() } else { other };
        writeln!(table, "| {row} | {state} | {both} | {other} |")?;
    }
    Ok(table)
}

const BEGIN: &str = "<!-- made by `cargo xtask requirements` from the tests' lines \"Rows: …\" -->";
const END: &str = "<!-- end of what is made -->";

#[cfg(test)]
mod tests {
    use super::{Proof, proofs_in, states, table};

    const TEST: &str = "/// Something.\n///\n/// Rows: R16, R27.\n#[test]\nfn the_maker_does_not_approve() {\n    \
        for db in TestDb::both() {\n    }\n}\n\n/// Rows: R16.\n#[test]\nfn alone() {\n}\n";

    #[test]
    fn a_test_is_found_with_its_rows_and_databases() {
        let found = proofs_in("tests/tests/api/issuing/review.rs", TEST).unwrap();
        let expected = |name: &str, on_both| Proof { name: format!("api issuing::review {name}"), on_both };
        assert_eq!(
            found[0],
            (vec!["R16".into(), "R27".into()], expected("the_maker_does_not_approve", true))
        );
        assert_eq!(found[1], (vec!["R16".into()], expected("alone", false)));
        let browser =
            proofs_in("tests/browser/a.test.mjs", "// Rows: R45.\ntest('shows', async () => {\n});\n");
        assert_eq!(browser.unwrap()[0].1.name, "tests/browser/a.test.mjs shows");
        assert!(proofs_in("a.rs", "/// Rows: R16.\n").is_err());
    }

    #[test]
    fn a_row_without_a_test_says_so_and_one_that_there_is_not_is_refused() {
        let states = states("| Id |\n| R01 | x | y | done: a |\n| R88 | x | y | – |\n");
        let made = table(&states, &[].into()).unwrap();
        assert!(made.ends_with("| R01 | done |  | no test |\n| R88 | – |  |  |\n"), "{made}");
        assert!(table(&states, &[("R99".to_owned(), Vec::new())].into()).is_err());
    }
}
