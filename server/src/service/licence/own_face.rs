//! The whole face of a licence, for its holder or who acts for him: after the PIN, and written into the log of uses.

use liangzheng_core::time::Day;

use crate::App;
use crate::domain::access::{OpenOwnFace, Permit};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::ids::LicenceId;
use crate::domain::trace::usage::UseKind;
use crate::service::actor::pin::{self, PinError};
use crate::service::actor::wallets;
use crate::service::licence::cards::{self, CardField};
use crate::service::showing::show::ground_of;
use crate::service::trace::access_log::{LogUnavailable, Use};
use crate::service::work::{Work, WorkError};
use crate::storage::StorageError;
use crate::storage::trace::access_log;

/// Why the face was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaceError {
    /// No such licence in a wallet that is open to the caller.
    #[error("not found")]
    NotFound,
    /// The PIN.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The use could not be logged.
    #[error(transparent)]
    Log(#[from] LogUnavailable),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for FaceError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// The fields in the order of the printed licence, unmasked. A licence that cannot be shown is read all the same: it is
/// its holder's.
pub async fn read(
    app: &App,
    permit: &Permit<OpenOwnFace>,
    id: LicenceId,
    pin: &str,
) -> Result<Vec<CardField>, FaceError> {
    let mut tx = app.db.begin_read().await?;
    let found = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::View, id, app.now()).await?;
    tx.commit().await?;
    let found = found.filter(|(licence, _)| licence.wire_status(Day::of(app.now())).is_some());
    found.ok_or(FaceError::NotFound)?;
    let right = pin::check(app, permit.account(), pin).await?;
    let mut work = Work::begin(app, permit).await?;
    right.take(&mut work).await?;
    let found = wallets::find(&mut work.tx, &app.secrets, permit, AgencyAct::View, id, work.now).await?;
    let (licence, wallet) = found.ok_or(FaceError::NotFound)?;
    work.acts_as(wallet.footing);
    let pictures = cards::pictures(&mut work.tx, &licence).await?;
    let row = Use {
        at: work.now,
        kind: UseKind::Look,
        licence: id.to_string().into(),
        actor: permit.account().to_string().into(),
        subject: licence.identifier.to_string().into(),
        scene: std::sync::Arc::default(),
        token: Vec::new(),
        ground: ground_of(wallet),
    };
    access_log::append(&mut work.tx, &row).await.map_err(|error| {
        tracing::error!(%error, "access log not written; the face is refused");
        LogUnavailable
    })?;
    work.finish().await?;
    Ok(cards::whole(&licence, &pictures, &app.trust.current().catalogue))
}
