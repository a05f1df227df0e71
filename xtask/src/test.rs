//! Every test: Rust, the browser module in Node and Chromium, foreign readers.

use anyhow::Result;

use crate::{
    corpus,
    setup::{self, Need},
    step::{Report, cargo, modules, program, root, run},
    wasm,
};

/// Sets up, then runs all parts.
///
/// # Errors
/// When any part failed.
pub(crate) fn test() -> Result<()> {
    let mut report = Report::default();
    report.part("setup", || setup::setup(Need::Everything));
    parts(&mut report);
    report.close()
}

/// The parts, for `test` and `ci`.
pub(crate) fn parts(report: &mut Report) {
    let shared = root().join("../shared/vectors");
    if !shared.exists() {
        report.skip("vectors of others", &format!("{} is absent", shared.display()));
    }
    // Some tests start the programs, which `cargo test` alone does not build; asked for together with the tests, so
    // that both have the same features and nothing is compiled twice.
    report.part("build", || run(&mut cargo(["build", "--workspace", "--bins", "--tests", "--locked"])));
    report.part("browser module", || wasm::build_with_generator(wasm::Profile::Published, &modules()));
    report.part("cargo test", || {
        let mut test = cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
        run(strict(&mut test))
    });
    report.part("EL1 reader in Python", || {
        run(&mut program("python3", &["tests/python/el1_reader_test.py"], &root()))
    });
    // Before the browser's tests, which take its sample.
    report.part("corpus in core, CLI, WASM and Python", corpus::sample);
    // The pages in Chromium, their main flows in Firefox and WebKit, and the browser modules there and in Node.
    report.part("npm test", || {
        run(strict(&mut program("npm", &["test", "--silent"], &root().join("tests/browser"))))
    });
}

/// Peers and decoders are there after `setup`: a test that skips for lack of one must fail now.
fn strict(command: &mut std::process::Command) -> &mut std::process::Command {
    // A snapshot that differs is a failure here, and no file to be looked at later.
    command.env("INSTA_UPDATE", "no").env("LZ_TEST_STRICT", "1").env("LZ_TEST_PYTHON", setup::venv_python())
}
