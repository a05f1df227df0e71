//! What a holder sees of the access log: who used which of the own licences, when, for what, and what was refused; and what a
//! unit sees of it: what its members did for it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::access::{Permit, Reach, ViewOwnUses, ViewUnitUses};
use crate::domain::actor::membership::Footing;
use crate::domain::casework::fetch::ScopeRule;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::using_list::MaterialFooting;
use crate::domain::trace::usage::UseKind;
use crate::service::catalogue::names::{kind_names, unit_names};
use crate::storage::actor::account::open_name;
use crate::storage::page::{Cursor, Page};
use crate::storage::trace::access_log::{UseRow, open_reason, uses_by_unit, uses_of};
use crate::storage::{StorageError, Tx};

/// One use.
#[derive(Clone, Debug)]
pub struct UseOfLicence {
    /// Its place in the log.
    pub seq: i64,
    /// When.
    pub at: UnixTime,
    /// What was done.
    pub kind: UseKind,
    /// The licence; empty where none was told.
    pub licence: String,
    /// The kind of the licence, or that was asked for, and its names.
    pub licence_kind: Option<(KindCode, Text)>,
    /// The scene, as far as it was known.
    pub scene: Option<String>,
    /// Code of the inspection matter it was done in.
    pub matter: Option<String>,
    /// Code of what for; the reason, of a look.
    pub purpose: Option<String>,
    /// Number of the case it was needed for.
    pub case_number: Option<String>,
    /// On which footing of the using list it was fetched.
    pub footing: Option<MaterialFooting>,
    /// The rule that failed, of a try that was refused.
    pub refused: Option<ScopeRule>,
    /// Who did it.
    pub by: Option<UsedBy>,
    /// The show or the device; for a verification the verdict's code.
    pub subject: String,
    /// Whether a verification was made without a network and reported afterwards.
    pub offline: bool,
}

/// The account behind a use.
#[derive(Clone, Debug)]
pub struct UsedBy {
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Option<String>,
    /// Its unit, for staff, and the unit's names.
    pub unit: Option<(Uscc, Text)>,
    /// On what footing: as an agent or a delegate of the holder, as a member of the unit; `None` where that is not known.
    pub footing: Option<Footing>,
}

/// One page of the caller's uses: those before the number `before`, `limit` at the most.
pub async fn list(
    app: &App,
    permit: &Permit<ViewOwnUses>,
    before: Option<i64>,
    limit: i64,
) -> Result<Page<UseOfLicence>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let page = uses_of(&mut tx, permit.scope(), Cursor { before, limit }).await?;
    let page = open_all(app, &mut tx, page).await?;
    tx.commit().await?;
    Ok(page)
}

/// One page of what was done for a unit; `None` if it is not the caller's to see.
pub async fn of_unit(
    app: &App,
    permit: &Permit<ViewUnitUses>,
    unit: Uscc,
    before: Option<i64>,
    limit: i64,
) -> Result<Option<Page<UseOfLicence>>, StorageError> {
    if let Reach::Unit(own) = permit.scope()
        && own != unit
    {
        return Ok(None);
    }
    let mut tx = app.db.begin_read().await?;
    let page = uses_by_unit(&mut tx, unit, Cursor { before, limit }).await?;
    let page = open_all(app, &mut tx, page).await?;
    tx.commit().await?;
    Ok(Some(page))
}

async fn open_all(app: &App, tx: &mut Tx, page: Page<UseRow>) -> Result<Page<UseOfLicence>, StorageError> {
    // Most of a page are of the same few units.
    let mut units = BTreeMap::new();
    for unit in page.items.iter().filter_map(|row| row.unit) {
        if let Entry::Vacant(new) = units.entry(unit) {
            new.insert(unit_names(tx, unit).await?);
        }
    }
    let items = page.items.into_iter().map(|row| open(app, &units, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

fn open(app: &App, units: &BTreeMap<Uscc, Text>, row: UseRow) -> Result<UseOfLicence, StorageError> {
    let broken = |column| StorageError::Inconsistent {
        table: "trace_access_ground",
        column,
        row: row.seq.to_string(),
    };
    let reason = open_reason(&app.secrets, &row)?;
    let unit = row.unit.and_then(|unit| Some((unit, units.get(&unit)?.clone())));
    // Who is gone has left no name; who is not has an id that can be read.
    let by = match row.name.zip(row.actor.parse().ok()) {
        Some((sealed, id)) => {
            let name = open_name(&app.secrets, id, &sealed)?;
            let footing = row.acted.map(|word| word.parse().map_err(|_| broken("footing"))).transpose()?;
            Some(UsedBy { name, role: row.role, unit, footing })
        }
        None => None,
    };
    Ok(UseOfLicence {
        seq: row.seq,
        at: UnixTime(row.at),
        kind: UseKind::of_number(row.kind),
        licence: row.licence,
        licence_kind: row.licence_kind.map(|kind| (kind, kind_names(app, kind))),
        matter: row.matter,
        purpose: row.purpose.or(reason),
        case_number: row.case_number,
        footing: row.material.map(|word| word.parse().map_err(|_| broken("material"))).transpose()?,
        refused: row.refused.map(|word| word.parse().map_err(|_| broken("refused"))).transpose()?,
        scene: Some(row.scene).filter(|scene| !scene.is_empty()),
        by,
        subject: row.subject,
        offline: row.receipt.is_some(),
    })
}
