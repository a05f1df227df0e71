//! Status indexes: their shards, whom they belong to, what changed.

use liangzheng_core::status::StatusValue;
use liangzheng_core::time::UnixTime;

use crate::domain::ids::{DelegationId, DeviceId, LicenceId, PrintId};
use crate::storage::sql::{all, among, columns, each, execute, one, statements, value};
use crate::storage::{StorageError, Tx};

/// An index and whom it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EntryRow {
    /// The shard.
    pub list: i64,
    /// The entry in it.
    pub idx: i64,
    /// The licence version.
    pub licence: LicenceId,
    /// The value on the wire, or on its way there.
    pub value: i64,
}

/// What an index of a licence version is given for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShownBy {
    /// The phone that shows it without a network; `None` = profile S.
    pub device: Option<DeviceId>,
    /// The delegation by which it is shown; `None` = by none.
    pub delegation: Option<DelegationId>,
    /// The registered print that bears its code; `None` = no such one.
    pub print: Option<PrintId>,
}

impl From<Option<DeviceId>> for ShownBy {
    fn from(device: Option<DeviceId>) -> Self {
        Self { device, ..Self::default() }
    }
}

/// An index as tokens name it, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IndexRow {
    /// The shard's address.
    pub uri: String,
    /// The shard.
    pub list: i64,
    /// The entry in it.
    pub idx: i64,
    /// The value on the wire, or on its way there.
    pub value: i64,
}

/// A shard.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListRow {
    /// Its number.
    pub id: i64,
    /// Its address in tokens, fixed for ever.
    pub uri: String,
    /// `iat` of the first publication that has it.
    pub first_published: Option<i64>,
}

/// Makes a shard.
pub async fn insert_list(tx: &mut Tx, id: i64, uri: &str, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, INSERT_LIST, id, uri, now.0).map(drop)
}

/// The newest shard, published or not.
pub async fn newest_list(tx: &mut Tx) -> Result<Option<ListRow>, StorageError> {
    one!(tx, NEWEST_LIST)
}

/// The newest shard that verifiers can have.
pub async fn newest_published_list(tx: &mut Tx) -> Result<Option<ListRow>, StorageError> {
    one!(tx, NEWEST_PUBLISHED_LIST)
}

/// How many of a shard's indexes below `below` are taken. Indexes are drawn at random, so a part tells of the whole.
pub async fn taken_below(tx: &mut Tx, list: i64, below: u32) -> Result<i64, StorageError> {
    value!(tx, TAKEN_BELOW, list, i64::from(below))
}

/// The index of a licence version for one way of showing it, if it was given one.
pub async fn index(
    tx: &mut Tx,
    licence: LicenceId,
    shown_by: impl Into<ShownBy>,
) -> Result<Option<IndexRow>, StorageError> {
    let ShownBy { device, delegation, print } = shown_by.into();
    one!(tx, INDEX, licence, kept(device), kept(delegation), kept(print))
}

/// Who has an index of the shard at `uri`.
pub async fn owner(tx: &mut Tx, uri: &str, idx: i64) -> Result<Option<EntryRow>, StorageError> {
    one!(tx, OWNER, uri, idx)
}

/// Takes an index; false if it is taken, or if another request gave this licence one for the same meanwhile.
pub async fn insert_entry(
    tx: &mut Tx,
    list: i64,
    idx: i64,
    licence: LicenceId,
    shown_by: impl Into<ShownBy>,
) -> Result<bool, StorageError> {
    let ShownBy { device, delegation, print } = shown_by.into();
    Ok(execute!(tx, INSERT_ENTRY, list, idx, licence, kept(device), kept(delegation), kept(print))? == 1)
}

/// Takes indexes for profile S for licence versions that have none; those that are taken are left out.
pub async fn insert_entries(tx: &mut Tx, list: i64, drawn: &[(i64, LicenceId)]) -> Result<u64, StorageError> {
    each!(tx, INSERT_ENTRY, drawn, |one| [list, one.0, one.1, "", "", ""])
}

/// Which of these licence versions have an index for profile S.
pub async fn indexed(tx: &mut Tx, licences: &[LicenceId]) -> Result<Vec<LicenceId>, StorageError> {
    let rows: Vec<(LicenceId,)> = among!(tx, INDEXED, [], licences, |licence| *licence)?;
    Ok(rows.into_iter().map(|(licence,)| licence).collect())
}

/// The indexes of a licence version, one per device and one for profile S.
pub async fn entries_of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, OF_LICENCE, licence)
}

/// The indexes given to a device.
pub async fn entries_of_device(tx: &mut Tx, device: DeviceId) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, OF_DEVICE, device)
}

/// The indexes given to a device for what its owner does not show by a delegation.
pub async fn undelegated_of_device(tx: &mut Tx, device: DeviceId) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, UNDELEGATED_OF_DEVICE, device)
}

/// The indexes given to a delegation: for profile S, and for its delegate's devices.
pub async fn entries_of_delegation(
    tx: &mut Tx,
    delegation: DelegationId,
) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, OF_DELEGATION, delegation)
}

/// The index given to a registered print.
pub async fn entries_of_print(tx: &mut Tx, print: PrintId) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, OF_PRINT, print)
}

/// Takes an index from its device, so that it has room for another; what the index says stays.
pub async fn take_from_device(tx: &mut Tx, entry: &EntryRow) -> Result<(), StorageError> {
    execute!(tx, TAKE_FROM_DEVICE, entry.list, entry.idx).map(drop)
}

/// Every index of a shard whose value is not 0: (idx, value).
pub async fn not_valid(tx: &mut Tx, list: i64) -> Result<Vec<(i64, i64)>, StorageError> {
    all!(tx, NOT_VALID, list)
}

/// Gives an index a new value, as the change `seq` of the feed.
///
/// The feed's head must be taken before this: two transactions that change the same indexes then queue there, instead
/// of each holding an index the other waits for.
pub async fn set(
    tx: &mut Tx,
    seq: i64,
    list: i64,
    idx: i64,
    value: StatusValue,
    now: UnixTime,
) -> Result<(), StorageError> {
    let wire = i64::from(value.wire());
    execute!(tx, SET, list, idx, wire)?;
    execute!(tx, INSERT_CHANGE, seq, list, idx, wire, now.0).map(drop)
}

/// Changes with `after < seq ≤ through`, oldest first: (list, idx, value).
pub async fn changes(tx: &mut Tx, after: i64, through: i64) -> Result<Vec<(i64, i64, i64)>, StorageError> {
    all!(tx, CHANGES, after, through)
}

/// Forgets changes that are in every publication since `oldest`: no delta needs them.
pub async fn forget_changes(tx: &mut Tx, oldest: i64) -> Result<(), StorageError> {
    execute!(tx, FORGET_CHANGES, oldest).map(drop)
}

/// How a device, a delegation or a print is kept with an index: nothing where there is none.
fn kept(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

columns!(list = "id, uri, first_published");
columns!(entry = "e.list, e.idx, e.licence, e.value");

statements! {
    INSERT_LIST = "INSERT INTO publication_status_list (id, uri, created_at) VALUES ($1, $2, $3)";
    NEWEST_LIST = concat!("SELECT ", list!(), " FROM publication_status_list ORDER BY id DESC LIMIT 1");
    NEWEST_PUBLISHED_LIST = concat!("SELECT ", list!(), " FROM publication_status_list \
        WHERE first_published IS NOT NULL ORDER BY id DESC LIMIT 1");
    TAKEN_BELOW = "SELECT COUNT(*) FROM publication_status_entry WHERE list = $1 AND idx < $2";
    INDEX = "SELECT l.uri, e.list, e.idx, e.value FROM publication_status_entry e \
        JOIN publication_status_list l ON l.id = e.list WHERE e.licence = $1 AND e.device = $2 \
        AND e.delegation = $3 AND e.print = $4";
    TAKE_FROM_DEVICE = "UPDATE publication_status_entry SET device = 'ended ' || list || ' ' || idx \
        WHERE list = $1 AND idx = $2 AND device <> ''";
    OWNER = concat!("SELECT ", entry!(), " FROM publication_status_entry e \
        JOIN publication_status_list l ON l.id = e.list WHERE l.uri = $1 AND e.idx = $2");
    INSERT_ENTRY = "INSERT INTO publication_status_entry (list, idx, licence, device, delegation, print) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    INDEXED = "SELECT licence FROM publication_status_entry WHERE device = '' AND delegation = '' \
        AND print = '' AND licence IN ($1)";
    OF_LICENCE = concat!("SELECT ", entry!(), " FROM publication_status_entry e WHERE e.licence = $1");
    OF_DEVICE = concat!("SELECT ", entry!(), " FROM publication_status_entry e \
        WHERE e.device = $1 AND e.device <> ''");
    UNDELEGATED_OF_DEVICE = concat!("SELECT ", entry!(), " FROM publication_status_entry e \
        WHERE e.device = $1 AND e.device <> '' AND e.delegation = ''");
    OF_DELEGATION = concat!("SELECT ", entry!(), " FROM publication_status_entry e \
        WHERE e.delegation = $1 AND e.delegation <> ''");
    OF_PRINT = concat!("SELECT ", entry!(), " FROM publication_status_entry e WHERE e.print = $1 AND e.print <> ''");
    NOT_VALID = "SELECT idx, value FROM publication_status_entry WHERE list = $1 AND value <> 0";
    SET = "UPDATE publication_status_entry SET value = $3 WHERE list = $1 AND idx = $2";
    INSERT_CHANGE = "INSERT INTO publication_status_change (seq, list, idx, value, at) VALUES ($1, $2, $3, $4, $5)";
    CHANGES = "SELECT list, idx, value FROM publication_status_change WHERE seq > $1 AND seq <= $2 ORDER BY seq";
    FORGET_CHANGES = "DELETE FROM publication_status_change WHERE seq <= $1";
}
