//! Time on the wall and on the processor.

use std::fs;
use std::time::{Duration, Instant};

/// What something cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// Of all threads of the server.
    pub(crate) cpu: Duration,
}

/// Takes the cost of `work` at the process `id`.
pub(crate) fn cost<T>(id: u32, work: impl FnOnce() -> T) -> (T, Cost) {
    let (cpu, started) = (cpu_of(id), Instant::now());
    let outcome = work();
    let time = started.elapsed();
    (outcome, Cost { time, cpu: cpu_of(id).saturating_sub(cpu) })
}

/// Processor time of all threads of a process, in nanoseconds: `/proc/ID/stat` has steps of 10 ms only.
fn cpu_of(id: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{id}/task")).unwrap();
    let spent = threads.flatten().filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(spent.sum())
}

/// The middle one.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
