//! `cargo xtask bench scale`: the same work at a demo with one status list and at one filled with many licences over
//! many, in turn in one run; what is printed are the ratios of the two, and what each costs.
//!
//! A bench target of `liangzheng-server`, so that cargo builds the program it drives with the same settings.
//! `--licences N --shards K` make it smaller; `--data DIR` keeps the filled folder for the next run.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench that goes wrong should stop at once")]

mod measure;
mod side;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use measure::{Cost, median};
use side::Side;

/// Rounds per kind of work; the middle one counts.
const ROUNDS: usize = 15;
/// The most that the large installation may cost of the small one.
const TARGET: f64 = 1.3;

struct Arguments {
    licences: u64,
    shards: u32,
    data: Option<PathBuf>,
}

fn main() {
    let arguments = arguments();
    let scratch = std::env::temp_dir().join(format!("lz-bench-scale-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    let large = arguments.data.clone().unwrap_or_else(|| scratch.join("large"));
    let small = scratch.join("small");
    fill(&large, &arguments);
    let first = Side::start(&large);
    println!("first start after the filling, which publishes every list: {}", millis(first.started_in));
    drop(first);
    let mut sides = [Side::start(&small), Side::start(&large)];
    let lists = sides.each_ref().map(Side::lists);
    println!("{} and {} status lists, {} licences in the second", lists[0], lists[1], arguments.licences);
    told("start", sides.each_ref().map(|side| side.started_in));
    for side in &sides {
        println!("resident after the start: {} MiB", side.resident_kib() / 1024);
    }
    compare("open a show", &mut sides, Side::open_show);
    compare("offline grant, with a new index", &mut sides, Side::grant);
    compare("act, until it is on the wire", &mut sides, Side::act);
    compare("delta over one act", &mut sides, Side::delta);
    for side in &sides {
        println!("resident at the end: {} MiB", side.resident_kib() / 1024);
    }
    drop(sides);
    std::fs::remove_dir_all(&scratch).unwrap();
}

/// Does the same at both sides in turn, so that a busy machine slows both down.
fn compare(name: &str, sides: &mut [Side; 2], mut work: impl FnMut(&mut Side) -> Cost) {
    let mut costs: [Vec<Cost>; 2] = [vec![], vec![]];
    for round in 0..=ROUNDS {
        for (side, costs) in sides.iter_mut().zip(&mut costs) {
            let cost = work(side);
            // The first round fills caches.
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    let times = costs.each_ref().map(|costs| median(costs.iter().map(|cost| cost.time).collect()));
    let cpu = costs.each_ref().map(|costs| median(costs.iter().map(|cost| cost.cpu).collect()));
    told(name, times);
    told(&format!("{name}: the server's CPU"), cpu);
}

fn told(name: &str, [small, large]: [Duration; 2]) {
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    println!("{name}: {} and {}, ratio {ratio:.2} (target {TARGET})", millis(small), millis(large));
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.)
}

/// Fills the folder unless an earlier run did.
fn fill(folder: &Path, arguments: &Arguments) {
    if folder.join("demo.state.json").exists() {
        println!("{} is filled already", folder.display());
        return;
    }
    let started = Instant::now();
    let done = Command::new(side::PROGRAM)
        .args(["demo", "--data"])
        .arg(folder)
        .args(["--licences", &arguments.licences.to_string(), "--shards", &arguments.shards.to_string()])
        .status()
        .unwrap();
    assert!(done.success());
    println!("filling: {:.0} s", started.elapsed().as_secs_f64());
}

fn arguments() -> Arguments {
    let mut arguments = Arguments { licences: 1_000_000, shards: 400, data: None };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--bench" => {} // cargo's own
            "--licences" => arguments.licences = value().parse().unwrap(),
            "--shards" => arguments.shards = value().parse().unwrap(),
            "--data" => arguments.data = Some(value().into()),
            other => panic!("unknown argument {other:?}"),
        }
    }
    arguments
}
