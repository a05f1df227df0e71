//! The bad-input corpus through core, CLI, WASM and the second verifier: a sample in CI, a million mutants by soak.

use anyhow::Result;

use crate::{
    setup::{self, Need},
    step::{cargo, modules, program, root, run},
    wasm,
};

/// `cargo xtask soak corpus`
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct Arguments {
    /// How many mutants to make
    #[arg(long, default_value_t = 1_000_000)]
    mutants: usize,
    /// Names the mutants: the same seed makes the same
    #[arg(long, default_value_t = 20_261_125)]
    seed: u64,
}

/// CI's part: 20,000 mutants, 10,000 controls and all hand-kept cases, by what the parts before have built; leaves the
/// sample that `npm test` runs in Chromium.
///
/// # Errors
/// When a shell differs, or gives another answer than a case must get.
pub(crate) fn sample() -> Result<()> {
    let sample = root().join("target/corpus/sample.jsonl");
    // Not `cargo run`: alone, this package would be built anew with fewer features.
    let mut corpus =
        program(root().join("target/debug/corpus"), &["--oracle-every", "2", "--sample"], &root());
    run(corpus.arg(sample).arg("--python").arg(setup::venv_python()).arg("--modules").arg(modules()))
}

/// Everything, optimised.
///
/// # Errors
/// As [`sample`].
pub(crate) fn soak(arguments: Arguments) -> Result<()> {
    setup::setup(Need::Everything)?;
    run(&mut cargo([
        "build",
        "--release",
        "--locked",
        "-p",
        "liangzheng-verify",
        "-p",
        "liangzheng-corpus",
    ]))?;
    wasm::build(&modules())?;
    let mut corpus = program(root().join("target/release/corpus"), &[], &root());
    corpus.arg("--python").arg(setup::venv_python()).arg("--modules").arg(modules());
    run(corpus.args(["--mutants", &arguments.mutants.to_string(), "--seed", &arguments.seed.to_string()]))
}
