//! What follows from using lists: what people need not hand in (R66), and whose list a matter stands on when a unit's work
//! moves.

use std::collections::{HashMap, hash_map};

use liangzheng_core::text::Text;

use super::entries::{Entry, unreadable};
use super::reading::{self, read};
use crate::App;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::{EntryState, Sort, compared};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::Matter;
use crate::domain::catalogue::using_list::{MaterialFooting, UsingList, UsingMatter};
use crate::storage::catalogue::entry::{self as stored, Drafts, EntryRow, Listing, VersionRow};
use crate::storage::catalogue::unit;
use crate::storage::{StorageError, Tx};

/// A matter in which people need not hand in what they have a licence of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExemptMatter {
    /// The unit it is done at.
    pub unit: Uscc,
    /// That unit's names.
    pub unit_names: Text,
    /// Its code.
    pub code: String,
    /// Its names.
    pub names: Text,
    /// Code of what the licences are used for.
    pub purpose: String,
    /// The licences that take the place of papers.
    pub materials: Vec<ExemptMaterial>,
}

/// A licence that takes the place of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExemptMaterial {
    /// Its kind.
    pub kind: KindCode,
    /// Names of the kind.
    pub names: Text,
    /// Labels of the fields that are looked at.
    pub fields: Vec<Text>,
    /// On what footing the unit gets it.
    pub footing: MaterialFooting,
}

/// Where a page of the list begins: after this matter of this unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct After {
    /// The unit.
    pub unit: String,
    /// The matter; empty = at the unit's first.
    pub matter: String,
}

/// A page of all matters on lists in force whose unit, matter or one of whose licences has `words` in its name, by unit
/// and code; and where the next begins. A page of a search may have fewer than `limit`, or none: what was looked
/// through ends it, too.
pub async fn exempt(
    app: &App,
    words: &str,
    after: &After,
    limit: usize,
) -> Result<(Vec<ExemptMatter>, Option<After>), StorageError> {
    let words = compared(words);
    let mut known = Known::default();
    let mut found = Vec::new();
    let mut tx = app.db.begin_read().await?;
    // The list of the unit that the page before ended in comes first, if there is more of it.
    let mut lists: Vec<UsingList> = Vec::new();
    if let Some(list) = reading::in_force(&mut tx, &after.unit).await? {
        lists.push(list);
    }
    let wanted = Listing { after: &after.unit, limit: MAX_LISTS, drafts_of: Drafts::None };
    let more = stored::list(&mut tx, Sort::UsingList, wanted).await?;
    let is_whole = i64::try_from(more.len()).is_ok_and(|read| read < MAX_LISTS);
    for (_, row) in &more {
        lists.push(read(Sort::UsingList, row)?);
    }
    let (mut last, mut looked) = (None, 0);
    for list in lists {
        let mut matters = list.matters;
        matters.sort_by(|one, other| one.code.cmp(&other.code));
        for listed in matters {
            if list.unit.as_str() == after.unit && listed.code <= after.matter {
                continue;
            }
            if found.len() == limit || looked == MAX_LOOKED {
                tx.commit().await?;
                return Ok((found, last));
            }
            looked += 1;
            last = Some(After { unit: list.unit.to_string(), matter: listed.code.clone() });
            if let Some(matter) = known.exempt(&mut tx, list.unit, listed).await?
                && matter.has(&words)
            {
                found.push(matter);
            }
        }
    }
    tx.commit().await?;
    Ok((found, last.filter(|_| !is_whole)))
}

impl ExemptMatter {
    fn has(&self, words: &str) -> bool {
        let names = [&self.unit_names, &self.names].into_iter();
        let mut names = names.chain(self.materials.iter().map(|material| &material.names));
        words.is_empty()
            || names.any(|name| compared(&name.zh).contains(words) || compared(&name.en).contains(words))
    }
}

/// What was read for a page already.
#[derive(Default)]
struct Known {
    units: HashMap<Uscc, Option<Text>>,
    kinds: HashMap<KindCode, Option<Kind>>,
}

impl Known {
    /// A matter as people read it; `None` if it is no longer in force. A kind that is no longer in force is left out:
    /// the paper is asked for again.
    async fn exempt(
        &mut self,
        tx: &mut Tx,
        unit: Uscc,
        listed: UsingMatter,
    ) -> Result<Option<ExemptMatter>, StorageError> {
        let Some(matter) = reading::in_force::<Matter>(tx, &listed.code).await? else { return Ok(None) };
        if let hash_map::Entry::Vacant(place) = self.units.entry(unit) {
            place.insert(unit::find(tx, unit).await?.map(|unit| unit.names));
        }
        let Some(unit_names) = self.units.get(&unit).cloned().flatten() else { return Ok(None) };
        let mut materials = Vec::new();
        for material in listed.materials {
            if let hash_map::Entry::Vacant(place) = self.kinds.entry(material.kind) {
                place.insert(reading::in_force(tx, material.kind.as_str()).await?);
            }
            let Some(Some(kind)) = self.kinds.get(&material.kind) else { continue };
            let fields =
                material.fields.iter().filter_map(|key| kind.field(key)).map(|field| field.labels.clone());
            materials.push(ExemptMaterial {
                kind: material.kind,
                names: kind.names.clone(),
                fields: fields.collect(),
                footing: material.footing,
            });
        }
        let UsingMatter { code, purpose, .. } = listed;
        Ok((!materials.is_empty()).then_some(ExemptMatter {
            unit,
            unit_names,
            code,
            names: matter.names,
            purpose,
            materials,
        }))
    }
}

/// Puts what stands on `from`'s list in force onto `heir`'s, whose matters they are now, and takes `from`'s out of force.
/// A draft of `from` goes with it; one of `heir` stays above what is in force.
pub(super) async fn move_list(tx: &mut Tx, from: Uscc, heir: Uscc, now: i64) -> Result<(), StorageError> {
    let sort = Sort::UsingList;
    let Some(before) = stored::find(tx, sort, from.as_str()).await? else { return Ok(()) };
    if let Some(list) = reading::in_force::<UsingList>(tx, from.as_str()).await? {
        put_in_force(tx, UsingList { unit: heir, ..list }, now).await?;
    }
    // What is in force, and a draft above it.
    let above = Some(before.newest).filter(|newest| before.in_force != Some(*newest));
    for number in before.in_force.into_iter().chain(above) {
        let row = stored::version(tx, sort, from.as_str(), number).await?;
        if let Some(row) = row.filter(|row| row.state != EntryState::Disabled) {
            let ended = VersionRow { state: EntryState::Disabled, disabled_at: Some(now), ..row };
            stored::put_version(tx, sort, &ended).await?;
        }
    }
    let after =
        EntryRow { in_force: None, name_in_force: None, changes: before.changes + 1, ..before.clone() };
    stored::replace(tx, sort, &before, &after).await
}

/// Adds `list` to what its unit has in force.
async fn put_in_force(tx: &mut Tx, list: UsingList, now: i64) -> Result<(), StorageError> {
    let sort = Sort::UsingList;
    let code = list.unit.to_string();
    let version = |number: i64, list: &UsingList| -> Result<VersionRow, StorageError> {
        let row = VersionRow {
            code: code.clone(),
            version: number,
            state: EntryState::Published,
            body: String::new(),
            writers: Vec::new(),
            written_at: now,
            published_at: Some(now),
            disabled_at: None,
        };
        let body = serde_json::to_string(list).map_err(|_| unreadable(sort, &row))?;
        Ok(VersionRow { body, ..row })
    };
    let Some(before) = stored::find(tx, sort, &code).await? else {
        let name = compared(list.name());
        let entry = EntryRow {
            code: code.clone(),
            unit: list.unit,
            name: name.clone(),
            name_in_force: Some(name),
            newest: 1,
            in_force: Some(1),
            changes: 1,
        };
        stored::insert(tx, sort, &entry, liangzheng_core::time::UnixTime(now)).await?;
        return stored::put_version(tx, sort, &version(1, &list)?).await;
    };
    let joined = match reading::in_force::<UsingList>(tx, &code).await? {
        Some(own) => own.joined(list),
        None => list,
    };
    let newest = stored::version(tx, sort, &code, before.newest).await?;
    let draft = newest.filter(|row| matches!(row.state, EntryState::Draft | EntryState::Submitted));
    // A draft makes room: versions in force come before what is written on them.
    let number = if draft.is_some() { before.newest } else { before.newest + 1 };
    stored::put_version(tx, sort, &version(number, &joined)?).await?;
    let mut after = EntryRow {
        newest: number,
        in_force: Some(number),
        name_in_force: Some(before.name.clone()),
        changes: before.changes + 1,
        ..before.clone()
    };
    if let Some(row) = draft {
        stored::put_version(tx, sort, &VersionRow { version: number + 1, ..row }).await?;
        after.newest = number + 1;
    }
    stored::replace(tx, sort, &before, &after).await
}

/// Matters that one page looks through: each costs two reads, and everybody may ask.
const MAX_LOOKED: usize = 500;
/// Lists that a page looks through.
const MAX_LISTS: i64 = 200;
