//! Completions and man page lie in the repository for packagers, and say what the program says.

mod support;

use std::{fs, path::Path};

const FILES: [(&[&str], &str); 4] = [
    (&["man"], "man/liangzheng-verify.1"),
    (&["completions", "bash"], "completions/liangzheng-verify.bash"),
    (&["completions", "zsh"], "completions/_liangzheng-verify"),
    (&["completions", "fish"], "completions/liangzheng-verify.fish"),
];

/// `LZ_WRITE_GENERATED=1 cargo test -p liangzheng-verify --test generated` writes them anew.
#[test]
fn completions_and_man_page_are_current() {
    for (args, name) in FILES {
        let said = support::run(args);
        assert_eq!(said.code, 0, "{said:?}");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("LZ_WRITE_GENERATED").is_some() {
            support::write(&path, &said.stdout);
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == said.stdout,
            "{name} is not current: run LZ_WRITE_GENERATED=1 cargo test -p liangzheng-verify --test generated"
        );
    }
}

#[test]
fn every_command_and_option_stands_in_the_man_page() {
    let page = support::run(&["man"]).stdout.replace("\\-", "-");
    for command in ["verify", "scan", "batch", "sync", "bundle", "challenge", "inspect", "receipts", "doctor"]
    {
        assert!(page.contains(&format!(".SH {}", command.to_uppercase())), "{command}");
        let help = support::run(&[command, "--help"]).stdout;
        for word in help.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(page.contains(word.trim_end_matches(|c: char| !c.is_alphanumeric())), "{command} {word}");
        }
    }
    assert!(page.contains(".SH RECEIPTS UPLOAD") && page.contains("--token-file"));
}
