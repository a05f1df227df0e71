//! Annual inspections 年检 that run out: at midnight nobody acts, and yet verifiers must learn of it.
//!
//! Dates are in the token and need no list; that an annual inspection is overdue is told by the status list only.

use liangzheng_core::time::Day;

use crate::App;
use crate::domain::access::Scope;
use crate::domain::ids::LicenceId;
use crate::service::publication::status;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::licence::record;

/// Puts "inspection overdue" on the indexes of licences whose annual inspection ran out, some at a time; returns
/// whether there may be more.
pub async fn mark_overdue(app: &App) -> Result<bool, StorageError> {
    let today = Day::of(app.now());
    let mut tx = app.db.begin_read().await?;
    let overdue = record::overdue_unmarked(&mut tx, today, AT_ONCE).await?;
    tx.commit().await?;
    if overdue.is_empty() {
        return Ok(false);
    }
    let mut work = Work::of_server(app).await?;
    for id in &overdue {
        mark(app, &mut work, *id, today).await?;
    }
    work.finish().await?;
    Ok(overdue.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX))
}

/// One licence. It may have been inspected, or changed in another way, since it was listed.
async fn mark(app: &App, work: &mut Work<'_>, id: LicenceId, today: Day) -> Result<(), StorageError> {
    let licence = record::find_and_hold(&mut work.tx, &app.secrets, Scope::All, id).await?;
    match licence.and_then(|licence| licence.wire_status(today)) {
        Some(value) => status::licence_changed(work, id, value).await,
        None => Ok(()),
    }
}

/// Licences per transaction: one commit for many, and short enough that no request waits long for the writer.
const AT_ONCE: i64 = 100;
