//! Taking in the receipts of scans made without a network: the holder sees those uses, too, only later.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{Permit, ReportScans};
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::trace::usage::{Ground, Use, UseKind};
use crate::domain::verifying::scan::Scan;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage;
use crate::storage::idempotency::Claim;

/// What became of a batch; stored as the answer to the same request sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
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
    key: Option<Claim>,
) -> Result<Reply<HandedIn>, WorkError> {
    let account = permit.account();
    let mut done = HandedIn::default();
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let now = work.now;
    for scan in scans {
        if !storage::verifying::scan::insert(&mut work.tx, account, scan, now).await? {
            done.known = done.known.saturating_add(1);
            continue;
        }
        done.accepted = done.accepted.saturating_add(1);
        // A licence of another operator is no business of this server's log.
        let Some(identifier) = &scan.licence else { continue };
        let Some(licence) = storage::licence::record::id_of(&mut work.tx, identifier).await? else {
            continue;
        };
        let row = Use {
            at: scan.at,
            kind: UseKind::Verification,
            licence: licence.to_string().into(),
            actor: account.to_string().into(),
            subject: scan.code.as_str().into(),
            scene: scan.scene.as_ref().map_or_else(Arc::default, SceneCode::shared),
            token: Vec::new(),
            ground: Some(Box::new(Ground::member(permit.scope()))),
        };
        let seq = storage::trace::access_log::append(&mut work.tx, &row).await?;
        storage::verifying::scan::tie(&mut work.tx, account, scan, seq).await?;
    }
    Ok(work.commit(done).await?)
}
