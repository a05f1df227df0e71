//! Time as an argument: whole unix seconds, and calendar days in UTC+8.
//!
//! Nothing here reads a clock; every function that needs "now" takes it.

use alloc::string::{String, ToString};
use core::fmt;

use serde::{Deserialize, Serialize};

/// A point in time: seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct UnixTime(pub i64);

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl UnixTime {
    /// This time moved by `by`; stops at the ends of `i64` instead of wrapping.
    pub const fn plus(self, by: Seconds) -> Self {
        Self(self.0.saturating_add(by.0))
    }

    /// This time moved back by `by`; stops at the ends of `i64`.
    pub const fn minus(self, by: Seconds) -> Self {
        Self(self.0.saturating_sub(by.0))
    }

    /// `20270115 1600` in UTC+8: what a person compares with the clock on the wall.
    pub fn to_minute(self) -> String {
        let minutes = self.plus(UTC_PLUS_8).0.div_euclid(60).rem_euclid(24 * 60);
        // A one before the four digits keeps their zeros.
        let digits = (minutes / 60)
            .saturating_mul(100)
            .saturating_add(minutes % 60)
            .saturating_add(10_000)
            .to_string();
        [&*Day::of(self).to_text(), digits.get(1..).unwrap_or_default()].join(" ")
    }

    /// Seconds from `earlier` to this time; negative if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where licences live: their dates are days in China Standard Time, which has had no daylight
/// saving since 1991.
const UTC_PLUS_8: Seconds = Seconds(8 * 3600);
const SECONDS_PER_DAY: i64 = 86_400;

/// A calendar day, written `YYYYMMDD`; years 1000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u32);

impl Day {
    /// Reads `YYYYMMDD`; `None` unless it is eight digits and a day that exists.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u32 = text.parse().ok()?;
        let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
            2 => 28,
            _ => return None,
        };
        (year >= 1000 && (1..=length).contains(&day)).then_some(Self(number))
    }

    /// The day in UTC+8 on which `time` falls; clamped to the years 1000 and 9999.
    pub fn of(time: UnixTime) -> Self {
        // Howard Hinnant's civil_from_days: days are shifted so that years begin in March and the leap
        // day comes last. The clamp keeps every intermediate far inside i64.
        let days = time.plus(UTC_PLUS_8).0.div_euclid(SECONDS_PER_DAY).clamp(-354_285, 2_932_896);
        let shifted = days.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = day_of_era
            .saturating_sub(day_of_era / 1460)
            .saturating_add(day_of_era / 36_524)
            .saturating_sub(day_of_era / 146_096)
            / 365;
        let before_year =
            year_of_era.saturating_mul(365).saturating_add(year_of_era / 4).saturating_sub(year_of_era / 100);
        let day_of_year = day_of_era.saturating_sub(before_year);
        let march_month = day_of_year.saturating_mul(5).saturating_add(2) / 153;
        let before_month = march_month.saturating_mul(153).saturating_add(2) / 5;
        let day = day_of_year.saturating_sub(before_month).saturating_add(1);
        let (month, carry) = if march_month < 10 {
            (march_month.saturating_add(3), 0)
        } else {
            (march_month.saturating_sub(9), 1)
        };
        let year = era.saturating_mul(400).saturating_add(year_of_era).saturating_add(carry);
        let number =
            year.saturating_mul(10_000).saturating_add(month.saturating_mul(100)).saturating_add(day);
        Self(u32::try_from(number).unwrap_or(10_000_101))
    }

    /// The day as `YYYYMMDD`.
    pub fn to_text(self) -> String {
        // Eight digits: no year is below 1000.
        self.0.to_string()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "20261301",
            "20260229",
            "19000229",
            "20260431",
            "20260100",
            "2026010",
            "202601011",
            "2026-1-1",
            "00010101",
            "２０２６１１２２",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        for text in ["20240229", "20000229", "20261231", "99991231"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_minute_is_told_as_a_clock_in_china_shows_it() {
        for (time, told) in
            [(1_800_000_000, "20270115 1600"), (1_800_000_000 + 8 * 3600 + 65, "20270116 0001")]
        {
            assert_eq!(UnixTime(time).to_minute(), told);
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        for (time, day) in [
            (1_795_305_600, "20261122"),
            (1_795_305_600 + 16 * 3600 - 1, "20261122"),
            (1_795_305_600 + 16 * 3600, "20261123"),
            (0, "19700101"),
            (951_753_600, "20000229"),
            (i64::MAX, "99991231"),
        ] {
            assert_eq!(Day::of(UnixTime(time)).to_string(), day, "{time}");
        }
    }
}
