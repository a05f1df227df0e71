//! The change feed: what other servers' caches must forget.
//!
//! A command records each change in its own transaction; every server reads the feed twice a second and empties its
//! caches accordingly, so none is more than a second stale. Taking the head by UPDATE makes writers queue on
//! PostgreSQL until the one before has committed: a reader that sees number n has seen all below it.

use liangzheng_core::time::UnixTime;

use super::sql::{all, execute, statements, value};
use super::{StorageError, Tx};
use crate::domain::ids::{AccountId, LicenceId, SessionId, ShowId};

/// Something a cache holds that a write has made old. There is a kind for what a cache reads, and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session ended.
    Session(SessionId),
    /// An account's PIN, password, roles or state changed; not a mere wrong PIN.
    Account(AccountId),
    /// Any act on a licence.
    Licence(LicenceId),
    /// A show was ended by its holder.
    Show(ShowId),
    /// An index's value changed; the publisher has work.
    Status,
    /// Status lists were published.
    Published,
    /// A key was added, withdrawn or compromised.
    Keys,
    /// A new trust list version is in force.
    Trust,
    /// A new catalogue version is in force.
    Catalogue,
    /// An operator said that this is the time, and took back what was published ahead of it.
    Clock(UnixTime),
}

impl Change {
    fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Session(id) => ("session", id.to_string()),
            Self::Account(id) => ("account", id.to_string()),
            Self::Licence(id) => ("licence", id.to_string()),
            Self::Show(id) => ("show", id.to_string()),
            Self::Status => ("status", String::new()),
            Self::Published => ("published", String::new()),
            Self::Keys => ("keys", String::new()),
            Self::Trust => ("trust", String::new()),
            Self::Catalogue => ("catalogue", String::new()),
            Self::Clock(now) => ("clock", now.0.to_string()),
        }
    }

    /// `None` for a kind or an id that this version does not know: it comes from a newer server, and no cache of ours
    /// holds the like.
    fn from_parts(kind: &str, reference: &str) -> Option<Self> {
        Some(match kind {
            "session" => Self::Session(reference.parse().ok()?),
            "account" => Self::Account(reference.parse().ok()?),
            "licence" => Self::Licence(reference.parse().ok()?),
            "show" => Self::Show(reference.parse().ok()?),
            "status" => Self::Status,
            "published" => Self::Published,
            "keys" => Self::Keys,
            "trust" => Self::Trust,
            "catalogue" => Self::Catalogue,
            "clock" => Self::Clock(UnixTime(reference.parse().ok()?)),
            _ => return None,
        })
    }
}

/// Puts a change into the feed as part of `tx`; returns its number.
pub async fn record(tx: &mut Tx, change: &Change, now: UnixTime) -> Result<i64, StorageError> {
    let seq: i64 = value!(tx, NEXT)?;
    let (kind, reference) = change.parts();
    execute!(tx, INSERT, seq, kind, &reference, now.0)?;
    Ok(seq)
}

/// The number of the newest change.
pub async fn head(tx: &mut Tx) -> Result<i64, StorageError> {
    value!(tx, HEAD)
}

/// The changes after `seq`, oldest first, with their numbers.
pub async fn since(tx: &mut Tx, seq: i64) -> Result<Vec<(i64, Change)>, StorageError> {
    let rows: Vec<(i64, String, String)> = all!(tx, SINCE, seq)?;
    Ok(rows.into_iter().filter_map(|(seq, kind, id)| Some((seq, Change::from_parts(&kind, &id)?))).collect())
}

/// Forgets changes made before `before`; caches have long read them.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0).map(drop)
}

statements! {
    NEXT = "UPDATE change_head SET seq = seq + 1 WHERE one = 1 RETURNING seq";
    HEAD = "SELECT seq FROM change_head WHERE one = 1";
    INSERT = "INSERT INTO change (seq, kind, ref, at) VALUES ($1, $2, $3, $4)";
    SINCE = "SELECT seq, kind, ref FROM change WHERE seq > $1 ORDER BY seq";
    FORGET = "DELETE FROM change WHERE at < $1";
}
