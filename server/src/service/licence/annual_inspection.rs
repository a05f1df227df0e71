//! Annual inspections 年检 that run out: at midnight nobody acts, and yet verifiers must learn of it.
//!
//! Dates are in the token and need no list; that an annual inspection is overdue is told by the status list only.

use liangzheng_core::time::Day;

use crate::App;
use crate::domain::access::Scope;
use crate::domain::calendar::after_months;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::catalogue::kind::Kind;
use crate::service::catalogue::reading;
use crate::service::licence::parts;
use crate::service::work::Work;
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

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
        held.push(record::find_and_hold(&mut work.tx, &app.secrets, Scope::All, *id).await?);
    }
    // It may have been inspected, or changed in another way, since it was listed.
    let mut changed: Vec<_> = held.into_iter().flatten().collect();
    for at in 0..changed.len() {
        if let Some(licence) = changed.get(at) {
            let wholes = parts::wholes(&mut work.tx, &app.secrets, licence).await?;
            changed.extend(wholes);
        }
    }
    for licence in &changed {
        parts::write(&mut work, &app.secrets, licence).await?;
    }
    work.finish().await?;
    Ok(overdue.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX))
}

/// Until when an inspection passed `today` counts, as the kind in force says; `None` where it says nothing.
pub(super) async fn next_due(tx: &mut Tx, kind: KindCode, today: Day) -> Result<Option<Day>, StorageError> {
    let kind: Option<Kind> = reading::in_force(tx, kind.as_str()).await?;
    Ok(kind.and_then(|kind| kind.inspection).map(|inspection| after_months(today, inspection.months)))
}

/// Licences per transaction: one commit for many, and short enough that no request waits long for the writer.
const AT_ONCE: i64 = 100;
