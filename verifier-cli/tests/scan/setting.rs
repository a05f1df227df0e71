//! Scans, and what they answer.

use super::support::{Place, Said, Talk, at, run, world::NOW};

/// `scan INPUT --json` at the test world's time, with `more`.
pub(crate) fn args(place: &Place, input: &str, more: &[&str]) -> Vec<String> {
    let bundle = place.path("bundle");
    let first = ["scan", input, "--bundle", &bundle, "--now", &at(NOW), "--json"].map(str::to_owned);
    first.into_iter().chain(more.iter().map(|word| (*word).to_owned())).collect()
}

pub(crate) fn scan(place: &Place, input: &str, more: &[&str]) -> Said {
    run(&args(place, input, more).iter().map(String::as_str).collect::<Vec<_>>())
}

pub(crate) fn talk(place: &Place, input: &str, more: &[&str]) -> Talk {
    Talk::start(&args(place, input, more).iter().map(String::as_str).collect::<Vec<_>>())
}

pub(crate) fn code_of(line: &str) -> String {
    let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
    verdict["code"].as_str().unwrap().into()
}

/// Source and code of each answer.
pub(crate) fn answers(said: &Said) -> Vec<(String, String)> {
    let source = |line: &str| {
        let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
        verdict["source"].as_str().unwrap().to_owned()
    };
    said.stdout.lines().map(|line| (source(line), code_of(line))).collect()
}

pub(crate) fn pairs(answers: &[(String, String)]) -> Vec<(&str, &str)> {
    answers.iter().map(|(source, code)| (source.as_str(), code.as_str())).collect()
}
