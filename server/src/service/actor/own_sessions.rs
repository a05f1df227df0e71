//! The caller's own sessions: where he is logged in, and how he ends it there.

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit, Scope};
use crate::domain::actor::session::{Carrier, Proof};
use crate::domain::ids::SessionId;
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;
use crate::storage::actor::session::{self, open_agent};
use crate::storage::change::Change;

/// One of the caller's open sessions.
#[derive(Clone, Debug)]
pub struct OwnSession {
    /// Its id.
    pub id: SessionId,
    /// Whether this very request came in it.
    pub is_current: bool,
    /// How its token travels.
    pub carrier: Carrier,
    /// What it was made with.
    pub proof: Proof,
    /// What the browser or program called itself.
    pub agent: Option<String>,
    /// When it began.
    pub created_at: UnixTime,
    /// Over at the latest.
    pub expires_at: UnixTime,
}

/// Why no session was ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EndError {
    /// No such open session of this account.
    #[error("no such session")]
    NotFound,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for EndError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// The caller's open sessions, the newest first.
pub async fn list(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<Vec<OwnSession>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let rows = session::of_account(&mut tx, permit.scope(), app.now()).await?;
    tx.commit().await?;
    let mut sessions = Vec::with_capacity(rows.len());
    for row in rows {
        let broken =
            |column| StorageError::Inconsistent { table: "actor_session", column, row: row.id.to_string() };
        let agent =
            row.agent.as_deref().map(|sealed| open_agent(&app.secrets, row.id, sealed)).transpose()?;
        sessions.push(OwnSession {
            id: row.id,
            is_current: row.id == permit.principal().session,
            carrier: row.carrier.parse().map_err(|_| broken("carrier"))?,
            proof: row.proof.parse().map_err(|_| broken("proof"))?,
            agent,
            created_at: UnixTime(row.created_at),
            expires_at: UnixTime(row.expires_at),
        });
    }
    Ok(sessions)
}

/// Ends one of them; its shows end with it.
pub async fn end(app: &App, permit: &Permit<ManageOwnAccount>, id: SessionId) -> Result<(), EndError> {
    let mut work = Work::begin(app, permit).await?;
    if !session::end_within(&mut work.tx, Scope::Account(permit.scope()), id, work.now).await? {
        return Err(EndError::NotFound);
    }
    work.changed(Change::Session(id)).await?;
    work.audit("end session", &id.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Ends all but the one that asks, and every open show.
pub async fn end_others(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<(), WorkError> {
    let mut work = Work::begin(app, permit).await?;
    end_all_others(&mut work, permit).await?;
    work.audit("end other sessions", &permit.account().to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Ends them within `work`: a changed password or PIN is no longer what the others were let in by.
pub(super) async fn end_all_others(
    work: &mut Work<'_>,
    permit: &Permit<ManageOwnAccount>,
) -> Result<(), StorageError> {
    session::end_others(&mut work.tx, permit.account(), permit.principal().session, work.now).await?;
    work.changed(Change::Account(permit.account())).await.map(drop)
}
