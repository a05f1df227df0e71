//! Runs the bad-input corpus through every shell and compares: `cargo xtask soak corpus`, or a sample in CI.
//!
//! Core with the p256 backend gives the answer that is judged by what the case says; all others must give the same.

mod bundle;
mod run;
mod shells;
mod tally;

// The generator and the world it lives in are core's own test support: one copy.
#[path = "../../../core/tests/support/corpus/mod.rs"]
mod corpus;
#[path = "../../../core/tests/support/mod.rs"]
mod support;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use corpus::Size;
use support::world;

#[derive(Parser)]
#[command(about = "The bad-input corpus through core, CLI, WASM, and a second verifier in Python")]
struct Arguments {
    /// How many mutants to make; every CI run makes 20,000, a release at least 1,000,000
    #[arg(long, default_value_t = Size::CI.mutants)]
    mutants: usize,
    /// How many valid codes to make
    #[arg(long, default_value_t = Size::CI.controls)]
    controls: usize,
    /// Names the mutants: the same seed makes the same
    #[arg(long, default_value_t = Size::CI.seed)]
    seed: u64,
    /// Which shells to ask beside core; all when none is named
    #[arg(long = "shell", value_enum)]
    shells: Vec<Shell>,
    /// The program under test; by default the one built beside this one
    #[arg(long)]
    cli: Option<PathBuf>,
    /// The folder with the browser modules (`cargo xtask wasm`)
    #[arg(long, default_value = "target/modules")]
    modules: PathBuf,
    /// A Python that has tests/requirements.txt
    #[arg(long, default_value = ".venv/bin/python")]
    python: PathBuf,
    /// Ask the second verifier about one mutant in so many; everything else it is always asked
    #[arg(long, default_value_t = 1)]
    oracle_every: usize,
    /// Write the hand-kept cases and one generated case in twenty, with their verdicts, for the browser to run
    #[arg(long)]
    sample: Option<PathBuf>,
    /// Write every case to this file and ask nobody
    #[arg(long)]
    write: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// `liangzheng-verify`
    Cli,
    /// The module `verifier` in Node
    Wasm,
    /// The independent verifier in Python
    Oracle,
}

fn main() -> ExitCode {
    match run::run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("corpus: error: {error:#}");
            ExitCode::from(2)
        }
    }
}

impl Arguments {
    fn asks(&self, shell: Shell) -> bool {
        self.shells.is_empty() || self.shells.contains(&shell)
    }

    fn size(&self) -> Size {
        Size { seed: self.seed, mutants: self.mutants, controls: self.controls }
    }

    /// The program to test: both are built into one folder.
    fn cli(&self) -> Result<PathBuf> {
        if let Some(path) = &self.cli {
            return Ok(path.clone());
        }
        let beside = std::env::current_exe()?.with_file_name("liangzheng-verify");
        anyhow::ensure!(
            beside.exists(),
            "{} is not there: build it with `cargo build -p liangzheng-verify`, or name one with --cli",
            beside.display()
        );
        Ok(beside)
    }
}

/// The repository's root, from where this crate lies.
fn root() -> Result<PathBuf> {
    let crate_folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).map(Into::into).context("this crate lies two folders deep")
}
