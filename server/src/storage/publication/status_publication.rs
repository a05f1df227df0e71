//! What was published of statuses: publications, the shards' arrays and their hashes, signed texts.

use liangzheng_core::time::UnixTime;

use crate::storage::publication::status;
use crate::storage::sql::{all, columns, execute, one, statements, values};
use crate::storage::{StorageError, Tx};

/// The state of all shards at one moment.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PublicationRow {
    /// Made at.
    pub iat: i64,
    /// Ends at.
    pub exp: i64,
    /// Changes up to here are in it.
    pub seq: i64,
    /// The key that was active at `iat`: it signs this publication's texts.
    pub kid: String,
    /// Of the lease under which it was made.
    pub epoch: i64,
}

/// A shard's newest array.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ArrayRow {
    /// The shard's address.
    pub uri: String,
    /// Packed as in the signed text.
    pub packed: String,
    /// SHA-256 of the inflated array.
    pub sha256: Vec<u8>,
}

/// A shard as last signed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TextRow {
    /// Of its publication.
    pub iat: i64,
    /// The signed list.
    pub jws: String,
}

/// The newest publication.
pub async fn newest(tx: &mut Tx) -> Result<Option<PublicationRow>, StorageError> {
    one!(tx, NEWEST)
}

/// The publication made at `iat`.
pub async fn at(tx: &mut Tx, iat: i64) -> Result<Option<PublicationRow>, StorageError> {
    one!(tx, AT, iat)
}

/// Keeps a publication; false if there is one of the same second or later, or with more changes in it.
pub async fn insert(tx: &mut Tx, row: &PublicationRow) -> Result<bool, StorageError> {
    Ok(execute!(tx, INSERT, row.iat, row.exp, row.seq, &row.kid, row.epoch)? == 1)
}

/// The shards no publication has yet.
pub async fn unpublished_lists(tx: &mut Tx) -> Result<Vec<i64>, StorageError> {
    values!(tx, UNPUBLISHED)
}

/// The addresses of all published shards.
pub async fn published_uris(tx: &mut Tx) -> Result<Vec<String>, StorageError> {
    values!(tx, PUBLISHED_URIS)
}

/// Marks a shard as published from `iat` on.
pub async fn set_first_published(tx: &mut Tx, list: i64, iat: i64) -> Result<(), StorageError> {
    execute!(tx, SET_FIRST_PUBLISHED, list, iat).map(drop)
}

/// Keeps the array a shard has from the publication made at `iat` on.
pub async fn put_array(
    tx: &mut Tx,
    list: i64,
    iat: i64,
    packed: &str,
    sha256: &[u8; 32],
) -> Result<(), StorageError> {
    execute!(tx, INSERT_HASH, list, iat, &sha256[..])?;
    execute!(tx, PUT_ARRAY, list, packed).map(drop)
}

/// A shard's array in the newest publication.
pub async fn array(tx: &mut Tx, list: i64) -> Result<Option<ArrayRow>, StorageError> {
    one!(tx, ARRAY, list)
}

/// The published shards' hashes at the publication made at `iat`: (uri, SHA-256).
pub async fn hashes(tx: &mut Tx, iat: i64) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    all!(tx, HASHES, iat)
}

/// The addresses of shards, by number.
pub async fn uris(tx: &mut Tx) -> Result<Vec<(i64, String)>, StorageError> {
    all!(tx, URIS)
}

/// A shard as last signed.
pub async fn text(tx: &mut Tx, list: i64) -> Result<Option<TextRow>, StorageError> {
    one!(tx, TEXT, list)
}

/// Keeps a newly signed text, unless there is one of the same publication or a later one already.
pub async fn offer_text(tx: &mut Tx, list: i64, iat: i64, jws: &str) -> Result<(), StorageError> {
    execute!(tx, OFFER_TEXT, list, iat, jws).map(drop)
}

/// Takes back the publications made after `after`. A shard that changed in one of them counts as not published yet: the
/// next publication makes its array from its indexes.
pub async fn take_back_after(tx: &mut Tx, after: UnixTime) -> Result<(), StorageError> {
    execute!(tx, UNPUBLISH, after.0)?;
    execute!(tx, TAKE_BACK_ARRAYS, after.0)?;
    execute!(tx, TAKE_BACK_HASHES, after.0)?;
    execute!(tx, TAKE_BACK_TEXTS, after.0)?;
    execute!(tx, TAKE_BACK, after.0).map(drop)
}

/// Forgets publications made before `before`, but never the newest, and what no kept one needs: of each shard the
/// newest hash at or before the oldest kept publication stays.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0)?;
    let oldest: Option<(i64, i64)> = one!(tx, OLDEST)?;
    let Some((iat, seq)) = oldest else { return Ok(()) };
    execute!(tx, FORGET_HASHES, iat)?;
    status::forget_changes(tx, seq).await
}

columns!(publication = "iat, exp, seq, kid, epoch");

statements! {
    NEWEST = concat!("SELECT ", publication!(), " FROM publication_status_publication ORDER BY iat DESC LIMIT 1");
    AT = concat!("SELECT ", publication!(), " FROM publication_status_publication WHERE iat = $1");
    OLDEST = "SELECT iat, seq FROM publication_status_publication ORDER BY iat LIMIT 1";
    INSERT = "INSERT INTO publication_status_publication (iat, exp, seq, kid, epoch) \
        SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS \
        (SELECT 1 FROM publication_status_publication WHERE iat >= $1 OR seq > $3) ON CONFLICT DO NOTHING";
    UNPUBLISHED = "SELECT id FROM publication_status_list WHERE first_published IS NULL ORDER BY id";
    PUBLISHED_URIS = "SELECT uri FROM publication_status_list WHERE first_published IS NOT NULL ORDER BY id";
    SET_FIRST_PUBLISHED = "UPDATE publication_status_list SET first_published = $2 WHERE id = $1";
    INSERT_HASH = "INSERT INTO publication_status_hash (list, iat, sha256) VALUES ($1, $2, $3)";
    PUT_ARRAY = "INSERT INTO publication_status_array (list, packed) VALUES ($1, $2) \
        ON CONFLICT (list) DO UPDATE SET packed = excluded.packed";
    ARRAY = "SELECT l.uri, a.packed, h.sha256 FROM publication_status_array a \
        JOIN publication_status_list l ON l.id = a.list JOIN publication_status_hash h ON h.list = a.list \
        WHERE a.list = $1 ORDER BY h.iat DESC LIMIT 1";
    HASHES = "SELECT l.uri, h.sha256 FROM publication_status_list l JOIN publication_status_hash h ON h.list = l.id \
        WHERE h.iat = (SELECT MAX(n.iat) FROM publication_status_hash n WHERE n.list = l.id AND n.iat <= $1)";
    URIS = "SELECT id, uri FROM publication_status_list";
    TEXT = "SELECT iat, jws FROM publication_status_text WHERE list = $1";
    OFFER_TEXT = "INSERT INTO publication_status_text (list, iat, jws) VALUES ($1, $2, $3) \
        ON CONFLICT (list) DO UPDATE SET iat = excluded.iat, jws = excluded.jws \
        WHERE publication_status_text.iat < excluded.iat";
    UNPUBLISH = "UPDATE publication_status_list SET first_published = NULL \
        WHERE id IN (SELECT list FROM publication_status_hash WHERE iat > $1)";
    TAKE_BACK_ARRAYS = "DELETE FROM publication_status_array \
        WHERE list IN (SELECT list FROM publication_status_hash WHERE iat > $1)";
    TAKE_BACK_HASHES = "DELETE FROM publication_status_hash WHERE iat > $1";
    TAKE_BACK_TEXTS = "DELETE FROM publication_status_text WHERE iat > $1";
    TAKE_BACK = "DELETE FROM publication_status_publication WHERE iat > $1";
    FORGET = "DELETE FROM publication_status_publication WHERE iat < $1 \
        AND iat < (SELECT MAX(n.iat) FROM publication_status_publication n)";
    FORGET_HASHES = "DELETE FROM publication_status_hash WHERE iat < $1 AND iat < (SELECT MAX(n.iat) \
        FROM publication_status_hash n WHERE n.list = publication_status_hash.list AND n.iat <= $1)";
}
