//! Whether the machine's clock goes as time does.
//!
//! A list signed by a clock that stands ahead stops publication for as long as the clock was ahead: no later list may
//! have an earlier time, and verifiers that took it refuse what is right afterwards. So nothing is published while the
//! clock and a steady one disagree about how much time has passed. What they cannot tell is which of the two moments was
//! the right one: setting a wrong clock right looks the same. The clock that is set back by itself ends it; otherwise an
//! operator says that the clock is right (docs/OPERATING.md, "The clock"). Whether it was right at the start of the server
//! is found out by [`super::clock_start`] and kept here.

use std::sync::{Mutex, MutexGuard, PoisonError};

use liangzheng_core::time::Seconds;

use crate::domain::clock::Clock;

/// Compares the clock with the steady one.
#[derive(Debug)]
pub struct ClockWatch(Mutex<Seen>);

/// A moment on both clocks at which they were believed.
#[derive(Clone, Copy, Debug)]
struct Seen {
    now: i64,
    steady: i64,
    jumped: Option<Seconds>,
    /// The clock was doubted at start: so long before lie the newest lists.
    doubted: Option<Seconds>,
}

impl ClockWatch {
    /// Believes the clock as it stands.
    pub fn new(clock: &dyn Clock) -> Self {
        Self(Mutex::new(Seen::now(clock)))
    }

    /// Looks at both; tells by how much the clock jumped, if it did and was not set back.
    pub fn look(&self, clock: &dyn Clock) -> Option<Seconds> {
        let mut seen = self.seen();
        let (now, steady) = (clock.now().0, clock.steady());
        let passed = steady.wrapping_sub(seen.steady);
        let by = now.wrapping_sub(seen.now).wrapping_sub(passed);
        let jumped = (by.unsigned_abs() > TOLERATED).then_some(Seconds(by));
        match jumped {
            Some(by) if seen.jumped.is_none() => {
                tracing::error!(
                    by = by.0,
                    "the clock jumped: nothing is published until it is set back, or `publish recover` says it is right"
                );
            }
            None if seen.jumped.is_some() => {
                tracing::info!("the clock is where it should be; publishing goes on")
            }
            _ => {}
        }
        seen.jumped = jumped;
        if jumped.is_none() && passed >= FOLLOW {
            *seen = Seen { now, steady, ..*seen };
        }
        jumped
    }

    /// What the last look told.
    pub fn jumped(&self) -> Option<Seconds> {
        self.seen().jumped
    }

    /// How long before the start the newest lists lay, if nobody has said since that the clock is right.
    pub fn doubted(&self) -> Option<Seconds> {
        self.seen().doubted
    }

    /// The clock stands `by` from where it should; a jump back by as much sets it right.
    pub fn is_off(&self, clock: &dyn Clock, by: Seconds) {
        let here = Seen::now(clock);
        *self.seen() = Seen { now: here.now.wrapping_sub(by.0), jumped: Some(by), ..here };
    }

    /// The newest lists lie back by `gap`: whether the clock is right is not known.
    pub fn doubt(&self, gap: Seconds) {
        self.seen().doubted = Some(gap);
    }

    /// Believes the clock as it stands: an operator says that it is right.
    pub fn accept(&self, clock: &dyn Clock) {
        *self.seen() = Seen::now(clock);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn now(clock: &dyn Clock) -> Self {
        Self { now: clock.now().0, steady: clock.steady(), jumped: None, doubted: None }
    }
}

/// Seconds. Corrections of a clock that is kept by a time server are far smaller; publication waits as long as a jump
/// this small was, and no verifier minds.
const TOLERATED: u64 = 5;
/// How often the two are put beside each other anew, in seconds: a time server turns a clock by half a thousandth.
const FOLLOW: i64 = 60;

#[cfg(test)]
mod tests {
    use liangzheng_core::time::{Seconds, UnixTime};

    use super::ClockWatch;
    use crate::domain::clock::ManualClock;

    #[test]
    fn a_jump_is_told_until_it_is_taken_back_or_accepted() {
        let clock = ManualClock::at(UnixTime(1_800_000_000));
        let watch = ClockWatch::new(&clock);
        for by in [86_400, -86_400, 6, -6, i64::MAX] {
            clock.advance(Seconds(3600));
            assert_eq!(watch.look(&clock), None);
            clock.jump(Seconds(by));
            assert_eq!(watch.look(&clock), Some(Seconds(by)));
            clock.advance(Seconds(3600));
            assert_eq!(watch.look(&clock), Some(Seconds(by)), "it does not go away by itself");
            clock.jump(Seconds(by.wrapping_neg()));
            assert_eq!(watch.look(&clock), None);
        }
        clock.jump(Seconds(86_400));
        assert!(watch.look(&clock).is_some());
        watch.accept(&clock);
        assert_eq!((watch.look(&clock), watch.jumped()), (None, None));
    }

    #[test]
    fn a_clock_that_was_off_at_start_is_off_until_it_is_set_right_and_one_in_doubt_until_it_is_accepted() {
        let clock = ManualClock::at(UnixTime(1_800_000_000));
        let watch = ClockWatch::new(&clock);
        watch.is_off(&clock, Seconds(3600));
        clock.advance(Seconds(90));
        assert_eq!(watch.look(&clock), Some(Seconds(3600)));
        clock.jump(Seconds(-3600));
        assert_eq!((watch.look(&clock), watch.jumped()), (None, None));
        watch.doubt(Seconds(86_400));
        clock.advance(Seconds(90));
        assert_eq!((watch.look(&clock), watch.doubted()), (None, Some(Seconds(86_400))));
        watch.accept(&clock);
        assert_eq!(watch.doubted(), None);
    }

    #[test]
    fn what_a_time_server_corrects_is_followed() {
        let clock = ManualClock::at(UnixTime(1_800_000_000));
        let watch = ClockWatch::new(&clock);
        for _ in 0..1000 {
            clock.advance(Seconds(60));
            clock.jump(Seconds(1));
            assert_eq!(watch.look(&clock), None);
        }
    }
}
