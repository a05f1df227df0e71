//! `cargo xtask bench batch|cli|pictures|status`: the command-line verifier, built for release, doing what it is for,
//! beside programs that are not ours on the same input in the same run.
//!
//! A bench target of `liangzheng-verify`, so that cargo builds the program it drives with the same settings.

#![expect(clippy::unwrap_used, reason = "a bench that goes wrong should stop at once")]

mod batch;
mod cli;
mod measure;
mod pictures;
mod status;
#[path = "../../../verifier-cli/tests/support/mod.rs"]
mod support;

fn main() {
    // cargo adds `--bench`.
    for part in std::env::args().skip(1).filter(|argument| argument != "--bench") {
        match part.as_str() {
            "batch" => batch::bench(),
            "cli" => cli::bench(),
            "pictures" => pictures::bench(),
            "status" => status::bench(),
            other => println!("there is no part {other:?}"),
        }
    }
}
