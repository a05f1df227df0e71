//! Reading entries of the catalogue: what is in force for everybody, drafts for their unit and the manager.

use super::entries::{Entered, Entry, EntryError, unreadable};
use crate::App;
use crate::domain::access::Reach;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::{EntryState, Sort};
use crate::domain::catalogue::kind::Kind;
use crate::storage::catalogue::entry::{self as stored, Drafts, EntryRow, Listing, VersionRow};
use crate::storage::{StorageError, Tx, page};

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
    tx.commit().await?;
    let next = page::cut(&mut entries, limit, |(entry, _)| entry.code.clone());
    let seen = entries
        .iter()
        .map(|(entry, row)| Ok(Entered::new(read(E::SORT, row)?, row.state, row.version, entry)))
        .collect::<Result<_, StorageError>>()?;
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
    Ok(numbered_in_force(tx, code).await?.map(|(entry, _)| entry))
}

/// The same with the number of its version.
pub async fn numbered_in_force<E: Entry>(tx: &mut Tx, code: &str) -> Result<Option<(E, i64)>, StorageError> {
    let row = stored::in_force(tx, E::SORT, code).await?;
    row.map(|row| Ok((read(E::SORT, &row)?, row.version))).transpose()
}

/// The kinds in force that are made of licences of `kind`, among others (R13).
pub async fn composites_of(tx: &mut Tx, kind: KindCode) -> Result<Vec<Kind>, StorageError> {
    let rows = stored::in_force_naming(tx, Sort::Kind, kind.as_str()).await?;
    let mut found = Vec::new();
    for row in &rows {
        let other: Kind = read(Sort::Kind, row)?;
        if other.parts.contains(&kind) {
            found.push(other);
        }
    }
    Ok(found)
}

/// What a version said, whatever became of it.
pub async fn version_of<E: Entry>(tx: &mut Tx, code: &str, version: i64) -> Result<Option<E>, StorageError> {
    let row = stored::version(tx, E::SORT, code, version).await?;
    row.map(|row| read(E::SORT, &row)).transpose()
}

/// What a version says.
pub(in crate::service) fn read<E: Entry>(sort: Sort, row: &VersionRow) -> Result<E, StorageError> {
    serde_json::from_str(&row.body).map_err(|_| unreadable(sort, row))
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
