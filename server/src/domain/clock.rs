//! The two things no rule may reach for by itself: what time it is, and chance.

use std::sync::atomic::{AtomicI64, Ordering};

use liangzheng_core::time::{Seconds, UnixTime};

/// Tells the time in whole unix seconds. Passed in, so that a test can be in 2026 or in 2038.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> UnixTime;

    /// Seconds since some moment, by a clock that nobody sets and that goes on while the machine sleeps.
    fn steady(&self) -> i64;
}

/// The machine's clock: the only place in this crate that reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
        let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        UnixTime(i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
    }

    fn steady(&self) -> i64 {
        rustix::time::clock_gettime(rustix::time::ClockId::Boottime).tv_sec
    }
}

/// A clock that stands still until it is moved; for tests and for building the demo's past.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicI64,
    steady: AtomicI64,
}

impl ManualClock {
    /// A clock standing at `now`.
    pub const fn at(now: UnixTime) -> Self {
        Self { now: AtomicI64::new(now.0), steady: AtomicI64::new(0) }
    }

    /// Lets time pass until `now`, or go back to it.
    pub fn set(&self, now: UnixTime) {
        let before = self.now.swap(now.0, Ordering::SeqCst);
        self.steady.fetch_add(now.0.wrapping_sub(before), Ordering::SeqCst);
    }

    /// Lets time pass; `by` may be negative.
    pub fn advance(&self, by: Seconds) {
        self.now.fetch_add(by.0, Ordering::SeqCst);
        self.steady.fetch_add(by.0, Ordering::SeqCst);
    }

    /// Sets the clock wrong by `by`, or right again, in no time.
    pub fn jump(&self, by: Seconds) {
        self.now.fetch_add(by.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixTime {
        UnixTime(self.now.load(Ordering::SeqCst))
    }

    fn steady(&self) -> i64 {
        self.steady.load(Ordering::SeqCst)
    }
}

/// Unpredictable bytes for tokens, nonces, salts and ids.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`; every byte must be unguessable.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// `N` unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

/// The thread's generator (ChaCha, seeded and reseeded by the operating system): no system call per token.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    }
}
