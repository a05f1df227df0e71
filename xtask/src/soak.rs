//! Checks that take long or look outward, run by hand or by night: `cargo xtask soak …`.

use std::process::Command;

use anyhow::Result;
use clap::Subcommand;

use crate::{
    bench, corpus, coverage, fuzz, mutants,
    sabotage::{self, Shell},
    setup,
    step::{cargo, modules, program, root, run, succeeds},
    wasm,
};

/// Which one.
#[derive(Subcommand)]
pub(crate) enum What {
    /// Look every dependency up in the advisory database
    Advisories,
    /// Kill `sync` 300 times at random moments: the bundle must load and be no older than before
    Sync,
    /// Let each write and sync of a server's database fail once, ten times over: nothing is lost, the service goes on
    Disk,
    /// Kill a server under load at random moments, on both databases: nothing acknowledged is lost, nothing is half done
    Kill {
        /// How often, on each
        #[arg(long, default_value_t = 40)]
        count: u64,
        /// The same seed kills after the same counts of answers
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Send many requests made from the description of the API, on both databases: none is answered otherwise than it says
    Api {
        /// How many of each operation
        #[arg(long, default_value_t = 500)]
        examples: u32,
    },
    /// Send random fetches (一事一查) on both databases: each is answered as a model of sixty lines says
    Fetches {
        /// How many, on each
        #[arg(long, default_value_t = 100_000)]
        count: u32,
    },
    /// Issue and list beside ten million licences, a million of them with draft and case, on one database after the other
    /// (up to 25 GB of disk, an hour)
    Licences,
    /// Have a foreign reader of OFD files verify the seals of licence files, and find what was altered; it takes minutes to build
    Sofd,
    /// Walk through every screen of the office by keyboard, in every state, both languages, on a desk and at 320 px
    Walk,
    /// Put each known fault into a copy of core: core, program and browser module must notice
    Sabotages {
        /// Only these shells
        #[arg(value_enum)]
        shells: Vec<Shell>,
        /// Only the faults from this file on
        #[arg(long, default_value = "")]
        from: String,
        /// Only the faults whose files begin so: `12,41`
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Fuzz core, coverage-guided, from the corpora kept
    Fuzz(fuzz::Arguments),
    /// Change core's expressions one by one: its tests must notice
    Mutants(mutants::Arguments),
    /// Tell which lines of core no test of its own reaches
    Coverage,
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
        What::Sync => sync(),
        What::Disk => disk(),
        What::Kill { count, seed } => kill(count, seed),
        What::Api { examples } => api(examples),
        What::Fetches { count } => fetches(count),
        What::Licences => bench::issue(10_000_000),
        What::Sofd => sofd(),
        What::Walk => walk(),
        What::Sabotages { shells, from, only } => {
            let shells = if shells.is_empty() { &Shell::ALL[..] } else { &shells };
            sabotage::sabotages(shells, &from, &only)
        }
        What::Fuzz(arguments) => fuzz::fuzz(&arguments),
        What::Mutants(arguments) => mutants::mutants(&arguments),
        What::Coverage => coverage::coverage(),
        What::Corpus(arguments) => corpus::soak(arguments),
    }
}

fn sync() -> Result<()> {
    const TEST: &str = "kill_at_any_moment_leaves_a_bundle_that_loads_and_is_not_older";
    let mut test = cargo(["test", "--locked", "-p", "liangzheng-verify", "--test", "sync"]);
    run(test.args(["--", "--nocapture", TEST]).env("LZ_SYNC_KILLS", "300"))
}

fn disk() -> Result<()> {
    let mut test = story("faults::every_write_and_sync_fails_once_and_the_service_goes_on")?;
    run(test.env("LZ_DISK_ROUNDS", "10"))
}

fn kill(count: u64, seed: u64) -> Result<()> {
    let mut test = story("kill_load")?;
    run(test.env("LZ_KILLS", count.to_string()).env("LZ_KILL_SEED", seed.to_string()))
}

fn api(examples: u32) -> Result<()> {
    setup::setup(setup::Need::Everything)?;
    let mut test =
        cargo(["test", "--locked", "--workspace", "--test", "api", "--", "--nocapture", "generated::"]);
    run(test.env("LZ_API_EXAMPLES", examples.to_string()).env("LZ_TEST_PYTHON", setup::venv_python()))
}

fn fetches(count: u32) -> Result<()> {
    const TEST: &str = "casework::model::random_fetches_are_answered_as_the_model_says_on_both_databases";
    let mut test = cargo(["test", "--locked", "--workspace", "--test", "api", "--", "--nocapture", TEST]);
    run(test.env("LZ_FETCHES", count.to_string()))
}

fn sofd() -> Result<()> {
    setup::setup(setup::Need::Everything)?;
    let mut test = story("interop::sealed")?;
    run(test.env("LZ_TEST_SOFD", setup::sofd()?).env("LZ_TEST_STRICT", "1"))
}

fn walk() -> Result<()> {
    setup::setup(setup::Need::Everything)?;
    run(&mut cargo(["build", "--locked", "--workspace", "--bins"]))?;
    wasm::build(&modules())?;
    let mut test = program("node", &["--test", "office-walk.test.mjs"], &root().join("tests/browser"));
    run(test.env("LZ_TEST_WALK", "whole"))
}

/// One of the tests of the programs, which must be built beside it.
fn story(test: &str) -> Result<Command> {
    run(&mut cargo(["build", "--locked", "--workspace", "--bins"]))?;
    Ok(cargo(["test", "--locked", "--workspace", "--test", "story", "--", "--nocapture", test]))
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
