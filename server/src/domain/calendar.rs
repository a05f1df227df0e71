//! Working days of China 工作日, with the days exchanged between weeks 调休, and the deadlines counted in them.
//!
//! The State Council announces each year's holidays in the autumn before. A year that is not announced yet is told by its
//! weekdays and marked `provisional`, and so is every deadline that touches it: never a silent guess.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use liangzheng_core::time::{Day, Seconds, UnixTime};

use crate::domain::fault::Faults;

/// What is known of one year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalendarYear {
    /// The notice of the State Council; `None` for a year that is not announced.
    pub notice: Option<String>,
    /// Days off, weekends among them.
    pub off: Vec<Day>,
    /// Days of a weekend on which people work.
    pub work: Vec<Day>,
}

/// The years that are announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i16, CalendarYear>,
}

/// The end of a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The first second that is too late: 24:00 in China of the last day.
    pub at: UnixTime,
    /// Whether a year that is not announced was counted.
    pub provisional: bool,
}

impl Default for Calendar {
    /// The years that this program knows.
    fn default() -> Self {
        let years = KNOWN.iter().map(|known| (known.year, known.table()));
        Self { years: years.collect() }
    }
}

impl Calendar {
    /// Adds a year, or replaces what was known of it.
    pub fn set(&mut self, year: i16, table: CalendarYear) {
        self.years.insert(year, table);
    }

    /// What is known of a year; `None` if it is not announced.
    pub fn year(&self, year: i16) -> Option<&CalendarYear> {
        self.years.get(&year)
    }

    /// The end of the `days`-th working day after the day of `from`; with 0, the end of that very day.
    pub fn deadline(&self, from: UnixTime, days: u16) -> Deadline {
        let mut date = date_of(Day::of(from));
        let mut provisional = !self.years.contains_key(&date.year());
        let mut left = days;
        while left > 0 {
            // Past the year 9999 no limit of ours reaches; the date stays there.
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            provisional |= !self.years.contains_key(&date.year());
            left = left.saturating_sub(u16::from(self.is_working(date)));
        }
        Deadline { at: end_of(date), provisional }
    }

    fn is_working(&self, date: Date) -> bool {
        let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let Some(table) = self.years.get(&date.year()) else { return !is_weekend };
        let day = day_of(date);
        if is_weekend { table.work.contains(&day) } else { !table.off.contains(&day) }
    }
}

impl CalendarYear {
    /// What is wrong with a table that somebody wants to enter for `year`.
    pub fn faults(&self, year: i16) -> Faults {
        let mut faults = Faults::default();
        for (member, days) in [("off", &self.off), ("work", &self.work)] {
            for (at, day) in days.iter().enumerate() {
                let date = date_of(*day);
                let is_weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
                faults.require(
                    date.year() == year && !days[..at].contains(day),
                    format!("/{member}/{at}"),
                    "range",
                    "应为该年度的日期，且不重复",
                    "must be a day of that year, each once",
                );
                faults.require(
                    member == "off" || is_weekend,
                    format!("/{member}/{at}"),
                    "weekday",
                    "调休上班日应为周六或周日",
                    "a day exchanged for work is a Saturday or Sunday",
                );
                faults.require(
                    member == "off" || !self.off.contains(day),
                    format!("/{member}/{at}"),
                    "contradiction",
                    "同一天不能既放假又上班",
                    "one day is not both off and worked",
                );
            }
        }
        faults
    }
}

/// The last day of so many months that begin on `from`: a licence of one month from 1 March ends on 31 March.
pub fn last_of_months(from: Day, months: u16) -> Day {
    let span = Span::new().try_months(months).unwrap_or_default();
    let end = date_of(from).checked_add(span).and_then(|date| date.checked_sub(1.day()));
    end.map_or(from, day_of)
}

/// The same day so many months later, or the last one of that month.
pub fn after_months(from: Day, months: u16) -> Day {
    let span = Span::new().try_months(months).unwrap_or_default();
    date_of(from).checked_add(span).map_or(from, day_of)
}

/// The year of a day.
pub fn year_of(day: Day) -> i16 {
    date_of(day).year()
}

fn date_of(day: Day) -> Date {
    // A `Day` exists, so its parts are a date.
    day.to_text().parse().unwrap_or(Date::MIN)
}

fn day_of(date: Date) -> Day {
    let text = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    Day::parse(&text).unwrap_or_else(|| Day::of(UnixTime(i64::MAX)))
}

/// 0:00 of a day in China.
pub fn first_second(day: Day) -> UnixTime {
    end_of(date_of(day)).minus(Seconds(86_400))
}

/// 24:00 of a day in China.
fn end_of(date: Date) -> UnixTime {
    let days = date.since(Date::constant(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()));
    UnixTime(days.saturating_add(1).saturating_mul(86_400)).minus(UTC_PLUS_8)
}

const UTC_PLUS_8: Seconds = Seconds(8 * 3600);

/// A year as it was announced: first and last days of each holiday, and the weekend days worked.
struct Known {
    year: i16,
    notice: &'static str,
    off: &'static [(&'static str, &'static str)],
    work: &'static [&'static str],
}

impl Known {
    fn table(&self) -> CalendarYear {
        let day = |text: &&str| Day::parse(text);
        let mut off = Vec::new();
        for (first, last) in self.off {
            let (Some(first), Some(last)) = (day(first), day(last)) else { continue };
            off.extend(date_of(first).series(1.day()).map(day_of).take_while(|day| *day <= last));
        }
        CalendarYear {
            notice: Some(self.notice.to_owned()),
            off,
            work: self.work.iter().filter_map(day).collect(),
        }
    }
}

const KNOWN: &[Known] = &[
    Known {
        year: 2025,
        notice: "国务院办公厅关于2025年部分节假日安排的通知",
        off: &[
            ("20250101", "20250101"),
            ("20250128", "20250204"),
            ("20250404", "20250406"),
            ("20250501", "20250505"),
            ("20250531", "20250602"),
            ("20251001", "20251008"),
        ],
        work: &["20250126", "20250208", "20250427", "20250928", "20251011"],
    },
    Known {
        year: 2026,
        notice: "国务院办公厅关于2026年部分节假日安排的通知",
        off: &[
            ("20260101", "20260103"),
            ("20260215", "20260223"),
            ("20260404", "20260406"),
            ("20260501", "20260505"),
            ("20260619", "20260621"),
            ("20260925", "20260927"),
            ("20261001", "20261007"),
        ],
        work: &["20260104", "20260214", "20260228", "20260509", "20260920", "20261010"],
    },
];

/// A time as a clock in China shows it, to the minute: for words that people read.
pub fn minute(at: UnixTime) -> String {
    let shown = jiff::Timestamp::from_second(at.plus(UTC_PLUS_8).0);
    shown.map_or_else(|_| at.0.to_string(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// Noon in China of a day.
    fn noon(text: &str) -> UnixTime {
        UnixTime(end_of(date_of(day(text))).0 - 12 * 3600)
    }

    #[test]
    fn a_deadline_is_the_end_of_the_nth_working_day_after() {
        for (from, days, last, provisional) in [
            ("20261126", 0, "20261126", false),
            ("20261126", 1, "20261127", false),
            ("20261127", 1, "20261130", false), // over a weekend
            ("20260930", 5, "20261013", false), // over the holiday, with Saturday 10 October worked
            ("20260213", 1, "20260214", false), // a Saturday that is worked
            ("20250127", 1, "20250205", false),
            ("20261231", 1, "20270101", true), // a year that is not announced goes by its weekdays
            ("20270104", 0, "20270104", true),
        ] {
            let found = Calendar::default().deadline(noon(from), days);
            let want = Deadline { at: end_of(date_of(day(last))), provisional };
            assert_eq!(found, want, "{from} + {days}");
        }
        // The last second of a day in China counts as that day.
        let midnight = end_of(date_of(day("20261126")));
        assert_eq!(Calendar::default().deadline(midnight.minus(Seconds(1)), 0).at, midnight);
        assert_eq!(midnight, UnixTime(1_795_651_200 + 57_600));
    }

    #[test]
    fn months_end_the_day_before() {
        for (from, months, last) in [
            ("20260301", 1, "20260331"),
            ("20260101", 60, "20301231"),
            ("20240229", 12, "20250227"),
            ("20260131", 1, "20260227"),
        ] {
            assert_eq!(last_of_months(day(from), months), day(last), "{from} + {months}");
        }
        assert_eq!(after_months(day("20260131"), 1), day("20260228"));
        assert_eq!(year_of(day("20261231")), 2026);
    }

    #[test]
    fn a_table_that_contradicts_itself_is_told() {
        let table = CalendarYear {
            notice: None,
            off: vec![day("20270101"), day("20280101"), day("20270102")],
            work: vec![day("20270102"), day("20270105")],
        };
        let told: Vec<_> =
            table.faults(2027).0.into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        let want = [("/off/1", "range"), ("/work/0", "contradiction"), ("/work/1", "weekday")];
        assert_eq!(told, want.map(|(pointer, code)| (pointer.into(), code)));
        for known in KNOWN {
            assert_eq!(known.table().faults(known.year), Faults::default(), "{}", known.year);
        }
    }
}
