//! What a counter asks of the holder who stands before it: a code on its screen, his answer on his phone (platform
//! contract, "Counter request").
//!
//! It is answered once and within its time, by him or who acts for him. Agreeing is an authorisation of the chosen licences
//! and the fetch of what the using list names of them, in one step; what was fetched may be read by who asked for as long as
//! that authorisation lasts.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::words;

words! {
    /// Where a request stands.
    pub enum CounterRequestState: "state of a counter request" {
        /// It waits for the holder.
        Open = "open" / "等待持证人扫码" / "waits for the holder",
        /// He agreed.
        Agreed = "agreed" / "持证人已同意" / "agreed",
        /// He refused.
        Refused = "refused" / "持证人未同意" / "refused",
        /// Nobody answered in time.
        Expired = "expired" / "已过期" / "expired",
    }
}

words! {
    /// What a holder answers.
    pub enum CounterAnswer: "answer to a counter request" {
        /// The unit gets what it asks for.
        Agree = "agree" / "同意" / "agree",
        /// It gets nothing.
        Refuse = "refuse" / "不同意" / "refuse",
    }
}

/// When a request was made, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking {
    /// From when on nobody can answer it.
    pub expires_at: UnixTime,
    /// The answer, and when it was given.
    pub answer: Option<(CounterAnswer, UnixTime)>,
}

impl Asking {
    /// Where it stands at `now`.
    pub fn state(&self, now: UnixTime) -> CounterRequestState {
        match self.answer {
            Some((CounterAnswer::Agree, _)) => CounterRequestState::Agreed,
            Some((CounterAnswer::Refuse, _)) => CounterRequestState::Refused,
            None if now < self.expires_at => CounterRequestState::Open,
            None => CounterRequestState::Expired,
        }
    }
}

/// How long a code stands on the screen of a counter (platform contract).
pub const LIFE: Seconds = Seconds(5 * 60);

/// How long what was agreed to may be read at the counter; the authorisation ends with it. As long as the code stood: for
/// more than the work at hand the holder gives an authorisation that says so.
pub const READABLE: Seconds = Seconds(5 * 60);

/// Kinds that one request asks for at the most: a holder reads each field of each before he agrees.
pub const MOST_KINDS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_until_its_time_is_over_and_an_answer_stays() {
        let end = UnixTime(1_795_320_300);
        for (answer, at, want) in [
            (None, -1, CounterRequestState::Open),
            (None, 0, CounterRequestState::Expired),
            (None, 1, CounterRequestState::Expired),
            (Some(CounterAnswer::Agree), 1, CounterRequestState::Agreed),
            (Some(CounterAnswer::Refuse), 1, CounterRequestState::Refused),
        ] {
            let asking = Asking { expires_at: end, answer: answer.map(|given| (given, end)) };
            assert_eq!(asking.state(UnixTime(end.0 + at)), want, "{answer:?} {at}");
        }
    }
}
