//! Entries of the catalogue and their versions.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::entry::{EntryState, Sort};
use crate::domain::ids::AccountId;
use crate::storage::sql::{all, columns, execute, one, one_value, statements, values};
use crate::storage::{StorageError, Tx};

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EntryRow {
    /// Its code.
    pub code: String,
    /// Who may edit it.
    pub unit: Uscc,
    /// Chinese name of its newest version, as names are compared.
    pub name: String,
    /// The same of its version in force: a draft under another name does not give it up.
    pub name_in_force: Option<String>,
    /// Number of its newest version.
    pub newest: i64,
    /// Number of the published version.
    pub in_force: Option<i64>,
    /// Rises with every change.
    pub changes: i64,
}

/// A version of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// The entry.
    pub code: String,
    /// Its number, from 1.
    pub version: i64,
    /// Where it stands.
    pub state: EntryState,
    /// JSON, as its sort has it.
    pub body: String,
    /// Who wrote it.
    pub writers: Vec<AccountId>,
    /// When it was last written.
    pub written_at: i64,
    /// Since when it has been in force.
    pub published_at: Option<i64>,
    /// Since when it is out of force.
    pub disabled_at: Option<i64>,
}

/// Which entries of a sort a list has.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// Entries with codes after this one.
    pub after: &'a str,
    /// How many at most.
    pub limit: i64,
    /// Only those with a version in force, unless they are of `unit` or it is `None`.
    pub drafts_of: Drafts,
}

/// Whose entries without a version in force a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drafts {
    /// Nobody's.
    None,
    /// This unit's.
    Of(Uscc),
    /// Everybody's.
    All,
}

/// Adds an entry; false if there is one of its sort with its code or its name.
pub async fn insert(tx: &mut Tx, sort: Sort, entry: &EntryRow, now: UnixTime) -> Result<bool, StorageError> {
    let EntryRow { code, unit, name, name_in_force, newest, in_force, changes } = entry;
    let sort = sort.as_str();
    Ok(execute!(tx, INSERT, sort, code, unit, name, name_in_force, newest, in_force, changes, now.0)? == 1)
}

/// An entry by its code.
pub async fn find(tx: &mut Tx, sort: Sort, code: &str) -> Result<Option<EntryRow>, StorageError> {
    one!(tx, FIND, sort.as_str(), code)
}

/// An entry of this sort, other than `code`, that has this name: in force if there is one, otherwise in a draft.
pub async fn with_name(
    tx: &mut Tx,
    sort: Sort,
    name: &str,
    code: &str,
) -> Result<Option<EntryRow>, StorageError> {
    one!(tx, WITH_NAME, sort.as_str(), name, code)
}

/// A page of entries, by code, each with the version that is seen of it: the newest where drafts are, otherwise the one in
/// force.
pub async fn list(
    tx: &mut Tx,
    sort: Sort,
    wanted: Listing<'_>,
) -> Result<Vec<(EntryRow, VersionRow)>, StorageError> {
    let (everybodys, unit) = match wanted.drafts_of {
        Drafts::None => (0_i64, None),
        Drafts::Of(unit) => (0, Some(unit)),
        Drafts::All => (1, None),
    };
    let rows: Vec<Listed> = all!(tx, LIST, sort.as_str(), wanted.after, everybodys, unit, wanted.limit)?;
    rows.into_iter().map(|row| Ok((row.entry, row.version.try_into()?))).collect()
}

/// Keeps what an entry has become, if it still has `before.changes`; otherwise somebody was faster.
pub async fn replace(
    tx: &mut Tx,
    sort: Sort,
    before: &EntryRow,
    after: &EntryRow,
) -> Result<(), StorageError> {
    let EntryRow { code, name, name_in_force, newest, in_force, changes, .. } = after;
    let done = execute!(
        tx,
        REPLACE,
        sort.as_str(),
        code,
        name,
        name_in_force,
        newest,
        in_force,
        changes,
        before.changes
    )?;
    if done == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

/// Keeps a version, new or as it has become.
pub async fn put_version(tx: &mut Tx, sort: Sort, row: &VersionRow) -> Result<(), StorageError> {
    let writers = serde_json::to_string(&row.writers).map_err(|_| wrong(row, "writers"))?;
    execute!(
        tx,
        PUT_VERSION,
        sort.as_str(),
        &row.code,
        row.version,
        row.state.as_str(),
        &row.body,
        &writers,
        row.written_at,
        row.published_at,
        row.disabled_at
    )
    .map(drop)
}

/// A version of an entry.
pub async fn version(
    tx: &mut Tx,
    sort: Sort,
    code: &str,
    version: i64,
) -> Result<Option<VersionRow>, StorageError> {
    let row: Option<Stored> = one!(tx, VERSION, sort.as_str(), code, version)?;
    row.map(VersionRow::try_from).transpose()
}

/// The version of an entry that is in force.
pub async fn in_force(tx: &mut Tx, sort: Sort, code: &str) -> Result<Option<VersionRow>, StorageError> {
    let row: Option<Stored> = one!(tx, IN_FORCE, sort.as_str(), code)?;
    row.map(VersionRow::try_from).transpose()
}

/// Every version of an entry, oldest first.
pub async fn versions(tx: &mut Tx, sort: Sort, code: &str) -> Result<Vec<VersionRow>, StorageError> {
    let rows: Vec<Stored> = all!(tx, VERSIONS, sort.as_str(), code)?;
    rows.into_iter().map(VersionRow::try_from).collect()
}

/// The newest published or disabled version of every entry of a sort: what may still be named by licences and codes.
pub async fn in_use(tx: &mut Tx, sort: Sort) -> Result<Vec<VersionRow>, StorageError> {
    let rows: Vec<Stored> = all!(tx, IN_USE, sort.as_str())?;
    rows.into_iter().map(VersionRow::try_from).collect()
}

/// The versions in force of a sort in whose text a word stands: few, of which the caller reads what the word means there.
pub async fn in_force_naming(tx: &mut Tx, sort: Sort, word: &str) -> Result<Vec<VersionRow>, StorageError> {
    let rows: Vec<Stored> = all!(tx, IN_FORCE_NAMING, sort.as_str(), word)?;
    rows.into_iter().map(VersionRow::try_from).collect()
}

/// Codes of the entries of a sort that were in force and are not: without what they say, which may be megabytes.
pub async fn out_of_force(tx: &mut Tx, sort: Sort) -> Result<Vec<String>, StorageError> {
    values!(tx, OUT_OF_FORCE, sort.as_str())
}

/// Sort and code of every entry that a unit owns.
pub async fn of_unit(tx: &mut Tx, unit: Uscc) -> Result<Vec<(Sort, String)>, StorageError> {
    let rows: Vec<(String, String)> = all!(tx, OF_UNIT, unit)?;
    let read = |(word, code): (String, String)| {
        let sort = word.parse().map_err(|_| StorageError::Inconsistent {
            table: "catalogue_entry",
            column: "sort",
            row: code.clone(),
        })?;
        Ok((sort, code))
    };
    rows.into_iter().map(read).collect()
}

/// Whether a unit owns an entry whose newest version is not out of force.
pub async fn any_live_of_unit(tx: &mut Tx, unit: Uscc) -> Result<bool, StorageError> {
    let one: Option<i64> = one_value!(tx, ANY_LIVE_OF_UNIT, unit, EntryState::Disabled.as_str())?;
    Ok(one.is_some())
}

/// Whether `unit` owns an entry of this code that is or was in force.
pub async fn was_published(tx: &mut Tx, sort: Sort, code: &str, unit: Uscc) -> Result<bool, StorageError> {
    let one: Option<i64> = one_value!(tx, WAS_PUBLISHED, sort.as_str(), code, unit)?;
    Ok(one.is_some())
}

/// Gives an entry to another unit.
pub async fn give_to(tx: &mut Tx, sort: Sort, code: &str, unit: Uscc) -> Result<(), StorageError> {
    execute!(tx, GIVE_TO, sort.as_str(), code, unit).map(drop)
}

/// Notes that units or entries in force have changed.
pub async fn advance(tx: &mut Tx) -> Result<(), StorageError> {
    execute!(tx, ADVANCE).map(drop)
}

/// How often they have changed, and up to which change the signed catalogue has them.
pub async fn head(tx: &mut Tx) -> Result<(i64, i64), StorageError> {
    let head: Option<(i64, i64)> = one!(tx, HEAD)?;
    head.ok_or(StorageError::Inconsistent { table: "catalogue_head", column: "one", row: "1".into() })
}

/// Notes that the signed catalogue has every change up to `seq`.
pub async fn signed_to(tx: &mut Tx, seq: i64) -> Result<(), StorageError> {
    execute!(tx, SIGNED_TO, seq).map(drop)
}

#[derive(sqlx::FromRow)]
struct Listed {
    #[sqlx(flatten)]
    entry: EntryRow,
    #[sqlx(flatten)]
    version: Stored,
}

#[derive(sqlx::FromRow)]
struct Stored {
    code: String,
    version: i64,
    state: String,
    body: String,
    writers: String,
    written_at: i64,
    published_at: Option<i64>,
    disabled_at: Option<i64>,
}

impl TryFrom<Stored> for VersionRow {
    type Error = StorageError;

    fn try_from(stored: Stored) -> Result<Self, StorageError> {
        let wrong = |column| StorageError::Inconsistent {
            table: "catalogue_entry_version",
            column,
            row: format!("{} {}", stored.code, stored.version),
        };
        Ok(Self {
            version: stored.version,
            state: stored.state.parse().map_err(|_| wrong("state"))?,
            writers: serde_json::from_str(&stored.writers).map_err(|_| wrong("writers"))?,
            code: stored.code,
            body: stored.body,
            written_at: stored.written_at,
            published_at: stored.published_at,
            disabled_at: stored.disabled_at,
        })
    }
}

fn wrong(row: &VersionRow, column: &'static str) -> StorageError {
    StorageError::Inconsistent {
        table: "catalogue_entry_version",
        column,
        row: format!("{} {}", row.code, row.version),
    }
}

columns!(entry = "code, unit, name, name_in_force, newest, in_force, changes");
columns!(
    version_row =
        "v.code, v.version, v.state, v.body, v.writers, v.written_at, v.published_at, v.disabled_at"
);

statements! {
    INSERT = concat!("INSERT INTO catalogue_entry (sort, ", entry!(), ", created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING");
    FIND = concat!("SELECT ", entry!(), " FROM catalogue_entry WHERE sort = $1 AND code = $2");
    WITH_NAME = concat!("SELECT ", entry!(), " FROM catalogue_entry \
        WHERE sort = $1 AND (name = $2 OR name_in_force = $2) AND code <> $3 \
        ORDER BY CASE WHEN name_in_force = $2 THEN 0 ELSE 1 END, code LIMIT 1");
    LIST = concat!("SELECT e.unit, e.name, e.name_in_force, e.newest, e.in_force, e.changes, ", version_row!(), " \
        FROM catalogue_entry e JOIN catalogue_entry_version v ON v.sort = e.sort AND v.code = e.code \
        AND v.version = CASE WHEN CAST($3 AS BIGINT) = 1 OR e.unit = $4 THEN e.newest ELSE e.in_force END \
        WHERE e.sort = $1 AND e.code > $2 ORDER BY e.code LIMIT $5");
    REPLACE = "UPDATE catalogue_entry SET name = $3, name_in_force = $4, newest = $5, in_force = $6, \
        changes = $7 WHERE sort = $1 AND code = $2 AND changes = $8";
    PUT_VERSION = "INSERT INTO catalogue_entry_version \
        (sort, code, version, state, body, writers, written_at, published_at, disabled_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (sort, code, version) DO UPDATE SET \
        state = excluded.state, body = excluded.body, writers = excluded.writers, \
        written_at = excluded.written_at, published_at = excluded.published_at, disabled_at = excluded.disabled_at";
    VERSION = concat!("SELECT ", version_row!(), " FROM catalogue_entry_version v \
        WHERE v.sort = $1 AND v.code = $2 AND v.version = $3");
    IN_FORCE = concat!("SELECT ", version_row!(), " FROM catalogue_entry e JOIN catalogue_entry_version v \
        ON v.sort = e.sort AND v.code = e.code AND v.version = e.in_force WHERE e.sort = $1 AND e.code = $2");
    VERSIONS = concat!("SELECT ", version_row!(), " FROM catalogue_entry_version v \
        WHERE v.sort = $1 AND v.code = $2 ORDER BY v.version");
    IN_USE = concat!("SELECT ", version_row!(), " FROM catalogue_entry_version v \
        JOIN (SELECT code, MAX(version) AS version FROM catalogue_entry_version \
            WHERE sort = $1 AND published_at IS NOT NULL GROUP BY code) newest \
        ON newest.code = v.code AND newest.version = v.version WHERE v.sort = $1 ORDER BY v.code");
    IN_FORCE_NAMING = concat!("SELECT ", version_row!(), " FROM catalogue_entry_version v \
        JOIN catalogue_entry e ON e.sort = v.sort AND e.code = v.code AND e.in_force = v.version \
        WHERE v.sort = $1 AND v.body LIKE '%' || $2 || '%' ORDER BY v.code");
    OUT_OF_FORCE = "SELECT code FROM catalogue_entry e WHERE sort = $1 AND in_force IS NULL AND EXISTS \
        (SELECT 1 FROM catalogue_entry_version v WHERE v.sort = e.sort AND v.code = e.code \
        AND v.published_at IS NOT NULL)";
    OF_UNIT = "SELECT sort, code FROM catalogue_entry WHERE unit = $1 ORDER BY sort, code";
    ANY_LIVE_OF_UNIT = "SELECT CAST(1 AS BIGINT) FROM catalogue_entry e JOIN catalogue_entry_version v \
        ON v.sort = e.sort AND v.code = e.code AND v.version = e.newest \
        WHERE e.unit = $1 AND v.state <> $2 LIMIT 1";
    WAS_PUBLISHED = "SELECT CAST(1 AS BIGINT) FROM catalogue_entry e JOIN catalogue_entry_version v \
        ON v.sort = e.sort AND v.code = e.code \
        WHERE e.sort = $1 AND e.code = $2 AND e.unit = $3 AND v.published_at IS NOT NULL LIMIT 1";
    GIVE_TO = "UPDATE catalogue_entry SET unit = $3 WHERE sort = $1 AND code = $2";
    ADVANCE = "UPDATE catalogue_head SET seq = seq + 1 WHERE one = 1";
    HEAD = "SELECT seq, signed FROM catalogue_head WHERE one = 1";
    SIGNED_TO = "UPDATE catalogue_head SET signed = $1 WHERE one = 1 AND signed < $1";
}
