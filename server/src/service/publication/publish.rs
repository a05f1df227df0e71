//! Signing status lists and catalogues in time.
//!
//! A status change is on the wire about a second after its commit. Lists are signed anew at half their `ttl`, so
//! a verifier that fetches on time never holds an ageing one, and at each start, so a restart loses nothing: what
//! was committed and not yet signed is found in the change feed. Several servers may publish; the database lets
//! one publication per second through.

use liangzheng_core::status::{ListHead, StatusArray, StatusValue, sign_list};
use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_core::trust::{Catalogue, Purpose, sign_catalogue};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

use crate::App;
use crate::service::publication::keys::NoActiveKey;
use crate::service::work::{Work, Worker};
use crate::storage::change::{self, Change};
use crate::storage::publication::status::{ListRow, PublicationRow};
use crate::storage::publication::trust::SignedRow;
use crate::storage::{self, StorageError};

/// The shards as of some change, kept between publications: half a megabyte each.
#[derive(Debug, Default)]
pub struct Publisher {
    arrays: Mutex<Option<Arrays>>,
}

#[derive(Debug)]
struct Arrays {
    by_list: BTreeMap<i64, StatusArray>,
    seq: i64,
    /// The key of the last publication made here; another active key means signing anew.
    kid: String,
}

/// Why nothing could be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// No key of the purpose may sign now.
    #[error(transparent)]
    NoKey(#[from] NoActiveKey),
    /// Signing failed.
    #[error("signing failed: {0}")]
    Sign(#[from] liangzheng_core::key::SignError),
    /// The machine's clock stands before the last publication.
    #[error("the clock stands {behind} s before the last publication; lists may not go back in time")]
    ClockBehind {
        /// By how much.
        behind: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Signs all shards if a change waits, half the `ttl` has passed, the status key is another, or `force`.
///
/// Returns whether something new is on the wire.
pub async fn publish(app: &App, force: bool) -> Result<bool, PublishError> {
    // Held throughout: two publications of one process would sign the same second.
    let mut held = app.publisher.arrays.lock().await;
    let now = app.now();
    let signer = app.keys.signer(Purpose::Status, now)?;
    let mut tx = app.db.begin_read().await?;
    let head = change::head(&mut tx).await?;
    let newest = storage::publication::status::newest_publication(&mut tx).await?;
    let lists = storage::publication::status::lists(&mut tx).await?;
    let arrays = bring_up(&mut tx, held.take(), &lists, head).await?;
    let waits = match newest {
        Some(newest) => !storage::publication::status::changes(&mut tx, newest.seq, head).await?.is_empty(),
        None => true,
    };
    tx.commit().await?;
    let arrays = held.insert(arrays);

    let age = newest.map_or(Seconds(i64::MAX), |newest| now.since(UnixTime(newest.iat)));
    let renewal = age.0 >= app.config.tokens.status_ttl_seconds / 2;
    let is_unsigned = lists.iter().any(|list| list.jws.is_none());
    let other_key = arrays.kid != signer.kid();
    if !(waits || renewal || is_unsigned || other_key || force) {
        return Ok(false);
    }
    if age.0 <= 0 {
        // The same second is waited out; verifiers refuse what lies ahead of their clocks.
        return if age.0 == 0 { Ok(false) } else { Err(PublishError::ClockBehind { behind: -age.0 }) };
    }
    let row = PublicationRow { iat: now.0, exp: now.plus(app.config.tokens.status_lifetime()).0, seq: head };
    let mut signed = Vec::with_capacity(lists.len());
    for list in &lists {
        let Some(array) = arrays.by_list.get(&list.id) else { continue };
        let head = ListHead {
            sub: list.uri.clone(),
            iat: now,
            exp: UnixTime(row.exp),
            ttl: Seconds(app.config.tokens.status_ttl_seconds),
        };
        signed.push((list.id, array.sha256(), sign_list(&head, array, &*signer)?));
    }
    if !keep(app, row, &signed).await? {
        return Ok(false);
    }
    signer.kid().clone_into(&mut arrays.kid);
    Ok(true)
}

/// Brings the arrays to change `head`: from what is held, or anew.
async fn bring_up(
    tx: &mut storage::Tx,
    held: Option<Arrays>,
    lists: &[ListRow],
    head: i64,
) -> Result<Arrays, StorageError> {
    let mut arrays = match held {
        Some(mut held) => {
            for (list, idx, value) in storage::publication::status::changes(tx, held.seq, head).await? {
                put(&mut held.by_list, list, idx, value);
            }
            held
        }
        None => {
            let mut fresh = Arrays { by_list: BTreeMap::new(), seq: head, kid: String::new() };
            for entry in storage::publication::status::not_valid(tx).await? {
                put(&mut fresh.by_list, entry.list, entry.idx, entry.value);
            }
            fresh
        }
    };
    for list in lists {
        arrays.by_list.entry(list.id).or_default();
    }
    arrays.seq = head;
    Ok(arrays)
}

fn put(by_list: &mut BTreeMap<i64, StatusArray>, list: i64, idx: i64, value: i64) {
    let value = u8::try_from(value).ok().and_then(StatusValue::from_wire);
    // The tables' CHECKs allow no other; should one slip through, a licence must not read as valid.
    let value = value.unwrap_or(StatusValue::Final);
    if let Ok(idx) = u32::try_from(idx) {
        by_list.entry(list).or_default().set(idx, value);
    }
}

async fn keep(
    app: &App,
    row: PublicationRow,
    signed: &[(i64, [u8; 32], String)],
) -> Result<bool, StorageError> {
    let mut work = Work::begin(app, Worker::SYSTEM).await?;
    // The feed's head is locked first: servers publish one after the other, and each sees what the one before kept.
    work.changed(Change::Published).await?;
    if !storage::publication::status::insert_publication(&mut work.tx, row).await? {
        return Ok(false); // another server was first; its publication holds the same changes, or more
    }
    for (list, sha256, jws) in signed {
        storage::publication::status::insert_published_list(&mut work.tx, row.iat, *list, sha256, jws)
            .await?;
    }
    work.finish().await?;
    Ok(true)
}

/// Signs the catalogue anew if less than a third of its life is left, or its key is no longer good.
///
/// Returns whether a new version is in force.
pub async fn renew_catalogue(app: &App) -> Result<bool, PublishError> {
    let now = app.now();
    let state = app.trust.current();
    let held = state.catalogue.signed();
    let is_fresh = held.exp.since(now).0 > app.config.tokens.catalogue_lifetime_seconds / 3;
    if is_fresh && !state.catalogue_is_refused {
        return Ok(false);
    }
    let next = Catalogue { version: held.version + 1, ..held.clone() };
    put_catalogue(app, next).await?;
    Ok(true)
}

/// Signs and publishes a catalogue version; its times are set here.
pub async fn put_catalogue(app: &App, content: Catalogue) -> Result<(), PublishError> {
    let now = app.now();
    let signer = app.keys.signer(Purpose::Catalogue, now)?;
    let row = sign_catalogue_row(content, &*signer, &app.config.tokens, now)?;
    let mut work = Work::begin(app, Worker::SYSTEM).await?;
    storage::publication::trust::insert_catalogue(&mut work.tx, &row).await?;
    work.changed(Change::Catalogue).await?;
    Ok(work.finish().await?)
}

/// Signs a catalogue as from `now`.
pub fn sign_catalogue_row(
    mut content: Catalogue,
    signer: &dyn liangzheng_core::key::Signer,
    config: &crate::config::TokensConfig,
    now: UnixTime,
) -> Result<SignedRow, PublishError> {
    content.iss.clone_from(&config.operator);
    content.iat = now;
    content.exp = now.plus(Seconds(config.catalogue_lifetime_seconds));
    let jws = sign_catalogue(&content, signer)?;
    let version = i64::try_from(content.version).unwrap_or(i64::MAX);
    Ok(SignedRow { version, iat: content.iat.0, exp: content.exp.0, jws })
}
