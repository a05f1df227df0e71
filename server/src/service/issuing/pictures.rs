//! Pictures for the face of licences: sent before the draft that bears them, read by who may read the licence.

use aws_lc_rs::digest::{SHA256, digest};
use liangzheng_core::time::{Seconds, UnixTime};
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::document::picture::{NoPicture, Picture, made_anew};
use crate::domain::access::{Permit, Scope, ViewWallet, WriteDraft};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::ids::LicenceId;
use crate::service::actor::wallets;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::StorageError;
use crate::storage::idempotency::Claim;
use crate::storage::issuing::draft;
use crate::storage::issuing::picture::{self as stored, NewPicture};
use crate::storage::licence::record;

/// A picture that was kept; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PictureKept {
    /// SHA-256 of the picture as it is kept: the value of a field of type `image`.
    pub id: String,
    /// `image/jpeg`, whatever was sent.
    pub media_type: &'static str,
    /// In bytes.
    pub size: usize,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// When it is forgotten unless a draft bears it by then.
    pub expires_at: UnixTime,
}

/// Why a picture was not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// What was sent is none that is taken.
    #[error(transparent)]
    NoPicture(#[from] NoPicture),
    /// The thread that read it went away.
    #[error("reading was stopped")]
    Stopped,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for PictureError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Keeps a picture for the caller's unit.
pub async fn keep(
    app: &App,
    permit: &Permit<WriteDraft>,
    sent: Vec<u8>,
    key: Option<Claim>,
) -> Result<Reply<PictureKept>, PictureError> {
    // Reading takes up to a tenth of a second of a processor.
    let read = tokio::task::spawn_blocking(move || made_anew(&sent));
    let Picture { content, width, height } = read.await.map_err(|_| PictureError::Stopped)??;
    let hash = hex(digest(&SHA256, &content).as_ref());
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let new = NewPicture {
        unit: permit.scope(),
        hash: &hash,
        content: &content,
        width,
        height,
        account: permit.account(),
    };
    stored::keep(&mut work.tx, &app.secrets, &*app.entropy, new, work.now).await?;
    work.audit("send picture", &hash, None).await?;
    let kept = PictureKept {
        media_type: "image/jpeg",
        size: content.len(),
        width,
        height,
        expires_at: work.now.plus(KEPT_UNUSED),
        id: hash,
    };
    Ok(work.commit(kept).await?)
}

/// The picture in a field of a draft or licence within `scope`; `None` if there is none, or no such licence there.
pub async fn of_unit(
    app: &App,
    scope: Scope,
    id: LicenceId,
    field: &str,
) -> Result<Option<Vec<u8>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let is_seen = draft::find(&mut tx, &app.secrets, scope, id).await?.is_some()
        || record::find(&mut tx, &app.secrets, scope, id).await?.is_some();
    let found =
        if is_seen { stored::of_licence(&mut tx, &app.secrets, id, Some(field)).await? } else { Vec::new() };
    tx.commit().await?;
    Ok(found.into_iter().next().map(|borne| borne.content))
}

/// The same of a licence in a wallet that is open to the caller.
pub async fn of_holder(
    app: &App,
    permit: &Permit<ViewWallet>,
    id: LicenceId,
    field: &str,
) -> Result<Option<Vec<u8>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let own = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::View, id, app.now()).await?;
    let found = match own {
        Some(_) => stored::of_licence(&mut tx, &app.secrets, id, Some(field)).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    Ok(found.into_iter().next().map(|borne| borne.content))
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        use std::fmt::Write;
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How long an unused picture is kept.
pub const KEPT_UNUSED: Seconds = Seconds(86_400);
