//! Taking in receipts of scans. Of those made without a network the holder sees the use, too, only later; what staff found
//! doubtful becomes somebody's task.

use std::collections::HashMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{Permit, ReportScans};
use crate::domain::catalogue::codes::{SceneCode, Uscc};
use crate::domain::catalogue::entry::Sort;
use crate::domain::trace::usage::{Ground, Use, UseKind};
use crate::domain::verifying::scan::Scan;
use crate::service::verifying::doubts;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::idempotency::Claim;
use crate::storage::{self, StorageError, Tx};

/// What became of a batch; stored as the answer to the same request sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HandedIn {
    /// Receipts kept now.
    pub accepted: usize,
    /// Receipts this account had handed in before; nothing changed for them.
    pub known: usize,
}

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandInError {
    /// The receipts at these places name inspection matters that the caller's unit never had in force.
    #[error("no such inspection matter of the unit")]
    Matters(Vec<usize>),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for HandInError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Keeps `scans`, all or none. Handing the same ones in again is harmless, so a client that lost the answer just
/// repeats.
pub async fn hand_in(
    app: &App,
    permit: &Permit<ReportScans>,
    scans: &[Scan],
    key: Option<Claim>,
) -> Result<Reply<HandedIn>, HandInError> {
    let account = permit.account();
    let mut done = HandedIn::default();
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    refuse_foreign_matters(&mut work.tx, permit.scope(), scans).await?;
    let now = work.now;
    for scan in scans {
        if !storage::verifying::scan::insert(&mut work.tx, account, scan, now).await? {
            done.known = done.known.saturating_add(1);
            continue;
        }
        done.accepted = done.accepted.saturating_add(1);
        // A licence of another operator is no business of this server's log.
        let licence = match &scan.licence {
            Some(identifier) => storage::licence::record::id_of(&mut work.tx, identifier).await?,
            None => None,
        };
        if let Some(words) = &scan.doubt {
            doubts::leave(app, &mut work, permit, scan, licence, words).await?;
        }
        // A verification by this server has logged itself.
        let Some(licence) = licence.filter(|_| !scan.logged) else { continue };
        let row = Use {
            at: scan.at,
            kind: UseKind::Verification,
            licence: licence.to_string().into(),
            actor: account.to_string().into(),
            subject: scan.code.as_str().into(),
            scene: scan.scene.as_ref().map_or_else(Arc::default, SceneCode::shared),
            token: Vec::new(),
            ground: Some(Box::new(Ground { matter: scan.matter.clone(), ..Ground::member(permit.scope()) })),
        };
        let seq = storage::trace::access_log::append(&mut work.tx, &row).await?;
        storage::verifying::scan::tie(&mut work.tx, account, scan, seq).await?;
    }
    Ok(work.commit(done).await?)
}

/// Every matter named is, or was, in force for `unit`. It may have been taken out of force since the scan: the receipt tells
/// what was done then.
async fn refuse_foreign_matters(tx: &mut Tx, unit: Uscc, scans: &[Scan]) -> Result<(), HandInError> {
    let mut known: HashMap<&str, bool> = HashMap::new();
    let mut wrong = Vec::new();
    for (at, scan) in scans.iter().enumerate() {
        let Some(code) = scan.matter.as_deref() else { continue };
        if !known.contains_key(code) {
            known.insert(
                code,
                storage::catalogue::entry::was_published(tx, Sort::InspectionMatter, code, unit).await?,
            );
        }
        if known.get(code) == Some(&false) {
            wrong.push(at);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(HandInError::Matters(wrong)) }
}
