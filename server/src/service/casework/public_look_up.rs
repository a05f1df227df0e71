//! What anybody may look up: licences of kinds that are public by law, and their public fields (R57).
//!
//! A licence of another kind, and none at all, are answered alike. Each look is in the holder's list.

use std::sync::Arc;

use liangzheng_core::identifier::Identifier;
use liangzheng_core::text::Text;

use crate::App;
use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::{FieldType, Kind};
use crate::domain::ids::LicenceId;
use crate::domain::licence::{Licence, Status};
use crate::service::catalogue::reading;
use crate::service::consent::duty_applications::names;
use crate::service::consent::options::{SeenField, seen};
use crate::service::trace::access_log::{LogUnavailable, Use, UseKind};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Looked {
    /// The licence with this number.
    Identifier(Identifier),
    /// Licences of one kind, of whoever has exactly this name.
    Holder(KindCode, String),
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

/// What there is; logged before it leaves.
pub async fn look_up(app: &App, looked: &Looked) -> Result<Vec<PublicLicence>, LookUpError> {
    let mut tx = app.db.begin_read().await?;
    let ids = match looked {
        Looked::Identifier(identifier) => record::id_of(&mut tx, identifier).await?.into_iter().collect(),
        Looked::Holder(kind, name) => {
            record::of_kind_and_name(&mut tx, *kind, &app.secrets.holder_name_key(name), MOST).await?
        }
    };
    let mut found = Vec::new();
    for id in ids {
        found.extend(told(app, &mut tx, id).await?);
    }
    tx.commit().await?;
    let now = app.now();
    for PublicLicence { licence, .. } in &found {
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
        app.access_log.record(row).await?;
    }
    Ok(found)
}

/// A licence, if its kind is public and it has been issued.
async fn told(app: &App, tx: &mut Tx, id: LicenceId) -> Result<Option<PublicLicence>, StorageError> {
    // Whether its kind is public is known before its face is opened.
    let Some(identifier) = record::identifier_of(tx, id).await? else { return Ok(None) };
    let Ok(identifier) = Identifier::parse(&identifier) else { return Ok(None) };
    let kind = reading::in_force::<Kind>(tx, KindCode::of(&identifier).as_str()).await?;
    let Some(kind) = kind.filter(|kind| kind.public.allowed) else { return Ok(None) };
    let Some(licence) = record::find(tx, &app.secrets, Scope::All, id).await? else { return Ok(None) };
    if matches!(licence.status, Status::Draft | Status::PendingReview) {
        return Ok(None);
    }
    let is_told =
        |field: &&crate::domain::catalogue::kind::Field| field.public && field.field_type != FieldType::Image;
    let fields = kind.face.fields.iter().filter(is_told);
    let fields = fields.map(|field| seen(field.clone(), field.mask, &licence.face)).collect();
    let issuer = record::unit_of(tx, &licence).await?;
    let unit = (issuer, names(tx, issuer).await?);
    Ok(Some(PublicLicence { kind_names: kind.names, unit, fields, licence }))
}

/// Licences of one kind that people of one name may have; a bound for one answer.
const MOST: i64 = 50;
