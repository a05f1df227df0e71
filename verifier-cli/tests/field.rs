//! Inputs from the field (`tests/vectors/field`), each by every way in that it has.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use support::{Said, folder, run, run_with};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/field").join(name)
}

/// A bundle filled from the one of the cases, and their clock.
struct Field {
    bundle: String,
    now: String,
}

impl Field {
    fn new(name: &str) -> Self {
        let now = fs::read_to_string(case("now.txt")).unwrap().trim().to_owned();
        let field = Self { bundle: folder(name).join("bundle").to_str().unwrap().to_owned(), now };
        let (file, roots) = (case("bundle.lzb"), case("roots.json"));
        let said =
            field.run(&["bundle", "import", file.to_str().unwrap(), "--root", roots.to_str().unwrap()]);
        assert_eq!(said.code, 0, "{said:?}");
        field
    }

    fn run(&self, args: &[&str]) -> Said {
        self.run_with(args, b"")
    }

    fn run_with(&self, args: &[&str], input: &[u8]) -> Said {
        let all = [args, &["--bundle", &self.bundle, "--now", &self.now, "--json"]].concat();
        if input.is_empty() { run(&all) } else { run_with(&all, input) }
    }
}

/// Codes of the verdicts, and the message of the last.
fn codes(said: &Said) -> Vec<String> {
    let code = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["code"].as_str().unwrap().to_owned()
    };
    said.stdout.lines().map(code).collect()
}

#[test]
fn pictures_of_the_field_are_read_and_only_the_licence_is_judged() {
    let field = Field::new("field-pictures");
    for name in
        ["plain.png", "inverted.png", "darkmode_grey.png", "two_ad_left.png", "qr_trailing_newline.png"]
    {
        let path = case(name);
        for command in ["verify", "scan"] {
            let said = field.run(&[command, path.to_str().unwrap()]);
            assert_eq!((said.code, codes(&said)), (0, vec!["OK".to_owned()]), "{command} {name}: {said:?}");
            let is_foreign_told = said.stderr.contains("another code, which does not count");
            assert_eq!(is_foreign_told, name == "two_ad_left.png", "{command} {name}: {said:?}");
        }
    }
}

#[test]
fn a_text_has_one_answer_by_every_way_in() {
    let field = Field::new("field-texts");
    for (name, exit, want) in [
        ("code.txt", 0, "OK"),
        ("code-trailing-blank.txt", 0, "OK"),
        ("code-leading-blank.txt", 0, "OK"),
        ("code-zwsp.txt", 0, "OK"),
        ("code-lre-pdf.txt", 0, "OK"),
        ("code-aim-prefix.txt", 0, "OK"),
        ("code-caps-lock.txt", 1, "caps lock"),
        ("code-fullwidth-colon.txt", 1, "input method"),
    ] {
        let path = case(name);
        let (file, bytes) = (path.to_str().unwrap(), fs::read(&path).unwrap());
        let text = str::from_utf8(&bytes).unwrap();
        for (way, said) in [
            ("file", field.run(&["verify", file])),
            ("argument", field.run(&["verify", text])),
            ("stdin", field.run_with(&["verify", "-"], &bytes)),
            ("batch", field.run(&["batch", file])),
            ("scan of a file", field.run(&["scan", file])),
            ("scan of lines", field.run_with(&["scan", "-"], &bytes)),
        ] {
            // A code that typing has changed is told for what it is, with the setting to change.
            let is_told = match exit {
                0 => codes(&said) == [want],
                _ => codes(&said) == ["E_FORMAT"] && said.stdout.contains(want),
            };
            assert!(said.code == exit && is_told, "{way} {name}: {said:?}");
        }
    }
}

#[test]
fn what_powershell_writes_is_read() {
    let field = Field::new("field-utf16");
    let bytes = fs::read(case("two-codes-utf16.txt")).unwrap();
    // Its byte order mark taken off, and its bytes turned round.
    let bare = bytes[2..].to_vec();
    let turned: Vec<u8> = bytes.chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    let work = folder("field-utf16-files");
    for (name, bytes) in
        [("as-it-is", bytes), ("bare", bare), ("turned-bare", turned[2..].to_vec()), ("turned", turned)]
    {
        let path = work.join(name);
        fs::write(&path, &bytes).unwrap();
        let file = path.to_str().unwrap();
        for (command, input) in [
            ("verify", file),
            ("verify", "-"),
            ("batch", file),
            ("batch", "-"),
            ("scan", file),
            ("scan", "-"),
        ] {
            let said = field.run_with(&[command, input], if input == "-" { &bytes } else { b"" });
            // The same code twice, and nothing remembers it.
            assert_eq!(
                (said.code, codes(&said)),
                (0, vec!["OK".to_owned(); 2]),
                "{command} {name}: {said:?}"
            );
        }
    }
}
