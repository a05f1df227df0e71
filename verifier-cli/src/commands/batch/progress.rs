//! How far a batch is, on a terminal; nothing on a pipe.

use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

use liangzheng_core::time::Seconds;

use super::summary::grouped;
use crate::words::Lang;

/// How often it is told.
const EVERY: Duration = Duration::from_millis(250);

/// Cells of the bar.
const CELLS: u64 = 24;

/// A line on stderr that is drawn over itself.
pub(super) struct Progress {
    lang: Lang,
    /// Bytes of the input, if that is known beforehand.
    length: Option<u64>,
    started: Instant,
    /// When it was last told; `None` if stderr is no terminal.
    told: Option<Instant>,
}

impl Progress {
    pub(super) fn new(lang: Lang, length: Option<u64>) -> Self {
        let started = Instant::now();
        Self { lang, length, started, told: io::stderr().is_terminal().then_some(started) }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// `count` codes are answered, and the input is read up to `read` bytes.
    pub(super) fn tell(&mut self, count: u64, read: u64) {
        if self.told.is_some_and(|told| told.elapsed() >= EVERY) {
            eprint!("\r{}\u{1b}[K", line(self.lang, count, read, self.length, self.elapsed()));
            self.told = Some(Instant::now());
        }
    }

    /// Takes the line away.
    pub(super) fn done(&self) {
        if self.told.is_some() {
            eprint!("\r\u{1b}[K");
        }
    }
}

/// `[#########---------------]  38 %  38,400  21,300/s  3 s left`; without the bar and the rest when the end is
/// not known.
fn line(lang: Lang, count: u64, read: u64, length: Option<u64>, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = grouped((count as f64 / seconds) as u64);
    let counted = format!("{}  {rate}{}", grouped(count), lang.pick("/秒", "/s"));
    let Some(length) = length.filter(|length| *length > 0) else { return counted };
    let read = read.min(length);
    let full = usize::try_from(read * CELLS / length).unwrap_or(0);
    let bar = format!("{}{}", "#".repeat(full), "-".repeat(CELLS as usize - full));
    let left = seconds * (length - read) as f64 / (read.max(1)) as f64;
    // Rounded up: "0 s left" would be told for the whole last second.
    let left = lang.span(Seconds(left.ceil() as i64));
    let left = match lang {
        Lang::Zh => format!("还需 {left}"),
        Lang::En => format!("{left} left"),
    };
    format!("[{bar}] {:>3} %  {counted}  {left}", read * 100 / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_tells_rate_and_time_left() {
        let told = |lang, read, length| line(lang, 38_400, read, length, Duration::from_secs(2));
        assert_eq!(
            told(Lang::En, 380, Some(1_000)),
            "[#########---------------]  38 %  38,400  19,200/s  4 s left"
        );
        assert_eq!(
            told(Lang::Zh, 1_000, Some(1_000)),
            "[########################] 100 %  38,400  19,200/秒  还需 0 秒"
        );
        // A pipe has no end known beforehand, and a file may grow while it is read.
        assert_eq!(told(Lang::En, 380, None), "38,400  19,200/s");
        assert!(told(Lang::En, 2_000, Some(1_000)).contains("100 %"));
        assert!(
            line(Lang::En, 0, 0, Some(1_000), Duration::ZERO).starts_with("[------------------------]   0 %")
        );
    }
}
