//! Acts on licences: one request by an `issuer_checker` of the licence's unit.
//!
//! Licence, act record, status indexes, change feed and the stored reply are one transaction: after a crash either all
//! of it happened or none, and a repeated request finds the first one's answer.

use liangzheng_core::time::{Day, UnixTime};
use serde::Serialize;

use crate::App;
use crate::domain::access::{ChangeStatus, Permit};
use crate::domain::ids::{ActId, LicenceId};
use crate::domain::licence::lifecycle::{DirectAct, ForbiddenTransition};
use crate::storage::change::{self, Change};
use crate::storage::idempotency::{self, Claim, Claimed};
use crate::storage::licence::act::ActRow;
use crate::storage::{self, StorageError};

/// What is asked.
#[derive(Clone, Debug)]
pub struct ActRequest {
    /// The act.
    pub act: DirectAct,
    /// Why, 1-500 characters.
    pub reason: String,
    /// On what legal basis, 1-500 characters.
    pub legal_basis: String,
    /// From when it counts in law; `None` = now.
    pub effective_at: Option<UnixTime>,
    /// The versions the caller agrees to, from `If-Match`; `None` = any.
    pub if_version: Option<Vec<i64>>,
}

/// What became of the licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActOutcome {
    /// The licence.
    pub id: LicenceId,
    /// Its status now.
    pub status: &'static str,
    /// Its version now.
    pub version: i64,
}

/// An answer, made now or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Performed {
    /// Done now.
    Now(ActOutcome),
    /// The same request was answered before: the stored body.
    Before(Vec<u8>),
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LifecycleError {
    /// No such licence of the caller's unit.
    #[error("no such licence")]
    NotFound,
    /// The state does not allow it.
    #[error(transparent)]
    Forbidden(#[from] ForbiddenTransition),
    /// The caller saw another version.
    #[error("the licence has version {now}")]
    Stale {
        /// Its version now.
        now: i64,
    },
    /// The effect would lie in the future, which takes a scheduler and a second look.
    #[error("effective_at is in the future")]
    Future,
    /// The `Idempotency-Key` was used with another request.
    #[error("the idempotency key was used with another request")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Performs an act.
pub async fn perform(
    app: &App,
    permit: &Permit<ChangeStatus>,
    id: LicenceId,
    request: &ActRequest,
    key: Option<&Claim>,
) -> Result<Performed, LifecycleError> {
    let now = app.now();
    let effective_at = request.effective_at.unwrap_or(now);
    if effective_at.since(now) > CLOCKS_DIFFER {
        return Err(LifecycleError::Future);
    }
    let mut tx = app.db.begin_write().await?;
    if let Some(key) = key {
        match idempotency::claim(&mut tx, key, now).await? {
            Claimed::New => {}
            Claimed::Answered { body, .. } => return Ok(Performed::Before(body)),
            Claimed::Mismatch => return Err(LifecycleError::KeyReused),
        }
    }
    let found = storage::licence::record::find_and_hold(&mut tx, &app.secrets, id).await?;
    // Another unit's licence is not found, so that its existence stays unknown.
    let before = found.filter(|licence| permit.is_of_unit(licence.unit())).ok_or(LifecycleError::NotFound)?;
    if request.if_version.as_ref().is_some_and(|versions| !versions.contains(&before.version)) {
        return Err(LifecycleError::Stale { now: before.version });
    }
    let after = before.after(request.act.act(), now)?;
    storage::licence::record::replace(&mut tx, &before, &after).await?;
    let act = ActRow {
        id: ActId::generate(now, &*app.entropy),
        licence: id,
        licence_version: after.version,
        act: request.act.act().name().to_owned(),
        from_status: before.status.as_str().to_owned(),
        to_status: after.status.as_str().to_owned(),
        reason: request.reason.clone(),
        legal_basis: request.legal_basis.clone(),
        account: permit.principal().account,
        unit: before.unit().to_owned(),
        effective_at: effective_at.0,
        at: now.0,
    };
    storage::licence::act::append(&mut tx, &act).await?;
    let mut changes = match after.wire_status(Day::of(now)) {
        Some(value) => {
            crate::service::publication::status::licence_changed(&mut tx, &id.to_string(), value, now).await?
        }
        None => Vec::new(),
    };
    let changed = Change::Licence(id.to_string());
    change::record(&mut tx, &changed, now).await?;
    changes.push(changed);
    let outcome = ActOutcome { id, status: after.status.as_str(), version: after.version };
    if let Some(key) = key {
        let body = serde_json::to_vec(&outcome).unwrap_or_default();
        idempotency::complete(&mut tx, key, 200, &body).await?;
    }
    tx.commit().await?;
    for change in &changes {
        app.apply(change).await;
    }
    Ok(Performed::Now(outcome))
}

/// An instant this far ahead is a clerk's clock, not a plan.
const CLOCKS_DIFFER: liangzheng_core::time::Seconds = liangzheng_core::time::Seconds(60);
