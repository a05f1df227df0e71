//! The status lists as they are served: texts, their aggregation, deltas.
//!
//! Every answer is of the newest publication in the database, whichever server made it. A shard's text is signed when
//! it is first asked for, once per publication; the database keeps the first one, so that no two servers hand out
//! different texts with one `iat`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liangzheng_core::key::{SignError, Signer};
use liangzheng_core::status::{Delta, ListHead, Snapshot, sign_delta, sign_packed_list};
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::trust::Purpose;

use crate::App;
use crate::service::publication::keys::{Keys, NoActiveKey};
use crate::service::publication::trust::Document;
use crate::storage::publication::status;
use crate::storage::publication::status_publication::{
    self as publications, ArrayRow, PublicationRow, TextRow,
};
use crate::storage::{Db, StorageError, Tx};

/// What was asked for of the newest publication, in memory; emptied when there is a newer one.
#[derive(Debug, Default)]
pub struct StatusLists {
    memory: Mutex<Memory>,
    /// Held while a text is made: of many who ask for the same one, one signs.
    signing: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Memory {
    newest: Option<PublicationRow>,
    texts: HashMap<i64, Document>,
    aggregation: Option<Document>,
    /// By `iat` of the publication they start from.
    deltas: HashMap<i64, Arc<str>>,
}

/// Why a list or a delta cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatusListError {
    /// No such list is published.
    #[error("no such list")]
    NotFound,
    /// No publication that is still kept was made at that time: the lists must be fetched whole.
    #[error("no delta starts there")]
    TooOld,
    /// Nothing was published since.
    #[error("nothing newer")]
    Current,
    /// The key of the newest publication may not sign any more, or is not on this server.
    #[error("the key {kid:?} of the newest publication cannot sign here")]
    KeyGone {
        /// The key.
        kid: String,
    },
    /// No status key may sign now.
    #[error(transparent)]
    NoKey(#[from] NoActiveKey),
    /// Signing failed, or the delta would be longer than the lists.
    #[error("it cannot be signed: {0}")]
    Sign(#[from] SignError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl StatusLists {
    /// The newest publication this server has seen.
    pub fn newest_seen(&self) -> Option<PublicationRow> {
        self.memory().newest.clone()
    }

    /// Forgets everything: publications were taken back.
    pub fn forget(&self) {
        *self.memory() = Memory::default();
    }

    /// Looks for a newer publication.
    pub async fn reload(&self, db: &Db) -> Result<(), StorageError> {
        let mut tx = db.begin_read().await?;
        self.newest(&mut tx).await?;
        tx.commit().await
    }

    /// `{"status_lists":[uri, …]}`
    pub async fn aggregation(&self, db: &Db) -> Result<Document, StatusListError> {
        let mut tx = db.begin_read().await?;
        let newest = self.newest(&mut tx).await?.ok_or(StatusListError::NotFound)?;
        if let Some(made) = self.of(&newest, |memory| memory.aggregation.clone()) {
            return Ok(made);
        }
        let uris = publications::published_uris(&mut tx).await?;
        tx.commit().await?;
        let made = Document::new(serde_json::json!({ "status_lists": uris }).to_string());
        self.remember(&newest, |memory| memory.aggregation = Some(made.clone()));
        Ok(made)
    }

    /// One list as signed for the newest publication.
    pub async fn text(&self, app: &App, list: i64) -> Result<Document, StatusListError> {
        if let Looked::Made(text) = self.look(&app.db, list).await? {
            return Ok(text);
        }
        let _turn = self.signing.lock().await;
        // It may have been made while this request waited.
        let (newest, array) = match self.look(&app.db, list).await? {
            Looked::Made(text) => return Ok(text),
            Looked::NotSigned(newest, array) => (newest, array),
        };
        let signer = signer_of(&app.keys, &newest).inspect_err(|_| app.publisher.changed.notify_one())?;
        let head = ListHead {
            sub: array.uri,
            iat: UnixTime(newest.iat),
            exp: UnixTime(newest.exp),
            ttl: Seconds(app.config.tokens.status_ttl_seconds),
        };
        let jws = sign_packed_list(&head, array.packed, &*signer)?;
        let mut tx = app.db.begin_write().await?;
        publications::offer_text(&mut tx, list, newest.iat, &jws).await?;
        // Another server may have been first, or may already have signed for a newer publication.
        let kept = publications::text(&mut tx, list).await?;
        tx.commit().await?;
        let kept = kept.unwrap_or(TextRow { iat: newest.iat, jws });
        let text = Document::new(kept.jws);
        if kept.iat == newest.iat {
            self.remember(&newest, |memory| memory.texts.insert(list, text.clone()));
        }
        Ok(text)
    }

    /// The text if this server or another has signed it, otherwise what is to be signed.
    async fn look(&self, db: &Db, list: i64) -> Result<Looked, StatusListError> {
        let mut tx = db.begin_read().await?;
        let newest = self.newest(&mut tx).await?.ok_or(StatusListError::NotFound)?;
        if let Some(made) = self.of(&newest, |memory| memory.texts.get(&list).cloned()) {
            return Ok(Looked::Made(made));
        }
        let signed = publications::text(&mut tx, list).await?.filter(|text| text.iat == newest.iat);
        if let Some(signed) = signed {
            let text = Document::new(signed.jws);
            self.remember(&newest, |memory| memory.texts.insert(list, text.clone()));
            return Ok(Looked::Made(text));
        }
        // Read in the transaction that found the publication, so it is the array whose hash that one holds.
        let array = publications::array(&mut tx, list).await?.ok_or(StatusListError::NotFound)?;
        tx.commit().await?;
        Ok(Looked::NotSigned(newest, array))
    }

    /// One signed delta over all shards from the publication made at `from` to the newest.
    ///
    /// Signed once per starting point and publication; every verifier that synced together gets the same text. It names
    /// every shard, so its length and cost grow with their number.
    pub async fn delta(
        &self,
        db: &Db,
        keys: &Keys,
        from: UnixTime,
        now: UnixTime,
    ) -> Result<Arc<str>, StatusListError> {
        let mut tx = db.begin_read().await?;
        let newest = self.newest(&mut tx).await?.ok_or(StatusListError::TooOld)?;
        if from.0 == newest.iat {
            return Err(StatusListError::Current);
        }
        if let Some(made) = self.of(&newest, |memory| memory.deltas.get(&from.0).cloned()) {
            return Ok(made);
        }
        let delta = read_delta(&mut tx, from, &newest, now).await?;
        tx.commit().await?;
        let signer = keys.signer(Purpose::Status, now)?;
        let text: Arc<str> = sign_delta(&delta, &*signer)?.into();
        self.remember(&newest, |memory| {
            if memory.deltas.len() < MAX_DELTAS {
                memory.deltas.insert(from.0, text.clone());
            }
        });
        Ok(text)
    }

    /// The newest publication in the database; what was remembered of an older one is dropped.
    async fn newest(&self, tx: &mut Tx) -> Result<Option<PublicationRow>, StorageError> {
        let found = publications::newest(tx).await?;
        let mut memory = self.memory();
        let held = memory.newest.as_ref().map(|row| row.iat);
        // A slow reader's older view must not throw out what belongs to the newer one.
        if found.as_ref().map(|row| row.iat) > held {
            *memory = Memory { newest: found.clone(), ..Memory::default() };
        }
        Ok(found)
    }

    /// What is remembered of `publication`.
    fn of<T>(&self, publication: &PublicationRow, get: impl FnOnce(&Memory) -> Option<T>) -> Option<T> {
        let memory = self.memory();
        if memory.newest.as_ref() == Some(publication) { get(&memory) } else { None }
    }

    /// Remembers something of `publication`, unless there is a newer one by now.
    fn remember<T>(&self, publication: &PublicationRow, put: impl FnOnce(&mut Memory) -> T) {
        let mut memory = self.memory();
        if memory.newest.as_ref() == Some(publication) {
            put(&mut memory);
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Looked {
    Made(Document),
    NotSigned(PublicationRow, ArrayRow),
}

/// The key that was active when `publication` was made, if it may still sign.
///
/// A list signed by another key would say of its `iat` what was not so; the publisher makes a publication for the new
/// key within its next turn.
fn signer_of(keys: &Keys, publication: &PublicationRow) -> Result<Arc<dyn Signer>, StatusListError> {
    keys.signer(Purpose::Status, UnixTime(publication.iat))
        .ok()
        .filter(|signer| signer.kid() == publication.kid)
        .ok_or_else(|| StatusListError::KeyGone { kid: publication.kid.clone() })
}

async fn read_delta(
    tx: &mut Tx,
    from: UnixTime,
    newest: &PublicationRow,
    now: UnixTime,
) -> Result<Delta, StatusListError> {
    let base = publications::at(tx, from.0).await?.ok_or(StatusListError::TooOld)?;
    let base_lists = publications::hashes(tx, base.iat).await?;
    let next_lists = publications::hashes(tx, newest.iat).await?;
    let changes = status::changes(tx, base.seq, newest.seq).await?;
    let uris: HashMap<i64, String> = publications::uris(tx).await?.into_iter().collect();
    let mut last: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    for (list, idx, value) in changes {
        last.insert((list, idx), value);
    }
    let mut chg: BTreeMap<String, Vec<(u32, u8)>> = BTreeMap::new();
    for ((list, idx), value) in last {
        let (Some(uri), Ok(idx), Ok(value)) = (uris.get(&list), u32::try_from(idx), u8::try_from(value))
        else {
            continue; // the tables' CHECKs exclude it; the hash would tell
        };
        chg.entry(uri.clone()).or_default().push((idx, value));
    }
    let chg = chg.into_iter().collect();
    Ok(Delta { iat: now, base: snapshot(&base, base_lists), next: snapshot(newest, next_lists), chg })
}

fn snapshot(row: &PublicationRow, lists: Vec<(String, Vec<u8>)>) -> Snapshot {
    let lists = lists.into_iter().filter_map(|(uri, hash)| Some((uri, hash.try_into().ok()?))).collect();
    Snapshot { iat: UnixTime(row.iat), exp: UnixTime(row.exp), lists }
}

/// Starting points kept per publication: one for each heartbeat of a day.
const MAX_DELTAS: usize = 1024;
