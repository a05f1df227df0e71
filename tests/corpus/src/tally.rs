//! What was asked of whom, what came of it, and the table at the end.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use liangzheng_core::verify::{Answer as Said, Code};

use crate::corpus::{Answer, Line};

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Faults kept for the report; the rest is only counted.
const KEPT: usize = 100;

pub(crate) struct Tally {
    started: Instant,
    told: Instant,
    categories: BTreeMap<char, Category>,
    codes: BTreeMap<&'static str, usize>,
    shells: BTreeMap<&'static str, (usize, Duration)>,
    mutants: usize,
    mutants_valid: usize,
    pub(crate) slowest: Duration,
    faults: usize,
    kept: Vec<String>,
}

#[derive(Default)]
struct Category {
    cases: usize,
    valid: usize,
    undetermined: usize,
}

impl Tally {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self {
            started: now,
            told: now,
            categories: BTreeMap::new(),
            codes: BTreeMap::new(),
            shells: BTreeMap::new(),
            mutants: 0,
            mutants_valid: 0,
            slowest: Duration::ZERO,
            faults: 0,
            kept: vec![],
        }
    }

    pub(crate) fn count(&mut self, line: &Line, answer: &Answer) {
        let category = self.categories.entry(line.category).or_default();
        category.cases += 1;
        let mut is_valid = false;
        let code = match answer {
            Answer::Verdict(verdict) => {
                is_valid = verdict.verdict == Said::Valid;
                category.undetermined += usize::from(verdict.verdict == Said::Undetermined);
                verdict.code.as_str()
            }
            Answer::Load(refused) => refused.unwrap_or(Code::Ok.as_str()),
        };
        category.valid += usize::from(is_valid);
        *self.codes.entry(code).or_default() += 1;
        if line.is_mutant() {
            self.mutants += 1;
            self.mutants_valid += usize::from(is_valid);
        }
    }

    /// Notes how many lines a shell answered, and in what time.
    pub(crate) fn asked(&mut self, shell: &'static str, count: usize, took: Duration) {
        let entry = self.shells.entry(shell).or_default();
        entry.0 += count;
        entry.1 += took;
    }

    pub(crate) fn fault(&mut self, fault: String) {
        if self.kept.len() < KEPT {
            println!("FAULT {fault}");
            self.kept.push(fault);
        }
        self.faults += 1;
    }

    pub(crate) fn tell(&mut self) {
        if self.told.elapsed() >= TELL_EVERY {
            let cases: usize = self.categories.values().map(|category| category.cases).sum();
            let seconds = self.started.elapsed().as_secs();
            eprintln!("corpus: {cases} cases, {} faults, {seconds} s", self.faults);
            self.told = Instant::now();
        }
    }

    /// Prints the tables; true if nothing was wrong.
    pub(crate) fn print(&self) -> bool {
        println!("category     cases     valid  undetermined");
        let mut sum = Category::default();
        for (name, category) in &self.categories {
            println!("{name:<8} {:>9} {:>9} {:>13}", category.cases, category.valid, category.undetermined);
            sum.cases += category.cases;
            sum.valid += category.valid;
            sum.undetermined += category.undetermined;
        }
        println!("all      {:>9} {:>9} {:>13}", sum.cases, sum.valid, sum.undetermined);
        println!(
            "mutants  {:>9}, accepted: {} (other spellings of the very text that was signed)",
            self.mutants, self.mutants_valid
        );
        let codes: Vec<String> = self.codes.iter().map(|(code, count)| format!("{code} {count}")).collect();
        println!("codes: {}", codes.join(" · "));
        for (name, (count, took)) in &self.shells {
            let seconds = took.as_secs_f64();
            println!(
                "{name:<12} {count:>9} cases {seconds:>8.1} s {:>9.0} a second",
                *count as f64 / seconds.max(1e-9)
            );
        }
        println!("slowest verdict of core (p256): {:.1} ms", self.slowest.as_secs_f64() * 1e3);
        println!("faults: {} in {:.0} s", self.faults, self.started.elapsed().as_secs_f64());
        self.faults == 0
    }
}
