//! Status indexes: giving them out, and changing their value.
//!
//! A change is written in the transaction of the act that causes it, so it can be neither lost nor early. The
//! publisher ([`super::publisher`]) publishes what is committed; verifiers here read the database itself.
//!
//! Nothing here costs more because there are more shards: no list of them is read, and no text.

use std::collections::HashSet;

use liangzheng_core::status::{SHARD_ENTRIES, StatusValue};
use liangzheng_core::time::UnixTime;
use liangzheng_core::token::StatusRef;

use crate::domain::clock::Entropy;
use crate::domain::ids::{DelegationId, DeviceId, LicenceId, PrintId};
use crate::service::work::Work;
use crate::storage::change::Change;
pub use crate::storage::publication::status::ShownBy;
use crate::storage::publication::status::{self, EntryRow, ListRow};
use crate::storage::{StorageError, Tx};

/// Makes shards until there are `count`; `base_url` becomes part of their addresses for ever.
pub async fn ensure_lists(
    tx: &mut Tx,
    base_url: &str,
    count: i64,
    now: UnixTime,
) -> Result<(), StorageError> {
    let held = status::newest_list(tx).await?.map_or(0, |list| list.id);
    for id in held + 1..=count {
        status::insert_list(tx, id, &list_uri(base_url, id), now).await?;
    }
    Ok(())
}

fn list_uri(base_url: &str, id: i64) -> String {
    format!("{}/status-lists/{id}", base_url.trim_end_matches('/'))
}

/// An index, and the graver of what it said and what it says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The index.
    pub status: StatusRef,
    /// What a token with it must tell until the lists that verifiers hold can be expected to.
    pub value: StatusValue,
}

/// The index of a licence version, for profile S or for one device, by a delegation or by none, or for one print; given at
/// first use.
///
/// Random, so that a neighbour's number tells nothing; never given to anyone else. `value` is the licence's
/// value at this moment: written where the index says otherwise, as at midnight, before the day's job has come to it.
pub async fn index_for(
    work: &mut Work<'_>,
    licence: LicenceId,
    shown_by: ShownBy,
    value: StatusValue,
    entropy: &dyn Entropy,
) -> Result<Given, StorageError> {
    if let Some(held) = held_index(work, licence, shown_by, value).await? {
        return Ok(held);
    }
    let list = newest(&mut work.tx).await?.ok_or_else(|| inconsistent("list", licence))?;
    for _ in 0..MAX_DRAWS {
        if let Some(idx) = draw(work, list.id, licence, shown_by, value, entropy).await? {
            return Ok(Given { status: StatusRef { uri: list.uri, idx }, value });
        }
        // Either the index was taken, or another request has given this licence one meanwhile.
        if let Some(held) = held_index(work, licence, shown_by, value).await? {
            return Ok(held);
        }
    }
    Err(inconsistent("idx", licence))
}

/// The shard in which new licences get their indexes now: for many at once.
pub async fn list_for_new(tx: &mut Tx) -> Result<i64, StorageError> {
    let list = newest(tx).await?.map(|list| list.id);
    list.ok_or(StorageError::Inconsistent {
        table: "publication_status_list",
        column: "id",
        row: String::new(),
    })
}

/// The newest shard that verifiers can already have; one not yet published would read as unknown.
async fn newest(tx: &mut Tx) -> Result<Option<ListRow>, StorageError> {
    match status::newest_published_list(tx).await? {
        Some(list) => Ok(Some(list)),
        None => status::newest_list(tx).await,
    }
}

/// Gives a licence version that has none an index for profile S in shard `list`: for filling several shards at once.
pub async fn give_in(
    work: &mut Work<'_>,
    list: i64,
    licence: LicenceId,
    value: StatusValue,
    entropy: &dyn Entropy,
) -> Result<(), StorageError> {
    for _ in 0..MAX_DRAWS {
        if draw(work, list, licence, ShownBy::default(), value, entropy).await?.is_some() {
            return Ok(());
        }
    }
    Err(inconsistent("idx", licence))
}

/// The same for many at once, of which nothing is to be told but that they are valid.
pub async fn give_each_in(
    work: &mut Work<'_>,
    list: i64,
    licences: &[LicenceId],
    entropy: &dyn Entropy,
) -> Result<(), StorageError> {
    let mut left = licences.to_vec();
    for _ in 0..MAX_DRAWS {
        let draw =
            |licence: &LicenceId| (i64::from(u32::from_le_bytes(entropy.bytes()) % SHARD_ENTRIES), *licence);
        let drawn: Vec<(i64, LicenceId)> = left.iter().map(draw).collect();
        if status::insert_entries(&mut work.tx, list, &drawn).await? == drawn.len() as u64 {
            return Ok(());
        }
        // Others have some of these indexes.
        let given: HashSet<LicenceId> = status::indexed(&mut work.tx, &left).await?.into_iter().collect();
        left.retain(|licence| !given.contains(licence));
    }
    match left.first() {
        Some(licence) => Err(inconsistent("idx", *licence)),
        None => Ok(()),
    }
}

/// Tries one random index of shard `list`.
async fn draw(
    work: &mut Work<'_>,
    list: i64,
    licence: LicenceId,
    shown_by: ShownBy,
    value: StatusValue,
    entropy: &dyn Entropy,
) -> Result<Option<u32>, StorageError> {
    let idx = u32::from_le_bytes(entropy.bytes()) % SHARD_ENTRIES;
    if !status::insert_entry(&mut work.tx, list, i64::from(idx), licence, shown_by).await? {
        return Ok(None);
    }
    if value != StatusValue::Valid {
        set(work, list, i64::from(idx), value).await?;
    }
    Ok(Some(idx))
}

async fn held_index(
    work: &mut Work<'_>,
    licence: LicenceId,
    shown_by: ShownBy,
    value: StatusValue,
) -> Result<Option<Given>, StorageError> {
    let Some(row) = status::index(&mut work.tx, licence, shown_by).await? else { return Ok(None) };
    let idx = u32::try_from(row.idx).map_err(|_| inconsistent("idx", licence))?;
    let said = u8::try_from(row.value).ok().and_then(StatusValue::from_wire);
    let said = said.ok_or_else(|| inconsistent("value", licence))?;
    if said != value && said != StatusValue::Final {
        set(work, row.list, row.idx, value).await?;
    }
    Ok(Some(Given { status: StatusRef { uri: row.uri, idx }, value: value.worse(said) }))
}

fn inconsistent(column: &'static str, licence: LicenceId) -> StorageError {
    StorageError::Inconsistent { table: "publication_status_entry", column, row: licence.to_string() }
}

/// Puts a licence's new value on all its indexes, in the transaction of the act.
///
/// An index already final stays so: it belongs to a dropped device, an ended delegation or a void print.
pub async fn licence_changed(
    work: &mut Work<'_>,
    licence: LicenceId,
    value: StatusValue,
) -> Result<(), StorageError> {
    let entries = status::entries_of_licence(&mut work.tx, licence).await?;
    set_all(work, &entries, value).await
}

/// Ends every code of a dropped device, in the transaction that drops it; other devices' codes stay good.
pub async fn device_dropped(work: &mut Work<'_>, device: DeviceId) -> Result<(), StorageError> {
    let entries = status::entries_of_device(&mut work.tx, device).await?;
    set_all(work, &entries, StatusValue::Final).await
}

/// Ends every code of a delegate, in the transaction that ends the delegation; the holder's own stay good.
pub async fn delegation_ended(work: &mut Work<'_>, delegation: DelegationId) -> Result<(), StorageError> {
    let entries = status::entries_of_delegation(&mut work.tx, delegation).await?;
    set_all(work, &entries, StatusValue::Final).await
}

/// Ends the code on a registered print, in the transaction that makes the print void; all others stay good.
pub async fn print_void(work: &mut Work<'_>, print: PrintId) -> Result<(), StorageError> {
    let entries = status::entries_of_print(&mut work.tx, print).await?;
    set_all(work, &entries, StatusValue::Final).await
}

/// The indexes given to a device, but for what is shown by a delegation.
pub async fn of_device(tx: &mut Tx, device: DeviceId) -> Result<Vec<EntryRow>, StorageError> {
    status::undelegated_of_device(tx, device).await
}

/// Ends one index of a device for good, and takes it from the device, which may get another for the same licence.
pub async fn end_of_device(work: &mut Work<'_>, entry: &EntryRow) -> Result<(), StorageError> {
    set_all(work, std::slice::from_ref(entry), StatusValue::Final).await?;
    status::take_from_device(&mut work.tx, entry).await
}

async fn set_all(work: &mut Work<'_>, entries: &[EntryRow], value: StatusValue) -> Result<(), StorageError> {
    for entry in entries {
        let is_final = entry.value == i64::from(StatusValue::Final.wire());
        if entry.value != i64::from(value.wire()) && !is_final {
            set(work, entry.list, entry.idx, value).await?;
        }
    }
    Ok(())
}

async fn set(work: &mut Work<'_>, list: i64, idx: i64, value: StatusValue) -> Result<(), StorageError> {
    let seq = work.changed(Change::Status).await?;
    status::set(&mut work.tx, seq, list, idx, value, work.now).await
}

/// Makes a further shard once the newest is so full that drawing a free index takes several tries.
///
/// How full it is, is told by a part of it: indexes are random, so of 4,096 as many are taken as of all, within 2 %.
pub async fn grow(tx: &mut Tx, base_url: &str, now: UnixTime) -> Result<bool, StorageError> {
    let Some(newest) = status::newest_list(tx).await? else { return Ok(false) };
    let is_roomy = status::taken_below(tx, newest.id, SAMPLE).await? < i64::from(SAMPLE / 2);
    if newest.first_published.is_none() || is_roomy {
        return Ok(false);
    }
    ensure_lists(tx, base_url, newest.id + 1, now).await?;
    Ok(true)
}

/// A shard is given up half full, so a draw hits a free index with probability above one half each time.
const MAX_DRAWS: usize = 128;
/// Indexes looked at to see how full a shard is.
const SAMPLE: u32 = 4096;
