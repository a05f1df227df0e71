//! Years of the calendar that a manager entered.

use liangzheng_core::time::{Day, UnixTime};

use crate::domain::calendar::CalendarYear;
use crate::storage::sql::{all, execute, statements};
use crate::storage::{StorageError, Tx};

/// Every year that was entered.
pub async fn all(tx: &mut Tx) -> Result<Vec<(i16, CalendarYear)>, StorageError> {
    let rows: Vec<(i64, String, String, String)> = all!(tx, ALL)?;
    rows.into_iter().map(|(year, notice, off, work)| read(year, notice, &off, &work)).collect()
}

/// Enters a year, in the place of what was entered before.
pub async fn put(tx: &mut Tx, year: i16, table: &CalendarYear, now: UnixTime) -> Result<(), StorageError> {
    let text = |days: &[Day]| {
        let days: Vec<String> = days.iter().map(|day| day.to_text()).collect();
        serde_json::to_string(&days).map_err(|_| inconsistent("off", year.into()))
    };
    let notice = table.notice.as_deref().unwrap_or_default();
    let (off, work) = (text(&table.off)?, text(&table.work)?);
    execute!(tx, PUT, i64::from(year), notice, &off, &work, now.0).map(drop)
}

fn read(year: i64, notice: String, off: &str, work: &str) -> Result<(i16, CalendarYear), StorageError> {
    let days = |text: &str, column| {
        let days: Vec<String> = serde_json::from_str(text).map_err(|_| inconsistent(column, year))?;
        let days: Option<Vec<Day>> = days.iter().map(|day| Day::parse(day)).collect();
        days.ok_or_else(|| inconsistent(column, year))
    };
    let table = CalendarYear { notice: Some(notice), off: days(off, "off")?, work: days(work, "work")? };
    Ok((i16::try_from(year).map_err(|_| inconsistent("year", year))?, table))
}

fn inconsistent(column: &'static str, year: i64) -> StorageError {
    StorageError::Inconsistent { table: "issuing_calendar", column, row: year.to_string() }
}

statements! {
    ALL = "SELECT year, notice, off, work FROM issuing_calendar ORDER BY year";
    PUT = "INSERT INTO issuing_calendar (year, notice, off, work, at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (year) DO UPDATE SET notice = excluded.notice, off = excluded.off, work = excluded.work, \
        at = excluded.at";
}
