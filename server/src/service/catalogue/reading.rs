//! Reading entries of the catalogue: what is in force for everybody, drafts for their unit and the manager.

use super::entries::{Entered, Entry, EntryError};
use crate::App;
use crate::domain::access::Reach;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::entry::{EntryState, Sort};
use crate::storage::catalogue::entry::{self as stored, Drafts, EntryRow, Listing, VersionRow};
use crate::storage::{StorageError, Tx};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody: what is in force.
    Anybody,
    /// A member of a unit: its drafts, too.
    Unit(Uscc),
    /// The manager or an auditor: everything.
    All,
}

impl From<Reach> for Viewer {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Unit(unit) => Self::Unit(unit),
            Reach::Province => Self::All,
        }
    }
}

impl Viewer {
    fn sees_drafts_of(self, unit: Uscc) -> bool {
        match self {
            Self::Anybody => false,
            Self::Unit(own) => own == unit,
            Self::All => true,
        }
    }
}

/// A version of an entry, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// Where it stands.
    pub state: EntryState,
    /// When it was last written, in unix seconds.
    pub written_at: i64,
    /// Since when it has been in force.
    pub published_at: Option<i64>,
    /// Since when it is out of force.
    pub disabled_at: Option<i64>,
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        let VersionRow { version, state, written_at, published_at, disabled_at, .. } = row;
        Self { version, state, written_at, published_at, disabled_at }
    }
}

/// An entry as `viewer` may see it: the newest version, or the one in force; or the version asked for.
pub async fn one<E: Entry>(
    app: &App,
    viewer: Viewer,
    code: &str,
    version: Option<i64>,
) -> Result<Entered<E>, EntryError> {
    let mut tx = app.db.begin_read().await?;
    let entry = stored::find(&mut tx, E::SORT, code).await?.ok_or(EntryError::NotFound)?;
    let seen = version_for(viewer, &entry, version).ok_or(EntryError::NotFound)?;
    let row = stored::version(&mut tx, E::SORT, code, seen).await?.ok_or(EntryError::NotFound)?;
    tx.commit().await?;
    if !is_seen(viewer, &entry, &row) {
        return Err(EntryError::NotFound);
    }
    Ok(Entered::new(read(E::SORT, &row)?, row.state, row.version, &entry))
}

/// A page of entries, by code, as `viewer` may see them; and the code after which the next begins.
pub async fn list<E: Entry>(
    app: &App,
    viewer: Viewer,
    after: &str,
    limit: i64,
) -> Result<(Vec<Entered<E>>, Option<String>), EntryError> {
    let drafts_of = match viewer {
        Viewer::Anybody => Drafts::None,
        Viewer::Unit(unit) => Drafts::Of(unit),
        Viewer::All => Drafts::All,
    };
    let mut tx = app.db.begin_read().await?;
    let wanted = Listing { after, limit: limit.saturating_add(1), drafts_of };
    let mut entries = stored::list(&mut tx, E::SORT, wanted).await?;
    let has_more = i64::try_from(entries.len()).is_ok_and(|found| found > limit);
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut seen = Vec::with_capacity(entries.len());
    for entry in &entries {
        let Some(version) = version_for(viewer, entry, None) else { continue };
        let Some(row) = stored::version(&mut tx, E::SORT, &entry.code, version).await? else { continue };
        seen.push(Entered::new(read(E::SORT, &row)?, row.state, row.version, entry));
    }
    tx.commit().await?;
    let next = entries.last().filter(|_| has_more).map(|last| last.code.clone());
    Ok((seen, next))
}

/// Every version of an entry that `viewer` may see, oldest first, without what it says.
pub async fn versions<E: Entry>(app: &App, viewer: Viewer, code: &str) -> Result<Vec<Version>, EntryError> {
    let mut tx = app.db.begin_read().await?;
    let entry = stored::find(&mut tx, E::SORT, code).await?.ok_or(EntryError::NotFound)?;
    let mut rows = stored::versions(&mut tx, E::SORT, code).await?;
    tx.commit().await?;
    rows.retain(|row| is_seen(viewer, &entry, row));
    if rows.is_empty() {
        Err(EntryError::NotFound)
    } else {
        Ok(rows.into_iter().map(Version::from).collect())
    }
}

/// The entry in force under a code.
pub async fn in_force<E: Entry>(tx: &mut Tx, code: &str) -> Result<Option<E>, StorageError> {
    let Some(entry) = stored::find(tx, E::SORT, code).await? else { return Ok(None) };
    let Some(version) = entry.in_force else { return Ok(None) };
    let row = stored::version(tx, E::SORT, code, version).await?;
    row.map(|row| read(E::SORT, &row)).transpose()
}

/// What a version says.
pub(super) fn read<E: Entry>(sort: Sort, row: &VersionRow) -> Result<E, StorageError> {
    serde_json::from_str(&row.body).map_err(|_| StorageError::Inconsistent {
        table: "catalogue_entry_version",
        column: "body",
        row: format!("{sort} {} {}", row.code, row.version),
    })
}

pub(super) fn version_for(viewer: Viewer, entry: &EntryRow, asked: Option<i64>) -> Option<i64> {
    match asked {
        Some(version) => Some(version),
        None if viewer.sees_drafts_of(entry.unit) => Some(entry.newest),
        None => entry.in_force,
    }
}

fn is_seen(viewer: Viewer, entry: &EntryRow, row: &VersionRow) -> bool {
    viewer.sees_drafts_of(entry.unit) || row.published_at.is_some()
}
