//! How far a long command is.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// One line on stderr: how much is done, how fast, and how long the rest will take.
pub(super) struct Progress {
    total: u64,
    started: Instant,
    told: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    pub(super) fn new(total: u64) -> Self {
        Self { total, started: Instant::now(), told: None, is_terminal: std::io::stderr().is_terminal() }
    }

    /// On a terminal the line is written over; in a file there is one every few seconds.
    pub(super) fn tell(&mut self, done: u64) {
        let pause = Duration::from_secs(if self.is_terminal { 1 } else { 5 });
        if done < self.total && self.told.is_some_and(|told| told.elapsed() < pause) {
            return;
        }
        self.told = Some(Instant::now());
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let rate = done as f64 / seconds;
        let line = format!(
            "{:5.1} %  {done} of {} licences  {rate:.0}/s  {:.0} s left",
            100. * done as f64 / self.total as f64,
            self.total,
            (self.total - done) as f64 / rate.max(0.001),
        );
        if self.is_terminal && done < self.total {
            eprint!("\r{line}   ");
        } else if self.is_terminal {
            eprintln!("\r{line}   ");
        } else {
            eprintln!("{line}");
        }
    }
}
