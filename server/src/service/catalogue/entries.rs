//! Entries of the catalogue: written by their unit, put in force by the manager (R07, R09).
//!
//! The same for every sort; what differs, which members are wrong, each sort says itself ([`Entry`]).

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::content::{self, Room};
use super::reading::{Viewer, read, version_for};
use crate::App;
use crate::domain::access::{ActOnEntry, EditEntry, Permit, Reach};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::entry::{ActRefused, ActedBy, EntryAct, EntryState, Sort, after, compared};
use crate::domain::fault::Faults;
use crate::domain::ids::AccountId;
use crate::domain::text::PlainText;
use crate::service::actor::person;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::catalogue::entry::{self as stored, EntryRow, VersionRow};
use crate::storage::change::Change;
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx};

/// A sort of entry.
pub trait Entry: Clone + Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// Which.
    const SORT: Sort;
    /// Its code.
    fn code(&self) -> &str;
    /// Its Chinese name, of which there is one of a sort; of a using list the unit's code.
    fn name(&self) -> &str;
    /// The unit that owns it.
    fn unit(&self) -> Uscc;
    /// Everything that is wrong with it, by itself and beside the entries that are there.
    fn faults(&self, app: &App, tx: &mut Tx) -> impl Future<Output = Result<Faults, StorageError>> + Send;
}

/// An entry as it is read: what was sent, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "{E}Entry")]
pub struct Entered<E> {
    /// What was sent.
    #[serde(flatten)]
    pub body: E,
    /// Where this version stands.
    pub state: EntryState,
    /// Its number, from 1.
    pub version: i64,
    /// For `If-Match`; changes with every change of the entry.
    pub etag: String,
    /// What whoever did this should know of; absent = nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Text>,
}

impl<E> Entered<E> {
    pub(super) fn new(body: E, state: EntryState, version: i64, entry: &EntryRow) -> Self {
        Self { body, state, version, etag: format!("\"{}\"", entry.changes), warning: None }
    }

    /// The number in the entity tag.
    pub fn changes(&self) -> i64 {
        self.etag.trim_matches('"').parse().unwrap_or_default()
    }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// No such entry, or none that the caller may see.
    #[error("no such entry")]
    NotFound,
    /// Another unit's.
    #[error("the entry belongs to another unit")]
    NotYours,
    /// Members of the body are wrong.
    #[error("the entry cannot be used as it is")]
    Faults(Faults),
    /// The act is not done.
    #[error(transparent)]
    Refused(#[from] ActRefused),
    /// There is an entry of this code (R08, R11).
    #[error("the code is taken")]
    CodeTaken {
        /// Its name; `None` if it is in another unit's draft, of which nobody else is told.
        by: Option<String>,
    },
    /// There is an entry of this name.
    #[error("the name is taken")]
    NameTaken {
        /// Its code; `None` if it is in another unit's draft, of which nobody else is told.
        by: Option<String>,
    },
    /// The caller saw another version.
    #[error("the entry has changed")]
    Stale {
        /// Its tag now.
        now: i64,
    },
    /// The signed catalogue has no room for it.
    #[error("the catalogue is full")]
    Full,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for EntryError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Makes an entry, as a draft.
pub async fn create<E: Entry>(
    app: &App,
    permit: &Permit<EditEntry>,
    body: E,
    key: Option<Claim>,
) -> Result<Reply<Entered<E>>, EntryError> {
    if body.unit() != permit.scope() {
        return Err(EntryError::NotYours);
    }
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    body.faults(app, &mut work.tx).await?.none().map_err(EntryError::Faults)?;
    refuse_taken_name(&mut work.tx, &body).await?;
    let entry = EntryRow {
        code: body.code().to_owned(),
        unit: body.unit(),
        name: compared(body.name()),
        name_in_force: None,
        newest: 1,
        in_force: None,
        changes: 1,
    };
    if !stored::insert(&mut work.tx, E::SORT, &entry, work.now).await? {
        // Of two who were at it at the same time the second may have the name only.
        refuse_taken_name(&mut work.tx, &body).await?;
        return Err(EntryError::CodeTaken { by: name_seen(&mut work.tx, &body).await? });
    }
    let draft = draft_of(&body, &entry, vec![permit.account()], work.now.0)?;
    stored::put_version(&mut work.tx, E::SORT, &draft).await?;
    work.audit(written(E::SORT), &entry.code, None).await?;
    let entered = Entered::new(body, draft.state, draft.version, &entry);
    Ok(work.commit(entered).await?)
}

/// Enters entries that are in force from the beginning, written by nobody, in an installation whose signed catalogue has
/// them: the demo's.
pub async fn enter_in_force<E: Entry>(tx: &mut Tx, bodies: &[E], now: UnixTime) -> Result<(), StorageError> {
    for body in bodies {
        let entry = EntryRow {
            code: body.code().to_owned(),
            unit: body.unit(),
            name: compared(body.name()),
            name_in_force: Some(compared(body.name())),
            newest: 1,
            in_force: Some(1),
            changes: 1,
        };
        let draft = draft_of(body, &entry, Vec::new(), now.0)?;
        stored::insert(tx, E::SORT, &entry, now).await?;
        let version = VersionRow { state: EntryState::Published, published_at: Some(now.0), ..draft };
        stored::put_version(tx, E::SORT, &version).await?;
    }
    Ok(())
}

/// Writes the draft of an entry that its unit has one of: makes the entry if it is not there.
pub async fn put<E: Entry>(
    app: &App,
    permit: &Permit<EditEntry>,
    body: E,
    if_tag: Option<Vec<i64>>,
) -> Result<Entered<E>, EntryError> {
    let code = body.code().to_owned();
    let mut tx = app.db.begin_read().await?;
    let is_there = stored::find(&mut tx, E::SORT, &code).await?.is_some();
    tx.commit().await?;
    // Whoever saw that there is none says version 0.
    if is_there || if_tag.as_ref().is_some_and(|tags| !tags.contains(&0)) {
        return edit(app, permit, &code, body, if_tag).await;
    }
    match create(app, permit, body.clone(), None).await {
        Ok(Reply::Now(entered) | Reply::Accepted(entered)) => Ok(entered),
        // Only of a request with a key, and this has none.
        Ok(Reply::Before { .. }) => Err(EntryError::NotFound),
        // Another has made it meanwhile: it has a tag now, which is not the one that was seen.
        Err(EntryError::CodeTaken { .. }) => edit(app, permit, &code, body, if_tag).await,
        Err(error) => Err(error),
    }
}

/// Writes an entry's draft, making one from the version in force if there is none.
pub async fn edit<E: Entry>(
    app: &App,
    permit: &Permit<EditEntry>,
    code: &str,
    body: E,
    if_tag: Option<Vec<i64>>,
) -> Result<Entered<E>, EntryError> {
    let mut work = Work::begin(app, permit).await?;
    let (before, newest) = found::<E>(&mut work.tx, code).await?;
    if before.unit != permit.scope() {
        return Err(refused_to(Viewer::Unit(permit.scope()), &before));
    }
    refuse_stale(&before, if_tag)?;
    let mut faults = body.faults(app, &mut work.tx).await?;
    faults.require(
        body.code() == code && body.unit() == before.unit,
        "/code",
        "fixed",
        "代码和所属单位不能更改",
        "code and unit cannot be changed",
    );
    faults.none().map_err(EntryError::Faults)?;
    refuse_taken_name(&mut work.tx, &body).await?;
    let mut entry = EntryRow { name: compared(body.name()), changes: before.changes + 1, ..before.clone() };
    let mut writers = match newest.state {
        EntryState::Draft => newest.writers,
        EntryState::Submitted => {
            return Err(ActRefused::State { from: newest.state, act: EntryAct::Submit }.into());
        }
        EntryState::Published | EntryState::Disabled => {
            entry.newest += 1;
            Vec::new()
        }
    };
    if !writers.contains(&permit.account()) {
        writers.push(permit.account());
    }
    let draft = draft_of(&body, &entry, writers, work.now.0)?;
    stored::replace(&mut work.tx, E::SORT, &before, &entry).await?;
    stored::put_version(&mut work.tx, E::SORT, &draft).await?;
    work.audit(written(E::SORT), code, None).await?;
    let entered = Entered::new(body, draft.state, draft.version, &entry);
    work.finish().await?;
    Ok(entered)
}

/// Submits, returns, publishes or disables the newest version.
pub async fn act<E: Entry>(
    app: &App,
    permit: &Permit<ActOnEntry>,
    code: &str,
    act: EntryAct,
    reason: Option<PlainText>,
    if_tag: Option<Vec<i64>>,
) -> Result<Entered<E>, EntryError> {
    let mut work = Work::begin(app, permit).await?;
    let (before, version) = found::<E>(&mut work.tx, code).await?;
    let by = match permit.scope() {
        Reach::Province => ActedBy::Manager,
        Reach::Unit(unit) if unit == before.unit => ActedBy::Owner,
        Reach::Unit(unit) => return Err(refused_to(Viewer::Unit(unit), &before)),
    };
    refuse_stale(&before, if_tag)?;
    // By person: who wrote it under another account of his does not publish it.
    let is_writer = person::is_among(&mut work.tx, &version.writers, permit.account()).await?;
    let state = after(version.state, act, by, is_writer)?;
    let body: E = read(E::SORT, &version)?;
    if matches!(act, EntryAct::Submit | EntryAct::Publish) {
        // Again: what it leans on may have been taken out of force since it was written.
        body.faults(app, &mut work.tx).await?.none().map_err(EntryError::Faults)?;
    }
    let mut entry = EntryRow { changes: before.changes + 1, ..before.clone() };
    let mut version = VersionRow { state, ..version };
    match act {
        EntryAct::Publish => {
            version.published_at = Some(work.now.0);
            entry.in_force = Some(version.version);
            entry.name_in_force = Some(entry.name.clone());
        }
        EntryAct::Disable => {
            version.disabled_at = Some(work.now.0);
            entry.in_force = None;
            entry.name_in_force = None;
        }
        EntryAct::Submit | EntryAct::Return => {}
    }
    stored::replace(&mut work.tx, E::SORT, &before, &entry).await?;
    stored::put_version(&mut work.tx, E::SORT, &version).await?;
    let mut warning = None;
    if matches!(act, EntryAct::Publish | EntryAct::Disable) && E::SORT.is_signed() {
        stored::advance(&mut work.tx).await?;
        if act == EntryAct::Publish {
            warning = match content::room(app, &mut work.tx).await? {
                Room::Enough => None,
                Room::Little { percent } => Some(nearly_full(percent)),
                Room::None => return Err(EntryError::Full),
            };
        }
        // What is out of force is shown no more, from now on and on every server.
        work.changed(Change::Catalogue).await?;
    }
    work.audit(done(E::SORT, act), code, reason.as_ref().map(PlainText::as_str)).await?;
    let entered = Entered { warning, ..Entered::new(body, state, version.version, &entry) };
    work.finish().await?;
    Ok(entered)
}

async fn found<E: Entry>(tx: &mut Tx, code: &str) -> Result<(EntryRow, VersionRow), EntryError> {
    let entry = stored::find(tx, E::SORT, code).await?.ok_or(EntryError::NotFound)?;
    let newest = stored::version(tx, E::SORT, code, entry.newest).await?.ok_or(EntryError::NotFound)?;
    Ok((entry, newest))
}

/// Another unit's entry: not found where it may not be seen, not allowed where it may.
fn refused_to(viewer: Viewer, entry: &EntryRow) -> EntryError {
    match version_for(viewer, entry, None) {
        Some(_) => EntryError::NotYours,
        None => EntryError::NotFound,
    }
}

fn refuse_stale(entry: &EntryRow, if_tag: Option<Vec<i64>>) -> Result<(), EntryError> {
    match if_tag {
        Some(tags) if !tags.contains(&entry.changes) => Err(EntryError::Stale { now: entry.changes }),
        _ => Ok(()),
    }
}

async fn refuse_taken_name<E: Entry>(tx: &mut Tx, body: &E) -> Result<(), EntryError> {
    let name = compared(body.name());
    let Some(first) = stored::with_name(tx, E::SORT, &name, body.code()).await? else { return Ok(()) };
    // Everybody sees a name in force; a draft is its unit's own.
    let is_seen = first.unit == body.unit() || first.name_in_force.as_deref() == Some(&*name);
    Err(EntryError::NameTaken { by: is_seen.then_some(first.code) })
}

/// The name of the entry that has the body's code, as far as the body's unit may know of it.
async fn name_seen<E: Entry>(tx: &mut Tx, body: &E) -> Result<Option<String>, StorageError> {
    let Some(first) = stored::find(tx, E::SORT, body.code()).await? else { return Ok(None) };
    let Some(version) = version_for(Viewer::Unit(body.unit()), &first, None) else { return Ok(None) };
    let row = stored::version(tx, E::SORT, body.code(), version).await?;
    let seen: Option<E> = row.map(|row| read(E::SORT, &row)).transpose()?;
    Ok(seen.map(|seen| seen.name().to_owned()))
}

fn draft_of<E: Entry>(
    body: &E,
    entry: &EntryRow,
    writers: Vec<AccountId>,
    now: i64,
) -> Result<VersionRow, StorageError> {
    let text = serde_json::to_string(body).map_err(|_| StorageError::Inconsistent {
        table: "catalogue_entry_version",
        column: "body",
        row: entry.code.clone(),
    })?;
    Ok(VersionRow {
        code: entry.code.clone(),
        version: entry.newest,
        state: EntryState::Draft,
        body: text,
        writers,
        written_at: now,
        published_at: None,
        disabled_at: None,
    })
}

fn nearly_full(percent: usize) -> Text {
    Text::new(
        format!("目录已用 {percent}%；满后不能再发布，请停用不再使用的证照类型和场景"),
        format!(
            "{percent} % of the catalogue is used; nothing more is published when it is full: disable kinds and scenes that are no longer used"
        ),
    )
}

/// A version that no server of ours wrote.
pub(super) fn unreadable(sort: Sort, row: &VersionRow) -> StorageError {
    StorageError::Inconsistent {
        table: "catalogue_entry_version",
        column: "body",
        row: format!("{sort} {} {}", row.code, row.version),
    }
}

/// As recorded in the trace.
const fn written(sort: Sort) -> &'static str {
    match sort {
        Sort::Matter => "write matter",
        Sort::Kind => "write kind",
        Sort::Scene => "write scene",
        Sort::InspectionMatter => "write inspection matter",
        Sort::UsingList => "write using list",
    }
}

const fn done(sort: Sort, act: EntryAct) -> &'static str {
    // One row a sort: submit, return, publish, disable.
    let [submit, give_back, publish, disable] = match sort {
        Sort::Matter => ["submit matter", "return matter", "publish matter", "disable matter"],
        Sort::Kind => ["submit kind", "return kind", "publish kind", "disable kind"],
        Sort::Scene => ["submit scene", "return scene", "publish scene", "disable scene"],
        Sort::InspectionMatter => [
            "submit inspection matter",
            "return inspection matter",
            "publish inspection matter",
            "disable inspection matter",
        ],
        Sort::UsingList => {
            ["submit using list", "return using list", "publish using list", "disable using list"]
        }
    };
    match act {
        EntryAct::Submit => submit,
        EntryAct::Return => give_back,
        EntryAct::Publish => publish,
        EntryAct::Disable => disable,
    }
}
