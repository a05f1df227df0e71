//! Replies to requests with an `Idempotency-Key`, claimed in the transaction of the effect.
//!
//! Because claim, effect and reply are one transaction, a second request with the same key waits for the first and
//! then finds its reply: there is no half-done state, and a request that failed left no claim behind.

use liangzheng_core::time::UnixTime;

use super::{StorageError, Tx};
use crate::domain::ids::AccountId;
use crate::storage::sql::{execute, one, statements};

/// A request that may come twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who sent it; keys of different accounts never meet.
    pub account: AccountId,
    /// Method and path.
    pub route: String,
    /// The client's key.
    pub key: String,
    /// HMAC of the request's content.
    pub fingerprint: [u8; 32],
}

/// What a claim found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Nothing: go on, and [`complete`] it.
    New,
    /// The same request was answered: status and body.
    Answered {
        /// HTTP status.
        status: u16,
        /// The stored reply.
        body: Vec<u8>,
    },
    /// The key was used with another request.
    Mismatch,
}

/// Claims the key, or finds what it was used for.
pub async fn claim(tx: &mut Tx, claim: &Claim, now: UnixTime) -> Result<Claimed, StorageError> {
    let inserted =
        execute!(tx, CLAIM, claim.account, &claim.route, &claim.key, &claim.fingerprint[..], now.0)?;
    if inserted == 1 {
        return Ok(Claimed::New);
    }
    let found: Option<(Vec<u8>, i64, Option<Vec<u8>>)> =
        one!(tx, FIND, claim.account, &claim.route, &claim.key)?;
    match found {
        Some((fingerprint, status, Some(body))) if fingerprint == claim.fingerprint => {
            Ok(Claimed::Answered { status: u16::try_from(status).unwrap_or(200), body })
        }
        Some(_) => Ok(Claimed::Mismatch),
        // Forgotten between the two statements: as if it had come a moment later.
        None => Err(StorageError::Conflict),
    }
}

/// Stores the reply of a claim made in this transaction.
pub async fn complete(tx: &mut Tx, claim: &Claim, status: u16, body: &[u8]) -> Result<(), StorageError> {
    execute!(tx, COMPLETE, claim.account, &claim.route, &claim.key, i64::from(status), body).map(drop)
}

/// Forgets replies older than `before`.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0).map(drop)
}

statements! {
    CLAIM = "INSERT INTO idempotency (account, route, key, fingerprint, created_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    FIND = "SELECT fingerprint, status, body FROM idempotency WHERE account = $1 AND route = $2 AND key = $3";
    COMPLETE = "UPDATE idempotency SET status = $4, body = $5 WHERE account = $1 AND route = $2 AND key = $3";
    FORGET = "DELETE FROM idempotency WHERE created_at < $1";
}
