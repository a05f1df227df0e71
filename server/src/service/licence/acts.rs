//! Acts on licences: one request by an `issuer_checker` of the licence's unit.
//!
//! Licence, act record, status indexes, change feed and the stored reply are one transaction: after a crash either all
//! of it happened or none, and a repeated request finds the first one's answer.

use liangzheng_core::time::{Day, UnixTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ChangeStatus, Permit};
use crate::domain::ids::{ActId, LicenceId};
use crate::domain::licence::lifecycle::{DirectAct, ForbiddenTransition};
use crate::domain::text::PlainText;
use crate::service::publication::{publisher, status};
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::StorageError;
use crate::storage::change::Change;
use crate::storage::idempotency::Claim;
use crate::storage::licence::act::{self, ActRow};
use crate::storage::licence::record;

/// What is asked.
#[derive(Clone, Debug)]
pub struct ActRequest {
    /// The act.
    pub act: DirectAct,
    /// Why.
    pub reason: PlainText,
    /// On what legal basis.
    pub legal_basis: PlainText,
    /// From when it counts in law; `None` = now.
    pub effective_at: Option<UnixTime>,
    /// The versions the caller agrees to, from `If-Match`; `None` = any.
    pub if_version: Option<Vec<i64>>,
}

/// What became of the licence; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActOutcome {
    /// The licence.
    pub id: LicenceId,
    /// Its status now.
    pub status: &'static str,
    /// Its version now.
    pub version: i64,
    /// `stuck` while no status list is published: the act is done and holds online, verifiers without a network learn of
    /// it only when lists are published again. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_list: Option<&'static str>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
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
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for ActError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Performs an act.
pub async fn perform(
    app: &App,
    permit: &Permit<ChangeStatus>,
    id: LicenceId,
    request: &ActRequest,
    key: Option<Claim>,
) -> Result<Reply<ActOutcome>, ActError> {
    let effective_at = request.effective_at.unwrap_or_else(|| app.now());
    if effective_at.since(app.now()) > CLOCKS_DIFFER {
        return Err(ActError::Future);
    }
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let before = record::find_and_hold(&mut work.tx, &app.secrets, permit.scope(), id).await?;
    let before = before.ok_or(ActError::NotFound)?;
    if request.if_version.as_ref().is_some_and(|versions| !versions.contains(&before.version)) {
        return Err(ActError::Stale { now: before.version });
    }
    let after = before.after(request.act.act(), work.now)?;
    record::replace(&mut work.tx, &before, &after).await?;
    let act_id = ActId::generate(work.now, &*app.entropy);
    let act = ActRow {
        id: act_id,
        licence: id,
        licence_version: after.version,
        act: request.act.act().name().to_owned(),
        from_status: before.status.as_str().to_owned(),
        to_status: after.status.as_str().to_owned(),
        reason: act::seal_reason(&app.secrets, &*app.entropy, act_id, request.reason.as_str()),
        legal_basis: request.legal_basis.as_str().to_owned(),
        account: permit.account(),
        footing: permit.footing().as_str().to_owned(),
        unit: before.unit(),
        effective_at: effective_at.0,
        at: work.now.0,
    };
    act::append(&mut work.tx, &act).await?;
    if let Some(value) = after.wire_status(Day::of(work.now)) {
        status::licence_changed(&mut work, id, value).await?;
    }
    work.changed(Change::Licence(id)).await?;
    work.audit(request.act.act().name(), &id.to_string(), Some(request.reason.as_str())).await?;
    Ok(work
        .commit(ActOutcome {
            id,
            status: after.status.as_str(),
            version: after.version,
            status_list: publisher::trouble(app).map(|_| "stuck"),
        })
        .await?)
}

/// An instant this far ahead is a clerk's clock, not a plan.
const CLOCKS_DIFFER: liangzheng_core::time::Seconds = liangzheng_core::time::Seconds(60);
