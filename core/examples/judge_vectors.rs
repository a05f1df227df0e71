//! Judges every case of a vectors file and tells each verdict that is another than the file says:
//! `cargo run -p liangzheng-core --example judge_vectors -- tests/vectors/verdicts.json`.
//!
//! Exit 0: none is wrong; 1: some are; 2: the file cannot be read.
#![allow(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    missing_docs
)]

#[path = "../tests/support/judge.rs"]
mod judge;

use std::{collections::BTreeMap, error::Error, process::ExitCode};

use liangzheng_core::{key::P256, time::UnixTime, trust::RootSet};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

/// The file, as tests/vectors/README.md describes it.
#[derive(Deserialize)]
struct File {
    worlds: BTreeMap<String, World>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct World {
    roots: RootSet,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(deserialize_with = "object")]
    object: Object,
    text: String,
    uri: Option<String>,
    now: Option<UnixTime>,
    #[serde(default)]
    kept: bool,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    world: String,
    input: String,
    now: UnixTime,
    audience: Option<String>,
    scene: Option<String>,
    challenge: Option<String>,
    #[serde(default)]
    twice: bool,
    expect: Value,
}

/// Spelt apart, lest serde take the reference for one into the file.
type Object = &'static str;

fn object<'de, D: Deserializer<'de>>(from: D) -> Result<Object, D::Error> {
    let name = String::deserialize(from)?;
    let known = ["trust_list", "catalogue", "status_list", "delta"].into_iter().find(|known| *known == name);
    known.ok_or_else(|| D::Error::custom(format!("{name} is no object")))
}

fn main() -> ExitCode {
    match std::env::args().nth(1).ok_or("name a vectors file".into()).and_then(|path| wrong_in(&path)) {
        Ok(wrong) => {
            for line in &wrong {
                println!("wrong: {line}");
            }
            if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("judge_vectors: error: {error}");
            ExitCode::from(2)
        }
    }
}

fn wrong_in(path: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let file: File = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let mut wrong = vec![];
    let mut verifiers = BTreeMap::new();
    for (name, world) in &file.worlds {
        let (verifier, steps) = judge::build_noting(&P256, world);
        wrong.extend(steps.into_iter().map(|step| format!("world {name}, {step}")));
        verifiers.insert(name, verifier);
    }
    for case in &file.cases {
        let verifier =
            verifiers.get(&case.world).ok_or_else(|| format!("there is no world {}", case.world))?;
        let verdict = serde_json::to_value(judge::judge(verifier, case))?;
        if verdict != case.expect {
            let (name, wanted) = (&case.name, &case.expect["code"]);
            wrong.push(format!("{name}: wanted {wanted}, got {}", verdict["code"]));
        }
    }
    println!("{} cases in {} worlds", file.cases.len(), file.worlds.len());
    Ok(wrong)
}
