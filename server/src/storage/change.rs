//! The change feed: what other servers' caches must forget.
//!
//! A writer records each change in its own transaction; every server reads the feed twice a second and empties
//! its caches accordingly, so none is more than a second stale. Taking the head by UPDATE makes writers queue
//! on PostgreSQL until the one before has committed: a reader that sees number n has seen all below it.
//!
//! Recording that a session ended, an account's PIN changed or a licence had an act also ends the shows that
//! stood on it, in the same transaction: no caller can forget it.

use liangzheng_core::time::UnixTime;

use super::showing::show;
use super::{StorageError, Tx, on_conn};

/// Something caches hold that a write has made old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session ended.
    Session(String),
    /// An account's PIN, password, role or state changed; not a mere wrong PIN.
    Account(String),
    /// Any act on a licence.
    Licence(String),
    /// A device was added or dropped.
    Device(String),
    /// A show was ended by its holder.
    Show(String),
    /// An index's value changed; the publisher has work.
    Status,
    /// All shards were signed anew.
    Published,
    /// A key was added, withdrawn or compromised.
    Keys,
    /// A new trust list version is in force.
    Trust,
    /// A new catalogue version is in force.
    Catalogue,
}

impl Change {
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Session(id) => ("session", id),
            Self::Account(id) => ("account", id),
            Self::Licence(id) => ("licence", id),
            Self::Device(id) => ("device", id),
            Self::Show(id) => ("show", id),
            Self::Status => ("status", ""),
            Self::Published => ("published", ""),
            Self::Keys => ("keys", ""),
            Self::Trust => ("trust", ""),
            Self::Catalogue => ("catalogue", ""),
        }
    }

    fn from_parts(kind: &str, reference: String) -> Option<Self> {
        Some(match kind {
            "session" => Self::Session(reference),
            "account" => Self::Account(reference),
            "licence" => Self::Licence(reference),
            "device" => Self::Device(reference),
            "show" => Self::Show(reference),
            "status" => Self::Status,
            "published" => Self::Published,
            "keys" => Self::Keys,
            "trust" => Self::Trust,
            "catalogue" => Self::Catalogue,
            _ => return None,
        })
    }
}

/// Puts a change into the feed as part of `tx`; returns its number.
pub async fn record(tx: &mut Tx, change: &Change, now: UnixTime) -> Result<i64, StorageError> {
    match change {
        Change::Session(id) => show::end_all(tx, show::END_OF_SESSION, id, now).await?,
        Change::Account(id) => show::end_all(tx, show::END_OF_ACCOUNT, id, now).await?,
        Change::Licence(id) => show::end_all(tx, show::END_OF_LICENCE, id, now).await?,
        _ => {}
    }
    let seq = next(tx).await?;
    let (kind, reference) = change.parts();
    on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(seq)
        .bind(kind)
        .bind(reference)
        .bind(now.0)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(seq)
}

/// Takes the next number of the feed.
pub(super) async fn next(tx: &mut Tx) -> Result<i64, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_scalar(NEXT).fetch_one(conn).await)?)
}

/// The number of the newest change.
pub async fn head(tx: &mut Tx) -> Result<i64, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_scalar(HEAD).fetch_one(conn).await)?)
}

/// The changes after `seq`, oldest first, with their numbers.
pub async fn since(tx: &mut Tx, seq: i64) -> Result<Vec<(i64, Change)>, StorageError> {
    let rows: Vec<(i64, String, String)> =
        on_conn!(tx, |conn| sqlx::query_as(SINCE).bind(seq).fetch_all(conn).await)?;
    // A kind this version does not know comes from a newer server; it concerns no cache of ours.
    Ok(rows.into_iter().filter_map(|(seq, kind, id)| Some((seq, Change::from_parts(&kind, id)?))).collect())
}

/// Forgets changes made before `before`; caches have long read them.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(FORGET).bind(before.0).execute(conn).await.map(drop))?)
}

pub(super) const NEXT: &str = "UPDATE change_head SET seq = seq + 1 WHERE one = 1 RETURNING seq";
pub(super) const HEAD: &str = "SELECT seq FROM change_head WHERE one = 1";
pub(super) const INSERT: &str = "INSERT INTO change (seq, kind, ref, at) VALUES ($1, $2, $3, $4)";
pub(super) const SINCE: &str = "SELECT seq, kind, ref FROM change WHERE seq > $1 ORDER BY seq";
pub(super) const FORGET: &str = "DELETE FROM change WHERE at < $1";
