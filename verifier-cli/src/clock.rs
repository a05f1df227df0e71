//! The clock: the system's, or the `--now` that stands in for it everywhere in a run.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use jiff::{Span, SpanRelativeTo, Timestamp, Unit, tz::Offset};
use liangzheng_core::time::{Seconds, UnixTime};

/// Where "now" comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The system's clock, read again each time it is asked.
    System,
    /// `--now`: stands still.
    Fixed(UnixTime),
}

impl Clock {
    pub(crate) fn new(now: Option<UnixTime>) -> Self {
        now.map_or(Self::System, Self::Fixed)
    }

    /// The current second. A system clock before 1970 tells negative seconds, so that the verdict can say
    /// that the clock is wrong.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the program reads the clock")]
    pub(crate) fn now(self) -> UnixTime {
        match self {
            Self::Fixed(now) => now,
            Self::System => match SystemTime::now().duration_since(UNIX_EPOCH) {
                Ok(since) => UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
                Err(before) => {
                    UnixTime(i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds))
                }
            },
        }
    }
}

/// Reads `--now`: whole unix seconds, or RFC 3339 with an offset.
///
/// # Errors
/// A sentence for the usage error.
pub(crate) fn parse(text: &str) -> Result<UnixTime, String> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(UnixTime(seconds));
    }
    // Without an offset the same text would be another second on each machine: jiff refuses it, too.
    text.parse::<Timestamp>()
        .map(|time| UnixTime(time.as_second()))
        .map_err(|_| "unix seconds or RFC 3339, such as 1795305600 or 2026-11-22T08:00:00+08:00".into())
}

/// Reads a length of time: `8h`, `90 min`, `1 day 2 h`. A day has 24 hours.
///
/// # Errors
/// A sentence for the usage error.
pub(crate) fn parse_span(text: &str) -> Result<Seconds, String> {
    let seconds = text.parse::<Span>().ok().and_then(|span| {
        let total = span.total((Unit::Second, SpanRelativeTo::days_are_24_hours())).ok()?;
        (total > 0. && total < f64::from(u32::MAX)).then_some(total as i64)
    });
    seconds.map(Seconds).ok_or_else(|| "a length of time, such as 8h, 90min or '1 day 2 h'".into())
}

/// Shows a time in UTC+8, where the licences live, to the second.
pub(crate) struct Local(pub(crate) UnixTime);

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0.0) {
            Ok(time) => write!(f, "{}", Offset::constant(8).to_datetime(time).strftime("%Y-%m-%d %H:%M:%S")),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_read_in_both_forms() {
        for (text, want) in [
            ("0", Some(0)),
            ("-5", Some(-5)),
            ("1795305600", Some(1_795_305_600)),
            ("2026-11-22T00:00:00Z", Some(1_795_305_600)),
            ("2026-11-22T08:00:00+08:00", Some(1_795_305_600)),
            ("2026-11-22T08:00:00.9+08:00", Some(1_795_305_600)),
            ("2026-11-22", None),
            ("2026-11-22T08:00:00", None),
            ("now", None),
            ("1e9", None),
            ("99999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(parse(text).ok(), want.map(UnixTime), "{text}");
        }
    }

    #[test]
    fn lengths_of_time_are_read() {
        for (text, want) in [
            ("8h", Some(28_800)),
            ("90 min", Some(5_400)),
            ("1h30m", Some(5_400)),
            ("1 day 2 h", Some(93_600)),
            ("2d", Some(172_800)),
            ("PT8H", Some(28_800)),
            ("8", None),
            ("-8h", None),
            ("0s", None),
            ("1 month", None),
            ("900000 days", None),
            ("", None),
        ] {
            assert_eq!(parse_span(text).ok(), want.map(Seconds), "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_china_standard_time() {
        assert_eq!(Local(UnixTime(1_795_305_600)).to_string(), "2026-11-22 08:00:00");
        assert_eq!(Local(UnixTime(i64::MAX)).to_string(), i64::MAX.to_string());
    }
}
