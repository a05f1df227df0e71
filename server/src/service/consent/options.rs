//! What a holder may let units use of a licence: the matters whose using lists ask for it by authorisation, and what the unit
//! would then see, so that he agrees to something definite.

use liangzheng_core::text::Text;
use liangzheng_core::trust::Mask;

use crate::App;
use crate::domain::access::{Permit, ViewWallet};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::Sort;
use crate::domain::catalogue::kind::{Field, FieldType, Kind};
use crate::domain::catalogue::matter::Matter;
use crate::domain::catalogue::using_list::{MaterialFooting, UsingList};
use crate::domain::ids::LicenceId;
use crate::service::actor::wallets;
use crate::service::catalogue::reading;
use crate::storage::catalogue::entry::{self, Drafts, Listing};
use crate::storage::catalogue::unit;
use crate::storage::{StorageError, Tx};

/// A matter of a unit that asks for the licence by authorisation.
#[derive(Clone, Debug)]
pub struct Askable {
    /// The unit.
    pub unit: Uscc,
    /// Its names.
    pub unit_names: Text,
    /// Code of the matter.
    pub matter: String,
    /// The matter's names.
    pub matter_names: Text,
    /// Code of what for.
    pub purpose: String,
    /// Exactly what the unit would see.
    pub fields: Vec<SeenField>,
}

/// A field as a unit sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenField {
    /// The short key.
    pub key: String,
    /// Its label.
    pub label: Text,
    /// The value, masked.
    pub value: String,
}

/// The matters that ask for a licence in a wallet open to the caller; `None` if there is no such licence.
pub async fn of_licence(
    app: &App,
    permit: &Permit<ViewWallet>,
    licence: LicenceId,
) -> Result<Option<Vec<Askable>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let found = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::View, licence, app.now()).await?;
    let Some((licence, _)) = found else { return Ok(None) };
    let Some(kind) = reading::in_force::<Kind>(&mut tx, licence.kind().as_str()).await? else {
        return Ok(Some(Vec::new()));
    };
    let mut options = Vec::new();
    for list in lists(&mut tx).await? {
        for listed in &list.matters {
            let asks = |material: &&crate::domain::catalogue::using_list::Material| {
                material.kind == kind.code && material.footing == MaterialFooting::Authorised
            };
            let Some(material) = listed.materials.iter().find(asks) else { continue };
            let Some(matter) = reading::in_force::<Matter>(&mut tx, &listed.code).await? else { continue };
            let Some(unit) = unit::find(&mut tx, list.unit).await? else { continue };
            let fields = listed_fields(&kind, &material.fields);
            options.push(Askable {
                unit: list.unit,
                unit_names: unit.names,
                matter: listed.code.clone(),
                matter_names: matter.names,
                purpose: listed.purpose.clone(),
                fields: fields.map(|field| seen(field.clone(), field.mask, &licence.face)).collect(),
            });
            if options.len() == MOST {
                return Ok(Some(options));
            }
        }
    }
    tx.commit().await?;
    Ok(Some(options))
}

/// A field of a face as a unit sees it.
pub(in crate::service) fn seen(field: Field, mask: Mask, face: &[(String, String)]) -> SeenField {
    let value = face.iter().find(|(key, _)| *key == field.key).map_or("", |(_, value)| value);
    SeenField { value: mask.apply(value), key: field.key, label: field.labels }
}

/// The fields that a unit's list in force asks for by authorisation, for a purpose, of a kind.
pub(super) async fn fields(
    tx: &mut Tx,
    unit: Uscc,
    kind: KindCode,
    purpose: &str,
) -> Result<Vec<Field>, StorageError> {
    let list = reading::in_force::<UsingList>(tx, unit.as_str()).await?;
    let known = reading::in_force::<Kind>(tx, kind.as_str()).await?;
    let (Some(list), Some(known)) = (list, known) else { return Ok(Vec::new()) };
    let matters = list.matters.iter().filter(|listed| listed.purpose == purpose);
    let mut materials = matters.flat_map(|listed| &listed.materials);
    let found =
        materials.find(|material| material.kind == kind && material.footing == MaterialFooting::Authorised);
    Ok(found.map_or_else(Vec::new, |material| listed_fields(&known, &material.fields).cloned().collect()))
}

fn listed_fields<'a>(kind: &'a Kind, keys: &'a [String]) -> impl Iterator<Item = &'a Field> {
    keys.iter().filter_map(|key| kind.field(key)).filter(|field| field.field_type != FieldType::Image)
}

/// Every using list in force.
async fn lists(tx: &mut Tx) -> Result<Vec<UsingList>, StorageError> {
    let (mut lists, mut after) = (Vec::new(), String::new());
    loop {
        let wanted = Listing { after: &after, limit: PAGE, drafts_of: Drafts::None };
        let rows = entry::list(tx, Sort::UsingList, wanted).await?;
        for (_, row) in &rows {
            lists.push(reading::read(Sort::UsingList, row)?);
        }
        match rows.last() {
            Some((entry, _)) if i64::try_from(rows.len()).is_ok_and(|read| read == PAGE) => {
                after.clone_from(&entry.code);
            }
            _ => return Ok(lists),
        }
    }
}

/// More than a holder reads; a bound for one request.
const MOST: usize = 200;
const PAGE: i64 = 200;
