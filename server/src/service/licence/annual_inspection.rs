//! Annual inspections 年检 that run out: at midnight nobody acts, and yet verifiers must learn of it.
//!
//! Dates are in the token and need no list; that an annual inspection is overdue is told by the status list only.

use liangzheng_core::time::Day;

use crate::App;
use crate::domain::access::Scope;
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
    // All of them held before the first is changed: a change holds the head of the feed, for which an act waits that holds
    // its licence already.
    let mut held = Vec::with_capacity(overdue.len());
    for id in &overdue {
        held.push((*id, record::find_and_hold(&mut work.tx, &app.secrets, Scope::All, *id).await?));
    }
    for (id, licence) in held {
        // It may have been inspected, or changed in another way, since it was listed.
        if let Some(value) = licence.and_then(|licence| licence.wire_status(today)) {
            status::licence_changed(&mut work, id, value).await?;
        }
    }
    work.finish().await?;
    Ok(overdue.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX))
}

/// Licences per transaction: one commit for many, and short enough that no request waits long for the writer.
const AT_ONCE: i64 = 100;
