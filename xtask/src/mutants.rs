//! Mutation testing of core: cargo-mutants changes one expression after the other, and core's tests must notice.
//!
//! `core/mutants.json` keeps the result of the last whole run, with a reason for each mutant that nobody notices.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::{
    setup,
    step::{cargo, output, program, root, target},
};

/// Mutants that a change may cost before it lands, some 3 s each; of more a fair share is taken.
const MOST_IN_DIFF: usize = 16;

/// Which mutants.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only the Kth of N parts, `K/N`, K from 0
    #[arg(long)]
    shard: Option<Shard>,
    /// Only those in what differs from this commit
    #[arg(long, conflicts_with = "shard")]
    in_diff: Option<String>,
}

#[derive(Clone, Copy)]
struct Shard {
    part: usize,
    of: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (part, of) = text.split_once('/').ok_or("a shard is K/N")?;
        let number = |text: &str| text.parse::<usize>().map_err(|error| error.to_string());
        let shard = Self { part: number(part)?, of: number(of)? };
        if shard.part < shard.of { Ok(shard) } else { Err("K of K/N is below N".into()) }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

/// `core/mutants.json`.
#[derive(Default, Serialize, Deserialize)]
struct Record {
    /// How many parts a whole run has.
    shards: usize,
    /// Part → what came of it.
    ran: BTreeMap<usize, Ran>,
    /// Mutant, without its place in the file, → why nobody needs to notice it.
    missed: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Ran {
    date: String,
    commit: String,
    caught: usize,
    missed: usize,
    timeout: usize,
    unviable: usize,
}

/// cargo-mutants' `outcomes.json`, what we read of it.
#[derive(Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
    caught: usize,
    missed: usize,
    timeout: usize,
    unviable: usize,
}

#[derive(Deserialize)]
struct Outcome {
    scenario: serde_json::Value,
    summary: String,
}

/// Runs a shard, all of it, or what a change touches; the first two write `core/mutants.json`.
///
/// # Errors
/// When a mutant is missed that has no reason in `core/mutants.json`, or the tests fail without any mutation.
pub(crate) fn mutants(arguments: &Arguments) -> Result<()> {
    setup::cargo_mutants()?;
    if let Some(base) = &arguments.in_diff {
        return in_diff(base, usize::MAX);
    }
    let shard = arguments.shard.unwrap_or(Shard { part: 0, of: 1 });
    let outcomes = run(&[&format!("--shard={shard}"), "--sharding=round-robin"])?;
    let mut record = Record::read()?;
    if record.shards != shard.of {
        record.shards = shard.of;
        record.ran.clear();
    }
    let ran = Ran {
        date: output(&mut program("date", &["-u", "+%F"], &root()))?.trim().into(),
        commit: commit()?,
        caught: outcomes.caught,
        missed: outcomes.missed,
        timeout: outcomes.timeout,
        unviable: outcomes.unviable,
    };
    record.ran.insert(shard.part, ran);
    for name in outcomes.missed_names() {
        record.missed.entry(name).or_default();
    }
    record.write()?;
    record.hold(&outcomes)
}

/// What a change before it lands must show: of the mutants in the lines of core that it touches, at most
/// [`MOST_IN_DIFF`]. While no whole run is on record, what was missed before cannot be told from what the change misses;
/// until then it is only told.
///
/// # Errors
/// As [`mutants`].
pub(crate) fn in_change() -> Result<()> {
    let Some(base) = base()? else {
        println!("there is no earlier commit here to compare with");
        return Ok(());
    };
    let changed = git(&["diff", "--name-only", &base, "--", "core/src"])?;
    if changed.is_empty() {
        println!("core/src is as it was at {base}: nothing to change in it");
        return Ok(());
    }
    setup::cargo_mutants()?;
    let result = in_diff(&base, MOST_IN_DIFF);
    let record = Record::read()?;
    match result {
        Err(error) if !record.is_whole() => {
            let ran = record.ran.len();
            println!(
                "{error:#}\nno failure: only {ran} of {} parts of a whole run are on record",
                record.shards
            );
            Ok(())
        }
        result => result,
    }
}

/// Of the mutants in what differs from `base` about `most`, taken evenly.
fn in_diff(base: &str, most: usize) -> Result<()> {
    let diff = output(&mut program("git", &["diff", base, "--", "core/src"], &root()))?;
    let file = target().join("mutants.diff");
    fs::write(&file, diff)?;
    let in_diff = format!("--in-diff={}", file.display());
    let count = output(&mut command(&[&in_diff, "--list"]))?.lines().count();
    let parts = count.div_ceil(most).max(1);
    println!("{count} mutants in what differs from {base}");
    if count == 0 {
        return Ok(());
    }
    let shard = format!("--shard=0/{parts}");
    if parts > 1 {
        println!("too many for now: every {parts}th of them; all: cargo xtask soak mutants --in-diff {base}");
    }
    let outcomes = run(&[&in_diff, &shard, "--sharding=round-robin"])?;
    println!(
        "{} caught, {} missed, {} ran too long, {} do not compile",
        outcomes.caught, outcomes.missed, outcomes.timeout, outcomes.unviable
    );
    Record::read()?.hold(&outcomes)
}

fn git(args: &[&str]) -> Result<String> {
    output(&mut program("git", args, &root())).map(|text| text.trim().to_owned())
}

/// The commit that core is at, marked if core differs from it; the record itself, which each part changes, is no part of
/// core.
fn commit() -> Result<String> {
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--", "core", ":!core/mutants.json"])?;
    Ok(if changed.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// Where this branch left main; on main itself the commit before; `None` in a clone that does not reach so far back.
fn base() -> Result<Option<String>> {
    let head = git(&["rev-parse", "HEAD"])?;
    Ok(match git(&["merge-base", "HEAD", "origin/main"]) {
        Ok(base) if base != head => Some(base),
        _ => git(&["rev-parse", "--verify", "--quiet", "HEAD~1"]).ok(),
    })
}

fn run(options: &[&str]) -> Result<Outcomes> {
    let folder = target().join("mutants");
    let mut command = command(options);
    command.args(["--no-times", "--output"]).arg(&folder);
    println!("mutants of core, {}", options.join(" "));
    // It exits 2 for missed and 3 for timed-out mutants; both are in its file.
    let status = command.status().context("cargo mutants could not be started")?;
    ensure!(matches!(status.code(), Some(0 | 2 | 3)), "cargo mutants ended with {status}");
    let file = folder.join("mutants.out/outcomes.json");
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))
}

fn command(options: &[&str]) -> std::process::Command {
    let mut command = cargo(["mutants", "--package=liangzheng-core", "--colors=never"]);
    command.args(options).env("CARGO_PROFILE_DEV_DEBUG", "0").env("PROPTEST_CASES", "64");
    // Most of the time goes to compiling core, which each mutant does once.
    command.args(["--jobs=2", "--cargo-arg=--config=profile.dev.package.liangzheng-core.opt-level=0"]);
    command
}

impl Outcomes {
    fn missed_names(&self) -> Vec<String> {
        self.outcomes
            .iter()
            .filter(|outcome| outcome.summary == "MissedMutant")
            .filter_map(|outcome| outcome.scenario["Mutant"]["name"].as_str())
            .map(without_place)
            .collect()
    }
}

/// `core/src/json.rs:71:9: replace …` without line and column, which move.
fn without_place(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(file), Some(_), Some(_), Some(what)) => format!("{file}:{what}"),
        _ => name.to_owned(),
    }
}

impl Record {
    fn path() -> PathBuf {
        root().join("core/mutants.json")
    }

    fn read() -> Result<Self> {
        match fs::read_to_string(Self::path()) {
            Ok(text) => serde_json::from_str(&text).context("reading core/mutants.json"),
            Err(_) => Ok(Self::default()),
        }
    }

    fn is_whole(&self) -> bool {
        self.shards > 0 && (0..self.shards).all(|part| self.ran.contains_key(&part))
    }

    fn write(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(Self::path(), text).context("writing core/mutants.json")
    }

    fn hold(&self, outcomes: &Outcomes) -> Result<()> {
        let unexplained: Vec<String> = outcomes
            .missed_names()
            .into_iter()
            .filter(|name| self.missed.get(name).is_none_or(String::is_empty))
            .collect();
        ensure!(
            unexplained.is_empty(),
            "nobody notices, and core/mutants.json gives no reason:\n{}\nadd a test, or write the reason there",
            unexplained.join("\n")
        );
        Ok(())
    }
}
