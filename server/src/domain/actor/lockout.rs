//! What shuts after five wrong tries in a row, for a quarter of an hour: the PIN, the authenticator.
//!
//! That is 20 guesses an hour: at 10^6 PINs a 1-in-2,000 chance in a whole day; at three codes of 10^6 that are right at a
//! time 1 in 700, for who has the password already.

use liangzheng_core::time::{Seconds, UnixTime};

/// Wrong tries, as they are counted in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// Since the last right one.
    pub failures: i64,
    /// Nothing is looked at before this time.
    pub shut_until: UnixTime,
}

impl Lockout {
    /// No wrong try.
    pub const NONE: Self = Self { failures: 0, shut_until: UnixTime(0) };

    /// Whether a try is looked at.
    ///
    /// # Errors
    /// How long to wait.
    pub fn refuse_shut(self, now: UnixTime) -> Result<(), Seconds> {
        let wait = self.shut_until.since(now);
        if wait > Seconds(0) { Err(wait) } else { Ok(()) }
    }

    /// The same after one more wrong try. Those from before a shutting that is over do not count again.
    #[must_use]
    pub fn after_wrong(self, now: UnixTime) -> Self {
        let before = if self.failures >= TRIES { 0 } else { self.failures };
        let failures = before.saturating_add(1);
        let shut_until = if failures >= TRIES { now.plus(SHUT_FOR) } else { UnixTime(0) };
        Self { failures, shut_until }
    }

    /// Tries left before it shuts.
    pub const fn left(self) -> i64 {
        TRIES.saturating_sub(self.failures)
    }
}

/// Wrong tries in a row.
const TRIES: i64 = 5;
const SHUT_FOR: Seconds = Seconds(15 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_try_shuts_it_and_after_that_it_is_counted_anew() {
        let now = UnixTime(1_795_305_600);
        let mut lockout = Lockout::NONE;
        for left in (0..5).rev() {
            assert_eq!(lockout.refuse_shut(now), Ok(()));
            lockout = lockout.after_wrong(now);
            assert_eq!(lockout.left(), left);
        }
        assert_eq!(lockout.refuse_shut(now), Err(Seconds(900)));
        assert_eq!(lockout.refuse_shut(now.plus(Seconds(899))), Err(Seconds(1)));
        let later = now.plus(Seconds(900));
        assert_eq!(lockout.refuse_shut(later), Ok(()));
        assert_eq!(lockout.after_wrong(later).left(), 4);
    }
}
