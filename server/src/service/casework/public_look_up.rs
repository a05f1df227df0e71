//! What anybody may look up: licences of kinds that are public by law, and their public fields (R57).
//!
//! A licence of another kind, and none at all, are answered alike. Each look is in the holder's list.

use std::sync::Arc;

use liangzheng_core::identifier::Identifier;
use liangzheng_core::text::Text;
use tokio::task::JoinSet;

use crate::App;
use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::Sort;
use crate::domain::catalogue::kind::{Field, FieldType, Kind};
use crate::domain::ids::LicenceId;
use crate::domain::licence::{Licence, Status};
use crate::service::catalogue::names::unit_names;
use crate::service::catalogue::reading;
use crate::service::consent::options::{SeenField, seen};
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::storage::catalogue::entry::{self, Drafts, Listing};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx, page};

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Looked {
    /// The licence with this number.
    Identifier(Identifier),
    /// Licences of one kind, of whoever has exactly this name: those before one, and how many at most.
    Holder {
        /// The kind.
        kind: KindCode,
        /// The whole name.
        name: String,
        /// Older than this one.
        before: Option<LicenceId>,
        /// How many at most.
        limit: i64,
    },
}

/// A licence as everybody may see it.
#[derive(Clone, Debug)]
pub struct PublicLicence {
    /// The licence; its face is told by `fields` only.
    pub licence: Licence,
    /// The kind's names.
    pub kind_names: Text,
    /// The issuer and its names.
    pub unit: (Uscc, Text),
    /// The public fields.
    pub fields: Vec<SeenField>,
}

/// Why nothing was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookUpError {
    /// The look could not be logged.
    #[error(transparent)]
    Log(#[from] LogUnavailable),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A kind whose licences anybody may look up.
#[derive(Clone, Debug)]
pub struct PublicKind {
    /// Its code.
    pub kind: KindCode,
    /// Its names.
    pub names: Text,
    /// Labels of the fields that are told.
    pub fields: Vec<Text>,
}

/// The kinds in force that are public by law: those behind `after`, by code, and behind which the next page begins. A page
/// may have none: what was looked through ends it.
pub async fn kinds(
    app: &App,
    after: Option<KindCode>,
) -> Result<(Vec<PublicKind>, Option<KindCode>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let after = after.map(|code| code.to_string()).unwrap_or_default();
    let wanted = Listing { after: &after, limit: MAX_LOOKED, drafts_of: Drafts::None };
    let rows = entry::list(&mut tx, Sort::Kind, wanted).await?;
    tx.commit().await?;
    let kinds = rows.iter().map(|(_, row)| reading::read::<Kind>(Sort::Kind, row));
    let kinds: Vec<Kind> = kinds.collect::<Result<_, _>>()?;
    let is_whole = i64::try_from(kinds.len()).is_ok_and(|read| read < MAX_LOOKED);
    let next = kinds.last().map(|kind| kind.code).filter(|_| !is_whole);
    let public = kinds.into_iter().filter(|kind| kind.public.allowed).map(|kind| PublicKind {
        kind: kind.code,
        fields: kind.face.fields.iter().filter(is_told).map(|field| field.labels.clone()).collect(),
        names: kind.names,
    });
    Ok((public.collect(), next))
}

/// What there is, and where the next page begins; logged before it leaves.
pub async fn look_up(
    app: &App,
    looked: &Looked,
) -> Result<(Vec<PublicLicence>, Option<LicenceId>), LookUpError> {
    let mut tx = app.db.begin_read().await?;
    let kind = match looked {
        Looked::Identifier(identifier) => KindCode::of(identifier),
        Looked::Holder { kind, .. } => *kind,
    };
    // Of a kind that is not public nothing is looked for: not even by the time it takes is it told whether there is one.
    let known = reading::in_force::<Kind>(&mut tx, kind.as_str()).await?;
    let Some(kind) = known.filter(|kind| kind.public.allowed) else { return Ok((Vec::new(), None)) };
    let (ids, next) = match looked {
        Looked::Identifier(identifier) => {
            (record::id_of(&mut tx, identifier).await?.into_iter().collect(), None)
        }
        Looked::Holder { name, before, limit, .. } => {
            let (name, one_more) = (app.secrets.holder_name_key(name), limit.saturating_add(1));
            let mut ids = record::of_kind_and_name(&mut tx, kind.code, &name, *before, one_more).await?;
            let next = page::cut(&mut ids, *limit, |id| *id);
            (ids, next)
        }
    };
    let mut found = Vec::new();
    for id in ids {
        found.extend(told(app, &mut tx, &kind, id).await?);
    }
    tx.commit().await?;
    log(app, &found).await?;
    Ok((found, next))
}

/// Logs each licence that is told: all at once, for the log writes what waits together.
async fn log(app: &App, found: &[PublicLicence]) -> Result<(), LogUnavailable> {
    let now = app.now();
    let mut logged = JoinSet::new();
    for PublicLicence { licence, .. } in found {
        let row = Use {
            at: now,
            kind: UseKind::PublicLookUp,
            licence: licence.id.to_string().into(),
            actor: Arc::default(),
            subject: licence.identifier.to_string().into(),
            scene: Arc::default(),
            token: Vec::new(),
            ground: None,
        };
        let log = app.access_log.clone();
        logged.spawn(async move { log.record(row).await });
    }
    while let Some(done) = logged.join_next().await {
        done.map_err(|_| LogUnavailable)??;
    }
    Ok(())
}

/// A licence of a public kind, if it has been issued.
async fn told(
    app: &App,
    tx: &mut Tx,
    kind: &Kind,
    id: LicenceId,
) -> Result<Option<PublicLicence>, StorageError> {
    let Some(licence) = record::find(tx, &app.secrets, Scope::All, id).await? else { return Ok(None) };
    if matches!(licence.status, Status::Draft | Status::PendingReview) {
        return Ok(None);
    }
    let fields = kind.face.fields.iter().filter(is_told);
    let fields = fields.map(|field| seen(field.clone(), field.mask, &licence.face)).collect();
    let issuer = record::unit_of(tx, &licence).await?;
    let unit = (issuer, unit_names(tx, issuer).await?);
    Ok(Some(PublicLicence { kind_names: kind.names.clone(), unit, fields, licence }))
}

fn is_told(field: &&Field) -> bool {
    field.public && field.field_type != FieldType::Image
}

/// Kinds that a page looks through.
const MAX_LOOKED: i64 = 500;
