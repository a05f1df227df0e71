//! Waiting for what another thread or program does: look, and look again, never sleep and hope.

use std::time::{Duration, Instant};

/// Looks until there is something to see.
///
/// # Panics
/// If there is nothing after half a minute: longer than anything takes that a test waits for, on a busy machine too.
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(Duration::from_secs(30), what, look)
}

/// Looks until there is something to see, where how long that takes is itself a promise.
///
/// # Panics
/// If there is nothing after `limit`.
pub fn within<T>(limit: Duration, what: &str, look: impl FnMut() -> Option<T>) -> T {
    looking(BETWEEN_LOOKS, limit, what, look)
}

/// The same, with so much time between two looks: where each costs what is being measured.
///
/// # Panics
/// If there is nothing after `limit`.
pub fn looking<T>(between: Duration, limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        // Asked before the look: one that begins in time counts, however long it takes.
        let in_time = started.elapsed() < limit;
        if let Some(seen) = look() {
            return seen;
        }
        assert!(in_time, "not within {limit:?}: {what}");
        std::thread::sleep(between);
    }
}

const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
