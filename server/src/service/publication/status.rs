//! Status indexes: giving them out, changing their value, and what of it is published.
//!
//! A change is written in the transaction of the act that causes it, so it can be neither lost nor early. The
//! publisher ([`crate::worker`]) signs what is committed; verifiers here read the database itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use liangzheng_core::status::{Delta, SHARD_ENTRIES, Snapshot, StatusValue, sign_delta};
use liangzheng_core::time::UnixTime;
use liangzheng_core::token::StatusRef;
use liangzheng_core::trust::Purpose;
use tokio::sync::Notify;

use crate::domain::clock::Entropy;
use crate::domain::ids::{DeviceId, LicenceId};
use crate::service::publication::keys::{Keys, NoActiveKey};
use crate::service::publication::trust::Document;
use crate::service::work::Work;
use crate::storage::change::Change;
use crate::storage::publication::status::{EntryRow, PublicationRow};
use crate::storage::{self, Db, StorageError, Tx};

/// The status lists as last signed, for the routes that serve them.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// The publication they belong to; `None` before the first.
    pub head: Option<PublicationRow>,
    /// The lists by number.
    pub lists: BTreeMap<i64, Document>,
    /// `{"status_lists":[uri, …]}`
    pub aggregation: Option<Document>,
}

/// What is published of statuses, shared by all workers.
#[derive(Debug, Default)]
pub struct StatusBook {
    published: RwLock<Arc<Published>>,
    deltas: Mutex<HashMap<i64, Arc<str>>>,
    /// Rung when an index changed here, so that the publisher need not wait for its next look.
    pub changed: Notify,
}

/// Why a delta cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeltaError {
    /// No publication that is still kept was signed at that time: the lists must be fetched whole.
    #[error("no delta starts there")]
    TooOld,
    /// Nothing was published since.
    #[error("nothing newer")]
    Current,
    /// No status key may sign now.
    #[error(transparent)]
    NoKey(#[from] NoActiveKey),
    /// Signing failed, or the delta would be longer than the lists.
    #[error("the delta cannot be signed: {0}")]
    Sign(#[from] liangzheng_core::key::SignError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl StatusBook {
    /// What is published.
    pub fn current(&self) -> Arc<Published> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the newest publication from the database.
    pub async fn reload(&self, db: &Db) -> Result<(), StorageError> {
        let mut tx = db.begin_read().await?;
        let head = storage::publication::status::newest_publication(&mut tx).await?;
        let rows = storage::publication::status::lists(&mut tx).await?;
        tx.commit().await?;
        let uris: Vec<&str> =
            rows.iter().filter(|row| row.jws.is_some()).map(|row| row.uri.as_str()).collect();
        let aggregation = serde_json::json!({ "status_lists": uris }).to_string();
        let lists =
            rows.iter().filter_map(|row| Some((row.id, Document::new(row.jws.as_deref()?)))).collect();
        let published = Published { head, lists, aggregation: Some(Document::new(aggregation)) };
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(published);
        self.deltas.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// One signed delta over all shards from the publication signed at `from` to the newest.
    ///
    /// Signed once per starting point and publication; every verifier that synced together gets the same text.
    pub async fn delta(
        &self,
        db: &Db,
        keys: &Keys,
        from: UnixTime,
        now: UnixTime,
    ) -> Result<Arc<str>, DeltaError> {
        let head = self.current().head.ok_or(DeltaError::TooOld)?;
        if from.0 == head.iat {
            return Err(DeltaError::Current);
        }
        if let Some(made) = self.deltas.lock().unwrap_or_else(PoisonError::into_inner).get(&from.0) {
            return Ok(made.clone());
        }
        let delta = read_delta(db, from, head, now).await?;
        let signer = keys.signer(Purpose::Status, now)?;
        let text: Arc<str> = sign_delta(&delta, &*signer)?.into();
        let mut deltas = self.deltas.lock().unwrap_or_else(PoisonError::into_inner);
        // A publication in between has emptied the cache; what was made then no longer leads to the newest.
        if self.current().head == Some(head) && deltas.len() < MAX_CACHED_DELTAS {
            deltas.insert(from.0, text.clone());
        }
        Ok(text)
    }
}

async fn read_delta(
    db: &Db,
    from: UnixTime,
    head: PublicationRow,
    now: UnixTime,
) -> Result<Delta, DeltaError> {
    let mut tx = db.begin_read().await?;
    let base = storage::publication::status::publication(&mut tx, from.0).await?.ok_or(DeltaError::TooOld)?;
    let base_lists = storage::publication::status::hashes(&mut tx, base.iat).await?;
    let next_lists = storage::publication::status::hashes(&mut tx, head.iat).await?;
    let changes = storage::publication::status::changes(&mut tx, base.seq, head.seq).await?;
    let uris: HashMap<i64, String> = storage::publication::status::lists(&mut tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row.uri))
        .collect();
    tx.commit().await?;
    let mut newest: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for (list, idx, value) in changes {
        newest.insert((list, idx), value);
    }
    let mut chg: BTreeMap<String, Vec<(u32, u8)>> = BTreeMap::new();
    for ((list, idx), value) in newest {
        let (Some(uri), Ok(idx), Ok(value)) = (uris.get(&list), u32::try_from(idx), u8::try_from(value))
        else {
            continue; // the tables' CHECKs exclude it; the hash would tell
        };
        chg.entry(uri.clone()).or_default().push((idx, value));
    }
    let chg = chg.into_iter().collect();
    Ok(Delta { iat: now, base: snapshot(base, base_lists), next: snapshot(head, next_lists), chg })
}

fn snapshot(row: PublicationRow, lists: Vec<(String, Vec<u8>)>) -> Snapshot {
    let lists = lists.into_iter().filter_map(|(uri, hash)| Some((uri, hash.try_into().ok()?))).collect();
    Snapshot { iat: UnixTime(row.iat), exp: UnixTime(row.exp), lists }
}

/// Makes the first shard if there is none; `base_url` becomes part of its address for ever.
pub async fn ensure_list(tx: &mut Tx, base_url: &str, now: UnixTime) -> Result<(), StorageError> {
    if storage::publication::status::lists(tx).await?.is_empty() {
        storage::publication::status::insert_list(tx, 1, &list_uri(base_url, 1), now).await?;
    }
    Ok(())
}

fn list_uri(base_url: &str, id: i64) -> String {
    format!("{}/status-lists/{id}", base_url.trim_end_matches('/'))
}

/// The index of a licence version, for profile S (`device` = `None`) or for one device; given at first use.
///
/// Random, so that a neighbour's number tells nothing; never given to anyone else. `value` is the licence's
/// value at this moment, for an index given while a notice stands.
pub async fn index_for(
    work: &mut Work<'_>,
    licence: LicenceId,
    device: Option<DeviceId>,
    value: StatusValue,
    entropy: &dyn Entropy,
) -> Result<StatusRef, StorageError> {
    let lists = storage::publication::status::lists(&mut work.tx).await?;
    if let Some(held) = storage::publication::status::entry(&mut work.tx, licence, device).await? {
        return reference(&lists, &held);
    }
    // The newest shard that verifiers can already have; one not yet published would read as unknown.
    let newest = lists.iter().rev().find(|list| list.jws.is_some()).or(lists.last());
    let list = newest.ok_or_else(|| inconsistent("id", licence))?.id;
    for _ in 0..MAX_DRAWS {
        let idx = i64::from(u32::from_le_bytes(entropy.bytes()) % SHARD_ENTRIES);
        let taken =
            storage::publication::status::insert_entry(&mut work.tx, list, idx, licence, device).await?;
        let held = storage::publication::status::entry(&mut work.tx, licence, device).await?;
        let Some(held) = held else { continue };
        if taken && value != StatusValue::Valid {
            set(work, &held, value).await?;
        }
        return reference(&lists, &held);
    }
    Err(inconsistent("idx", licence))
}

fn reference(
    lists: &[storage::publication::status::ListRow],
    entry: &EntryRow,
) -> Result<StatusRef, StorageError> {
    let list =
        lists.iter().find(|list| list.id == entry.list).ok_or_else(|| inconsistent("list", entry.licence))?;
    let idx = u32::try_from(entry.idx).map_err(|_| inconsistent("idx", entry.licence))?;
    Ok(StatusRef { uri: list.uri.clone(), idx })
}

fn inconsistent(column: &'static str, licence: LicenceId) -> StorageError {
    StorageError::Inconsistent { table: "publication_status_entry", column, row: licence.to_string() }
}

/// Puts a licence's new value on all its indexes, in the transaction of the act.
///
/// An index already final stays so: it belongs to a dropped device.
pub async fn licence_changed(
    work: &mut Work<'_>,
    licence: LicenceId,
    value: StatusValue,
) -> Result<(), StorageError> {
    let entries = storage::publication::status::entries_of_licence(&mut work.tx, licence).await?;
    set_all(work, &entries, value).await
}

/// Ends every code of a dropped device, in the transaction that drops it; other devices' codes stay good.
pub async fn device_dropped(work: &mut Work<'_>, device: DeviceId) -> Result<(), StorageError> {
    let entries = storage::publication::status::entries_of_device(&mut work.tx, device).await?;
    set_all(work, &entries, StatusValue::Final).await
}

async fn set_all(work: &mut Work<'_>, entries: &[EntryRow], value: StatusValue) -> Result<(), StorageError> {
    for entry in entries {
        let is_final = entry.value == i64::from(StatusValue::Final.wire());
        if entry.value != i64::from(value.wire()) && !is_final {
            set(work, entry, value).await?;
        }
    }
    Ok(())
}

async fn set(work: &mut Work<'_>, entry: &EntryRow, value: StatusValue) -> Result<(), StorageError> {
    let seq = work.changed(Change::Status).await?;
    storage::publication::status::set(&mut work.tx, seq, entry.list, entry.idx, value, work.now).await
}

/// Makes a further shard once the newest is so full that drawing a free index takes several tries.
pub async fn grow(tx: &mut Tx, base_url: &str, now: UnixTime) -> Result<bool, StorageError> {
    let lists = storage::publication::status::lists(tx).await?;
    let Some(newest) = lists.last() else { return Ok(false) };
    if newest.jws.is_none()
        || storage::publication::status::taken(tx, newest.id).await? < i64::from(SHARD_ENTRIES / 2)
    {
        return Ok(false);
    }
    storage::publication::status::insert_list(tx, newest.id + 1, &list_uri(base_url, newest.id + 1), now)
        .await?;
    Ok(true)
}

/// A shard is given up half full, so a draw hits a free index with probability above one half each time.
const MAX_DRAWS: usize = 128;
/// Starting points kept per publication: one for each heartbeat of a day.
const MAX_CACHED_DELTAS: usize = 1024;
