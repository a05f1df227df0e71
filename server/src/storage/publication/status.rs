//! Status indexes, their changes, and what was published of them.

use liangzheng_core::status::StatusValue;
use liangzheng_core::time::UnixTime;

use crate::domain::ids::{DeviceId, LicenceId};
use crate::storage::sql::{all, execute, one, statements, value};
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

/// A shard.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListRow {
    /// Its number.
    pub id: i64,
    /// Its address in tokens, fixed for ever.
    pub uri: String,
    /// As last signed.
    pub jws: Option<String>,
}

/// One signing of all shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PublicationRow {
    /// Signed at.
    pub iat: i64,
    /// Ends at.
    pub exp: i64,
    /// Changes up to here are in it.
    pub seq: i64,
}

/// Makes a shard.
pub async fn insert_list(tx: &mut Tx, id: i64, uri: &str, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, INSERT_LIST, id, uri, now.0).map(drop)
}

/// Every shard.
pub async fn lists(tx: &mut Tx) -> Result<Vec<ListRow>, StorageError> {
    all!(tx, LISTS)
}

/// How many indexes of a shard are taken.
pub async fn taken(tx: &mut Tx, list: i64) -> Result<i64, StorageError> {
    value!(tx, TAKEN, list)
}

/// The index of a licence version on a device (`None` = profile S), if it was given one.
pub async fn entry(
    tx: &mut Tx,
    licence: LicenceId,
    device: Option<DeviceId>,
) -> Result<Option<EntryRow>, StorageError> {
    one!(tx, ENTRY, licence, of_device(device))
}

/// Who has an index of the shard at `uri`.
pub async fn owner(tx: &mut Tx, uri: &str, idx: i64) -> Result<Option<EntryRow>, StorageError> {
    one!(tx, OWNER, uri, idx)
}

/// Takes an index; false if it is taken, or if another request gave this licence and device one meanwhile.
pub async fn insert_entry(
    tx: &mut Tx,
    list: i64,
    idx: i64,
    licence: LicenceId,
    device: Option<DeviceId>,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, INSERT_ENTRY, list, idx, licence, of_device(device))? == 1)
}

/// The indexes of a licence version, one per device and one for profile S.
pub async fn entries_of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, OF_LICENCE, licence)
}

/// The indexes given to a device.
pub async fn entries_of_device(tx: &mut Tx, device: DeviceId) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, OF_DEVICE, device)
}

/// Every index whose value is not 0.
pub async fn not_valid(tx: &mut Tx) -> Result<Vec<EntryRow>, StorageError> {
    all!(tx, NOT_VALID)
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

/// How the owner of an index is kept: the device, or nothing for profile S.
fn of_device(device: Option<DeviceId>) -> String {
    device.map(|device| device.to_string()).unwrap_or_default()
}

/// Changes with `after < seq ≤ through`, oldest first: (list, idx, value).
pub async fn changes(tx: &mut Tx, after: i64, through: i64) -> Result<Vec<(i64, i64, i64)>, StorageError> {
    all!(tx, CHANGES, after, through)
}

/// The newest publication.
pub async fn newest_publication(tx: &mut Tx) -> Result<Option<PublicationRow>, StorageError> {
    one!(tx, NEWEST)
}

/// The publication signed at `iat`.
pub async fn publication(tx: &mut Tx, iat: i64) -> Result<Option<PublicationRow>, StorageError> {
    one!(tx, AT, iat)
}

/// The arrays' hashes in the publication signed at `iat`: (uri, SHA-256).
pub async fn hashes(tx: &mut Tx, iat: i64) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    all!(tx, HASHES, iat)
}

/// Keeps a publication; false if another server published at or after the same second, or with more changes in it.
pub async fn insert_publication(tx: &mut Tx, row: PublicationRow) -> Result<bool, StorageError> {
    Ok(execute!(tx, INSERT_PUBLICATION, row.iat, row.exp, row.seq)? == 1)
}

/// Keeps what a shard was in the publication signed at `iat`, and its new token.
pub async fn insert_published_list(
    tx: &mut Tx,
    iat: i64,
    list: i64,
    sha256: &[u8; 32],
    jws: &str,
) -> Result<(), StorageError> {
    execute!(tx, INSERT_PUBLISHED, iat, list, &sha256[..]).map(drop)?;
    execute!(tx, SET_JWS, list, jws).map(drop)
}

/// Forgets publications signed before `before`, and the changes no kept one needs.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    for sql in [FORGET_PUBLISHED, FORGET_PUBLICATIONS] {
        execute!(tx, sql, before.0).map(drop)?;
    }
    execute!(tx, FORGET_CHANGES).map(drop)
}

statements! {
    INSERT_LIST = "INSERT INTO publication_status_list (id, uri, created_at) VALUES ($1, $2, $3)";
    LISTS = "SELECT id, uri, jws FROM publication_status_list ORDER BY id";
    TAKEN = "SELECT COUNT(*) FROM publication_status_entry WHERE list = $1";
    ENTRY = "SELECT list, idx, licence, value FROM publication_status_entry WHERE licence = $1 AND device = $2";
    OWNER = "SELECT e.list, e.idx, e.licence, e.value FROM publication_status_entry e \
        JOIN publication_status_list l ON l.id = e.list WHERE l.uri = $1 AND e.idx = $2";
    INSERT_ENTRY = "INSERT INTO publication_status_entry (list, idx, licence, device) \
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    OF_LICENCE = "SELECT list, idx, licence, value FROM publication_status_entry WHERE licence = $1";
    OF_DEVICE = "SELECT list, idx, licence, value FROM publication_status_entry WHERE device = $1 AND device <> ''";
    NOT_VALID = "SELECT list, idx, licence, value FROM publication_status_entry WHERE value <> 0";
    SET = "UPDATE publication_status_entry SET value = $3 WHERE list = $1 AND idx = $2";
    INSERT_CHANGE = "INSERT INTO publication_status_change (seq, list, idx, value, at) VALUES ($1, $2, $3, $4, $5)";
    CHANGES = "SELECT list, idx, value FROM publication_status_change WHERE seq > $1 AND seq <= $2 ORDER BY seq";
    NEWEST = "SELECT iat, exp, seq FROM publication_status_publication ORDER BY iat DESC LIMIT 1";
    AT = "SELECT iat, exp, seq FROM publication_status_publication WHERE iat = $1";
    HASHES = "SELECT l.uri, p.sha256 FROM publication_status_hash p \
    JOIN publication_status_list l ON l.id = p.list WHERE p.iat = $1";
    INSERT_PUBLICATION = "INSERT INTO publication_status_publication (iat, exp, seq) \
    SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM publication_status_publication WHERE iat >= $1 OR seq > $3) \
    ON CONFLICT DO NOTHING";
    INSERT_PUBLISHED = "INSERT INTO publication_status_hash (iat, list, sha256) VALUES ($1, $2, $3)";
    SET_JWS = "UPDATE publication_status_list SET jws = $2 WHERE id = $1";
    FORGET_PUBLISHED = "DELETE FROM publication_status_hash WHERE iat < $1";
    FORGET_PUBLICATIONS = "DELETE FROM publication_status_publication WHERE iat < $1";
    FORGET_CHANGES = "DELETE FROM publication_status_change WHERE seq <= (SELECT COALESCE(MIN(seq), 0) FROM publication_status_publication)";
}
