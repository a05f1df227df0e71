//! What the demo is going to do and how long that takes, told before it begins; then which step it is at.

use std::{num::NonZero, thread};

/// The steps, each with the processor seconds it takes where nothing is built yet (`cargo xtask demo --once` in a fresh
/// clone, crates fetched).
const STEPS: [(&str, usize); 4] = [
    ("build the server, the verifier and the generator of browser bindings", 400),
    ("build the three browser modules", 100),
    ("start the server on an invented province", 2),
    ("show a licence and verify its picture", 2),
];

/// More cores than these find no work: the longest chain of crates that need each other takes that long.
const MOST_CORES: usize = 6;

/// At which step we are.
pub(super) struct Plan {
    done: usize,
}

impl Plan {
    /// Prints all steps.
    pub(super) fn announce() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_CORES);
        let all = STEPS.iter().map(|(_, seconds)| seconds).sum::<usize>() / cores;
        println!(
            "The demo, in {} steps. The first time {} on {cores} cores, and what downloads take; some seconds when \
             all is built.",
            STEPS.len(),
            spoken(all)
        );
        for (at, (what, seconds)) in STEPS.iter().enumerate() {
            println!("  {}  {what}: {}", at + 1, spoken(seconds / cores));
        }
        Self { done: 0 }
    }

    /// Prints the heading of the next step.
    pub(super) fn next(&mut self) {
        if let Some((what, _)) = STEPS.get(self.done) {
            self.done += 1;
            println!("\n=== step {} of {}: {what}", self.done, STEPS.len());
        }
    }
}

fn spoken(seconds: usize) -> String {
    match seconds {
        0..5 => "a few seconds".into(),
        5..100 => format!("about {} seconds", seconds.next_multiple_of(10)),
        _ => format!("about {} minutes", seconds.div_ceil(60)),
    }
}
