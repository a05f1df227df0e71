//! Time and memory of other processes.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// What a finished process took.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) time: Duration,
    /// Processor time of all its threads, in the kernel's steps of 10 ms.
    pub(crate) cpu: Duration,
    /// Highest resident memory in KiB, as the kernel counted it a moment before the end.
    pub(crate) peak_kib: u64,
    pub(crate) code: i32,
}

/// Runs to the end, looking at the process's memory every few milliseconds: the kernel keeps the highest value itself.
pub(crate) fn run(command: &mut Command) -> Taken {
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let (mut peak_kib, mut cpu) = (0, Duration::ZERO);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Taken { time: started.elapsed(), cpu, peak_kib, code: status.code().unwrap_or(-1) };
        }
        peak_kib = peak_kib.max(peak_of(child.id()));
        cpu = cpu.max(cpu_of(child.id()));
        thread::sleep(Duration::from_millis(2));
    }
}

/// Highest resident memory of a process so far, in KiB; 0 when it has gone.
pub(crate) fn peak_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Processor time of a process so far; zero when it has gone. Unlike the time on the wall it is the same whatever else
/// the machine is doing, but for caches and hyper-threads.
pub(crate) fn cpu_of(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The program's name may hold spaces and ends with the last bracket; user and system time are fields 14 and 15.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// The middle one.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

pub(crate) fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.)
}
