//! Checks that take long or look outward, run by hand or by night: `cargo xtask soak …`.

use anyhow::Result;
use clap::Subcommand;

use crate::{
    corpus, setup,
    step::{cargo, run, succeeds},
};

/// Which one.
#[derive(Subcommand, Clone, Copy)]
pub(crate) enum What {
    /// Look every dependency up in the advisory database
    Advisories,
    /// Run the bad-input corpus through every shell
    Corpus(corpus::Arguments),
}

/// Runs it.
///
/// # Errors
/// When the check ran and found something. Not being able to run is no failure: it says "not run".
pub(crate) fn soak(what: What) -> Result<()> {
    match what {
        What::Advisories => advisories(),
        What::Corpus(arguments) => corpus::soak(arguments),
    }
}

fn advisories() -> Result<()> {
    setup::cargo_deny()?;
    // Fetching first tells "no database here" apart from "the database names one of ours".
    if !succeeds(&mut cargo(["deny", "fetch", "db"])) {
        println!("advisories: not run: the advisory database cannot be reached from here");
        return Ok(());
    }
    run(&mut cargo(["deny", "check", "advisories"]))
}
