//! How long the decoder may look at one picture.
//!
//! Counted in time of the processor, so that a busy machine reads what an idle one reads.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc::{RecvTimeoutError, sync_channel},
    },
    thread,
    time::Duration,
};

/// Name of the thread that decodes: the decoder is foreign code fed with strangers' pictures, and if it
/// panics the picture simply holds no code.
pub(crate) const DECODER_THREAD: &str = "picture";

/// For one picture. A clean photograph of 12 megapixels takes a tenth of it.
pub(super) const LIMIT: Duration = Duration::from_secs(2);

/// For the decoder to notice that its time is up. Some of its parts cannot be stopped; they are left behind.
const GRACE: Duration = Duration::from_millis(500);

/// How often it is looked whether time is up.
const TICK: Duration = Duration::from_millis(10);

/// Decoders that were left behind and still run; they take their share of the processor's time.
static LEFT_BEHIND: AtomicU32 = AtomicU32::new(0);

/// Whether there is time left.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget(Arc<AtomicBool>);

impl Budget {
    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn spend(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What came of a piece of work.
#[derive(Debug)]
pub(super) enum Outcome<T> {
    /// It is done; whether because time was up.
    Done(T, bool),
    /// It did not even notice that time was up.
    LeftBehind,
    Panicked,
}

/// Does `work` on a thread of its own, for `limit` at most.
///
/// # Errors
/// If there is no thread to be had.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce(&Budget) -> T + Send + 'static,
) -> io::Result<Outcome<T>> {
    let (sender, receiver) = sync_channel(1);
    let budget = Budget::default();
    let theirs = budget.clone();
    let is_over = Arc::new(AtomicBool::new(false));
    let at_end = AtEnd(is_over.clone());
    let started = cpu_time();
    thread::Builder::new().name(DECODER_THREAD.into()).spawn(move || {
        let _at_end = at_end;
        let _ = sender.send(work(&theirs));
    })?;
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(result) => return Ok(Outcome::Done(result, budget.is_spent())),
            Err(RecvTimeoutError::Disconnected) => return Ok(Outcome::Panicked),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let shares = 1 + LEFT_BEHIND.load(Ordering::Relaxed);
        let took = cpu_time().saturating_sub(started) / shares;
        if took >= limit {
            budget.spend();
        }
        if took >= limit + GRACE {
            // Before it is told: it counts itself out when it ends.
            LEFT_BEHIND.fetch_add(1, Ordering::SeqCst);
            drop(AtEnd(is_over));
            return Ok(Outcome::LeftBehind);
        }
    }
}

/// Held by the decoder and by who waits for it; dropped second, it takes the decoder off those left behind.
struct AtEnd(Arc<AtomicBool>);

impl Drop for AtEnd {
    fn drop(&mut self) {
        let is_second = self.0.swap(true, Ordering::SeqCst);
        if is_second {
            LEFT_BEHIND.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Time of the processor that this program took so far: while a picture is read, the decoder's.
#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}

#[cfg(not(unix))]
fn cpu_time() -> Duration {
    use std::{sync::LazyLock, time::Instant};
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const SHORT: Duration = Duration::from_millis(50);

    /// Keeps the processor busy until `is_enough`, and one minute at most.
    fn spin(is_enough: impl Fn() -> bool) {
        let started = Instant::now();
        while !is_enough() && started.elapsed() < Duration::from_secs(60) {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn work_ends_is_stopped_or_is_left_behind() {
        assert!(matches!(within(SHORT, |_| 7), Ok(Outcome::Done(7, false))));
        let stops = |budget: &Budget| spin(|| budget.is_spent());
        assert!(matches!(within(SHORT, stops), Ok(Outcome::Done((), true))));

        let release = Arc::new(AtomicBool::new(false));
        let released = release.clone();
        let outcome = within(SHORT, move |_| spin(|| released.load(Ordering::SeqCst)));
        assert!(matches!(outcome, Ok(Outcome::LeftBehind)));
        assert_eq!(LEFT_BEHIND.load(Ordering::SeqCst), 1);
        release.store(true, Ordering::SeqCst);
        let started = Instant::now();
        while LEFT_BEHIND.load(Ordering::SeqCst) > 0 && started.elapsed() < Duration::from_secs(60) {
            thread::sleep(TICK);
        }
        assert_eq!(LEFT_BEHIND.load(Ordering::SeqCst), 0, "it is counted out when it ends");
    }
}
