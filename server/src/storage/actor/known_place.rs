//! Places a login has succeeded from: HMACs, from which neither login nor place can be read.

use liangzheng_core::time::UnixTime;

use crate::storage::sql::{execute, statements, value};
use crate::storage::{StorageError, Tx};

/// Whether the place is known at `now`.
pub async fn is_known(tx: &mut Tx, place: &[u8; 32], now: UnixTime) -> Result<bool, StorageError> {
    let known: i64 = value!(tx, IS_KNOWN, &place[..], now.0)?;
    Ok(known == 1)
}

/// Remembers the place until `until`.
pub async fn remember(tx: &mut Tx, place: &[u8; 32], until: UnixTime) -> Result<(), StorageError> {
    execute!(tx, REMEMBER, &place[..], until.0).map(drop)
}

/// Forgets places that are not known any more.
pub async fn forget(tx: &mut Tx, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, now.0).map(drop)
}

statements! {
    IS_KNOWN = "SELECT COUNT(*) FROM actor_known_place WHERE place_hmac = $1 AND until > $2";
    REMEMBER = "INSERT INTO actor_known_place (place_hmac, until) VALUES ($1, $2) \
        ON CONFLICT (place_hmac) DO UPDATE SET until = excluded.until";
    FORGET = "DELETE FROM actor_known_place WHERE until <= $1";
}
