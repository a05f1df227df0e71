//! Working days, as this program and the managers know them.

use crate::App;
use crate::domain::access::{EnterCalendar, Permit};
use crate::domain::calendar::{Calendar, CalendarYear};
use crate::domain::fault::Faults;
use crate::service::work::{Work, WorkError};
use crate::storage::issuing::calendar as stored;
use crate::storage::{StorageError, Tx};

/// Why a year was not entered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// The table contradicts itself.
    #[error("the table of the year cannot be used")]
    Faults(Faults),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for CalendarError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// The calendar by which deadlines are counted now.
pub async fn current(tx: &mut Tx) -> Result<Calendar, StorageError> {
    let mut calendar = Calendar::default();
    for (year, table) in stored::all(tx).await? {
        calendar.set(year, table);
    }
    Ok(calendar)
}

/// What is known of one year; `None` if it is not announced.
pub async fn year(app: &App, year: i16) -> Result<Option<CalendarYear>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let calendar = current(&mut tx).await?;
    tx.commit().await?;
    Ok(calendar.year(year).cloned())
}

/// Enters the table of a year that was announced. What is due already keeps its time.
pub async fn enter(
    app: &App,
    permit: &Permit<EnterCalendar>,
    year: i16,
    table: &CalendarYear,
) -> Result<(), CalendarError> {
    table.faults(year).none().map_err(CalendarError::Faults)?;
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    stored::put(&mut work.tx, year, table, now).await?;
    work.audit("enter calendar", &year.to_string(), table.notice.as_deref()).await?;
    Ok(work.finish().await?)
}
