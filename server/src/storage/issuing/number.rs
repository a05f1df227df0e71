//! Running numbers. Each is taken by an update of its row, so that on PostgreSQL, too, the next one waits for the
//! transaction that took the last; where that is undone, so is the number: none is left out.

use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::matter::MatterType;
use crate::storage::sql::{one_value, statements, value};
use crate::storage::{StorageError, Tx};

/// The next serial number of a unit in a year (GB/T 36904).
pub async fn next_serial(tx: &mut Tx, unit: Uscc, year: i16) -> Result<i64, StorageError> {
    value!(tx, NEXT_SERIAL, unit, i64::from(year))
}

/// The last serial number that a unit gave in a year; 0 if it gave none.
pub async fn last_serial(tx: &mut Tx, unit: Uscc, year: i16) -> Result<i64, StorageError> {
    let last: Option<i64> = one_value!(tx, LAST_SERIAL, unit, i64::from(year))?;
    Ok(last.unwrap_or(0))
}

/// Takes the `count` serial numbers after `last`; false if another has been given since that was the last.
pub async fn take_serials(
    tx: &mut Tx,
    unit: Uscc,
    year: i16,
    last: i64,
    count: i64,
) -> Result<bool, StorageError> {
    let taken: Option<i64> =
        one_value!(tx, TAKE_SERIALS, unit, i64::from(year), last.saturating_add(count), last)?;
    Ok(taken.is_some())
}

/// The next number of a case of a unit in a year.
pub async fn next_case(tx: &mut Tx, unit: Uscc, of: MatterType, year: i16) -> Result<i64, StorageError> {
    value!(tx, NEXT_CASE, unit, of.as_str(), i64::from(year))
}

/// The next number of a copy in a unit's print register in a year.
pub async fn next_print(tx: &mut Tx, unit: Uscc, year: i16) -> Result<i64, StorageError> {
    value!(tx, NEXT_PRINT, unit, i64::from(year))
}

statements! {
    NEXT_SERIAL = "INSERT INTO issuing_serial (unit, year, last) VALUES ($1, $2, 1) \
        ON CONFLICT (unit, year) DO UPDATE SET last = issuing_serial.last + 1 RETURNING last";
    LAST_SERIAL = "SELECT last FROM issuing_serial WHERE unit = $1 AND year = $2";
    TAKE_SERIALS = "INSERT INTO issuing_serial (unit, year, last) VALUES ($1, $2, $3) \
        ON CONFLICT (unit, year) DO UPDATE SET last = excluded.last WHERE issuing_serial.last = $4 RETURNING last";
    NEXT_PRINT = "INSERT INTO issuing_print_number (unit, year, last) VALUES ($1, $2, 1) \
        ON CONFLICT (unit, year) DO UPDATE SET last = issuing_print_number.last + 1 RETURNING last";
    NEXT_CASE = "INSERT INTO issuing_case_number (unit, type, year, last) VALUES ($1, $2, $3, 1) \
        ON CONFLICT (unit, type, year) DO UPDATE SET last = issuing_case_number.last + 1 RETURNING last";
}
