//! Wrong guesses of a secret, as a bucket in the database that empties by itself: ten at once, then one every five seconds.
//!
//! What a slow hash found out is decided again with the bucket held, so that of many guesses sent at once only those that
//! fit it are answered. Neither a restart nor another server gives new tries.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::storage::actor::account;
use crate::storage::{StorageError, Tx};

/// Too many wrong guesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong guesses")]
pub struct TooMany {
    /// How long to wait.
    pub wait: Seconds,
}

/// Which bucket: an HMAC of a login, or of a login and a place.
pub type Bucket = [u8; 32];

/// Whether there is room in the bucket for one more wrong guess, before the slow hash: a full one must not keep a core
/// busy.
pub async fn room(tx: &mut Tx, bucket: &Bucket, now: UnixTime) -> Result<Result<(), TooMany>, StorageError> {
    let full_until = account::failures_until(tx, bucket).await?;
    Ok(refuse_full(full_until.unwrap_or(UnixTime(0)), now))
}

/// The same with the bucket held until the transaction ends.
pub async fn hold(tx: &mut Tx, bucket: &Bucket, now: UnixTime) -> Result<Result<(), TooMany>, StorageError> {
    let full_until = account::failures_until_and_hold(tx, bucket).await?;
    Ok(refuse_full(full_until, now))
}

/// Counts a wrong guess.
pub async fn count(tx: &mut Tx, bucket: &Bucket, now: UnixTime) -> Result<(), StorageError> {
    account::add_failure(tx, bucket, now, COOLS_IN).await
}

/// Whether the bucket that is empty again at `full_until` has room for one more failure.
fn refuse_full(full_until: UnixTime, now: UnixTime) -> Result<(), TooMany> {
    let room_at = full_until.minus(Seconds(COOLS_IN.0.saturating_mul(AT_ONCE - 1)));
    let wait = room_at.since(now);
    if wait > Seconds(0) { Err(TooMany { wait }) } else { Ok(()) }
}

/// Wrong guesses per bucket that are answered at once; then one every [`COOLS_IN`].
const AT_ONCE: i64 = 10;
const COOLS_IN: Seconds = Seconds(5);
