//! Taking in the receipts of scans made without a network: the holder sees those uses, too, only later.

use serde::Serialize;

use crate::App;
use crate::domain::access::{Permit, ReportScans};
use crate::domain::verifying::scan::Scan;
use crate::storage::{self, StorageError};

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HandedIn {
    /// Receipts kept now.
    pub accepted: usize,
    /// Receipts this account had handed in before; nothing changed for them.
    pub known: usize,
}

/// Keeps `scans`, all or none. Handing the same ones in again is harmless, so a client that lost the answer just
/// repeats.
pub async fn hand_in(
    app: &App,
    permit: &Permit<ReportScans>,
    scans: &[Scan],
) -> Result<HandedIn, StorageError> {
    let account = permit.principal().account;
    let now = app.clock.now();
    let mut done = HandedIn::default();
    let mut tx = app.db.begin_write().await?;
    for scan in scans {
        if !storage::verifying::scan::insert(&mut tx, account, scan, now).await? {
            done.known = done.known.saturating_add(1);
            continue;
        }
        done.accepted = done.accepted.saturating_add(1);
        // A licence of another operator is no business of this server's log.
        let Some(identifier) = &scan.licence else { continue };
        if let Some(licence) = storage::licence::record::id_of(&mut tx, &identifier.to_string()).await? {
            storage::verifying::scan::log_use(&mut tx, account, scan, &licence).await?;
        }
    }
    tx.commit().await?;
    Ok(done)
}
