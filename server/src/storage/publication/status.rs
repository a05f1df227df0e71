//! Status indexes, their changes, and what was published of them.

use liangzheng_core::status::StatusValue;
use liangzheng_core::time::UnixTime;

use crate::storage::change::{self, Change};
use crate::storage::{StorageError, Tx, on_conn};

/// An index and whom it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EntryRow {
    /// The shard.
    pub list: i64,
    /// The entry in it.
    pub idx: i64,
    /// The licence version.
    pub licence: String,
    /// The device; empty for profile S.
    pub device: String,
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
    Ok(on_conn!(tx, |conn| sqlx::query(INSERT_LIST)
        .bind(id)
        .bind(uri)
        .bind(now.0)
        .execute(conn)
        .await
        .map(drop))?)
}

/// Every shard.
pub async fn lists(tx: &mut Tx) -> Result<Vec<ListRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(LISTS).fetch_all(conn).await)?)
}

/// How many indexes of a shard are taken.
pub async fn taken(tx: &mut Tx, list: i64) -> Result<i64, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_scalar(TAKEN).bind(list).fetch_one(conn).await)?)
}

/// The index of a licence version on a device (`""` = profile S), if it was given one.
pub async fn entry(tx: &mut Tx, licence: &str, device: &str) -> Result<Option<EntryRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(ENTRY).bind(licence).bind(device).fetch_optional(conn).await)?)
}

/// Who has an index.
pub async fn owner(tx: &mut Tx, list: i64, idx: i64) -> Result<Option<EntryRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(OWNER).bind(list).bind(idx).fetch_optional(conn).await)?)
}

/// Takes an index; false if it is taken, or if another request gave this licence and device one meanwhile.
pub async fn insert_entry(tx: &mut Tx, row: &EntryRow) -> Result<bool, StorageError> {
    let inserted = on_conn!(tx, |conn| sqlx::query(INSERT_ENTRY)
        .bind(row.list)
        .bind(row.idx)
        .bind(&row.licence)
        .bind(&row.device)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// The indexes of a licence version, one per device and one for profile S.
pub async fn entries_of_licence(tx: &mut Tx, licence: &str) -> Result<Vec<EntryRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(OF_LICENCE).bind(licence).fetch_all(conn).await)?)
}

/// The indexes given to a device.
pub async fn entries_of_device(tx: &mut Tx, device: &str) -> Result<Vec<EntryRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(OF_DEVICE).bind(device).fetch_all(conn).await)?)
}

/// Every index whose value is not 0.
pub async fn not_valid(tx: &mut Tx) -> Result<Vec<EntryRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(NOT_VALID).fetch_all(conn).await)?)
}

/// Gives an index a new value and puts the change into the feed, in this transaction.
pub async fn set(
    tx: &mut Tx,
    list: i64,
    idx: i64,
    value: StatusValue,
    now: UnixTime,
) -> Result<(), StorageError> {
    let wire = i64::from(value.wire());
    // The feed's head is locked first: two transactions that change the same indexes then queue here, instead of each
    // holding an index the other waits for.
    let seq = change::record(tx, &Change::Status, now).await?;
    on_conn!(&mut *tx, |conn| sqlx::query(SET)
        .bind(list)
        .bind(idx)
        .bind(wire)
        .execute(conn)
        .await
        .map(drop))?;
    on_conn!(tx, |conn| sqlx::query(INSERT_CHANGE)
        .bind(seq)
        .bind(list)
        .bind(idx)
        .bind(wire)
        .bind(now.0)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// Changes with `after < seq ≤ through`, oldest first: (list, idx, value).
pub async fn changes(tx: &mut Tx, after: i64, through: i64) -> Result<Vec<(i64, i64, i64)>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(CHANGES).bind(after).bind(through).fetch_all(conn).await)?)
}

/// The newest publication.
pub async fn newest_publication(tx: &mut Tx) -> Result<Option<PublicationRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(NEWEST).fetch_optional(conn).await)?)
}

/// The publication signed at `iat`.
pub async fn publication(tx: &mut Tx, iat: i64) -> Result<Option<PublicationRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(AT).bind(iat).fetch_optional(conn).await)?)
}

/// The arrays' hashes in the publication signed at `iat`: (uri, SHA-256).
pub async fn hashes(tx: &mut Tx, iat: i64) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(HASHES).bind(iat).fetch_all(conn).await)?)
}

/// Keeps a publication; false if another server published at or after the same second, or with more changes in it.
pub async fn insert_publication(tx: &mut Tx, row: PublicationRow) -> Result<bool, StorageError> {
    let inserted = on_conn!(tx, |conn| sqlx::query(INSERT_PUBLICATION)
        .bind(row.iat)
        .bind(row.exp)
        .bind(row.seq)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

/// Keeps what a shard was in the publication signed at `iat`, and its new token.
pub async fn insert_published_list(
    tx: &mut Tx,
    iat: i64,
    list: i64,
    sha256: &[u8; 32],
    jws: &str,
) -> Result<(), StorageError> {
    on_conn!(tx, |conn| sqlx::query(INSERT_PUBLISHED)
        .bind(iat)
        .bind(list)
        .bind(&sha256[..])
        .execute(conn)
        .await
        .map(drop))?;
    Ok(on_conn!(tx, |conn| sqlx::query(SET_JWS).bind(list).bind(jws).execute(conn).await.map(drop))?)
}

/// Forgets publications signed before `before`, and the changes no kept one needs.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    for sql in [FORGET_PUBLISHED, FORGET_PUBLICATIONS] {
        on_conn!(tx, |conn| sqlx::query(sql).bind(before.0).execute(conn).await.map(drop))?;
    }
    Ok(on_conn!(tx, |conn| sqlx::query(FORGET_CHANGES).execute(conn).await.map(drop))?)
}

pub(super) const INSERT_LIST: &str = "INSERT INTO status_list (id, uri, created_at) VALUES ($1, $2, $3)";
pub(super) const LISTS: &str = "SELECT id, uri, jws FROM status_list ORDER BY id";
pub(super) const TAKEN: &str = "SELECT COUNT(*) FROM status_entry WHERE list = $1";
pub(super) const ENTRY: &str =
    "SELECT list, idx, licence, device, value FROM status_entry WHERE licence = $1 AND device = $2";
pub(super) const OWNER: &str =
    "SELECT list, idx, licence, device, value FROM status_entry WHERE list = $1 AND idx = $2";
pub(super) const INSERT_ENTRY: &str = "INSERT INTO status_entry (list, idx, licence, device) \
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
pub(super) const OF_LICENCE: &str =
    "SELECT list, idx, licence, device, value FROM status_entry WHERE licence = $1";
pub(super) const OF_DEVICE: &str =
    "SELECT list, idx, licence, device, value FROM status_entry WHERE device = $1 AND device <> ''";
pub(super) const NOT_VALID: &str =
    "SELECT list, idx, licence, device, value FROM status_entry WHERE value <> 0";
pub(super) const SET: &str = "UPDATE status_entry SET value = $3 WHERE list = $1 AND idx = $2";
pub(super) const INSERT_CHANGE: &str =
    "INSERT INTO status_change (seq, list, idx, value, at) VALUES ($1, $2, $3, $4, $5)";
pub(super) const CHANGES: &str =
    "SELECT list, idx, value FROM status_change WHERE seq > $1 AND seq <= $2 ORDER BY seq";
pub(super) const NEWEST: &str = "SELECT iat, exp, seq FROM status_publication ORDER BY iat DESC LIMIT 1";
pub(super) const AT: &str = "SELECT iat, exp, seq FROM status_publication WHERE iat = $1";
pub(super) const HASHES: &str = "SELECT l.uri, p.sha256 FROM status_publication_list p \
    JOIN status_list l ON l.id = p.list WHERE p.iat = $1";
pub(super) const INSERT_PUBLICATION: &str = "INSERT INTO status_publication (iat, exp, seq) \
    SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM status_publication WHERE iat >= $1 OR seq > $3) \
    ON CONFLICT DO NOTHING";
pub(super) const INSERT_PUBLISHED: &str =
    "INSERT INTO status_publication_list (iat, list, sha256) VALUES ($1, $2, $3)";
pub(super) const SET_JWS: &str = "UPDATE status_list SET jws = $2 WHERE id = $1";
pub(super) const FORGET_PUBLISHED: &str = "DELETE FROM status_publication_list WHERE iat < $1";
pub(super) const FORGET_PUBLICATIONS: &str = "DELETE FROM status_publication WHERE iat < $1";
pub(super) const FORGET_CHANGES: &str =
    "DELETE FROM status_change WHERE seq <= (SELECT COALESCE(MIN(seq), 0) FROM status_publication)";
