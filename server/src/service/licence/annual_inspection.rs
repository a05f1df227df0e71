//! Inspections that run out: at midnight nobody acts, and yet verifiers must learn of it.
//!
//! Dates are in the token and need no list; that an inspection 年检 is overdue is told by the status list only.

use liangzheng_core::time::Day;

use crate::App;
use crate::storage::{self, StorageError};

/// Puts "inspection overdue" on the indexes of licences whose inspection ran out; returns how many licences.
pub async fn mark_overdue(app: &App) -> Result<usize, StorageError> {
    let now = app.now();
    let today = Day::of(now);
    let mut tx = app.db.begin_read().await?;
    let overdue = storage::licence::record::overdue_unmarked(&mut tx, today, AT_ONCE).await?;
    tx.commit().await?;
    for id in &overdue {
        let mut tx = app.db.begin_write().await?;
        let licence = storage::licence::record::find_and_hold(&mut tx, &app.secrets, *id).await?;
        // It may have been inspected, or changed in another way, since it was listed.
        let mut changes = Vec::new();
        if let Some(value) = licence.and_then(|licence| licence.wire_status(today)) {
            changes =
                crate::service::publication::status::licence_changed(&mut tx, &id.to_string(), value, now)
                    .await?;
        }
        tx.commit().await?;
        for change in &changes {
            app.apply(change).await;
        }
    }
    Ok(overdue.len())
}

/// Licences per look: short transactions, and the rest a minute later.
const AT_ONCE: i64 = 1000;
