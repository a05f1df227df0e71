//! Leases: which server does a job that one server at a time does.
//!
//! All times are milliseconds of the database's clock ([`Tx::clock_ms`]), read in the same transaction.

use crate::storage::sql::{execute, one, one_value, statements};
use crate::storage::{StorageError, Tx};

/// A lease as it stands.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LeaseRow {
    /// Which start of which server holds it.
    pub server: String,
    /// Rises with each change of holder.
    pub epoch: i64,
    /// It ends then unless it is renewed.
    pub until_ms: i64,
}

/// A lease, if anybody ever held it.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<LeaseRow>, StorageError> {
    one!(tx, FIND, name)
}

/// Takes a lease that is free or has ended, or renews one's own, until `until_ms`; returns its epoch, or `None` if
/// another server holds it.
pub async fn take(
    tx: &mut Tx,
    name: &str,
    server: &str,
    now_ms: i64,
    until_ms: i64,
) -> Result<Option<i64>, StorageError> {
    one_value!(tx, TAKE, name, server, until_ms, now_ms)
}

/// Whether `server` still has the lease under `epoch`; if so, nobody else can take it before this transaction ends.
///
/// Called by the transaction whose writing only the holder may do. A lease that has ended but that nobody took is good.
pub async fn hold(tx: &mut Tx, name: &str, server: &str, epoch: i64) -> Result<bool, StorageError> {
    Ok(execute!(tx, HOLD, name, server, epoch)? == 1)
}

/// Gives a lease up, so that another server need not wait for its end.
pub async fn release(tx: &mut Tx, name: &str, server: &str) -> Result<(), StorageError> {
    execute!(tx, RELEASE, name, server).map(drop)
}

/// Writes something that nobody reads: whether the database takes what it is given is told by trying.
pub async fn touch(tx: &mut Tx, now_ms: i64) -> Result<(), StorageError> {
    execute!(tx, TOUCH, now_ms).map(drop)
}

statements! {
    FIND = "SELECT server, epoch, until_ms FROM job_lease WHERE name = $1";
    TAKE = "INSERT INTO job_lease (name, server, epoch, until_ms) VALUES ($1, $2, 1, $3) \
        ON CONFLICT (name) DO UPDATE SET server = excluded.server, until_ms = excluded.until_ms, \
        epoch = CASE WHEN job_lease.server = excluded.server THEN job_lease.epoch ELSE job_lease.epoch + 1 END \
        WHERE job_lease.server = excluded.server OR job_lease.until_ms <= $4 RETURNING epoch";
    HOLD = "UPDATE job_lease SET until_ms = until_ms WHERE name = $1 AND server = $2 AND epoch = $3";
    RELEASE = "UPDATE job_lease SET until_ms = 0 WHERE name = $1 AND server = $2";
    TOUCH = "INSERT INTO job_lease (name, server, epoch, until_ms) VALUES ('(readiness)', '-', 1, $1) \
        ON CONFLICT (name) DO UPDATE SET until_ms = excluded.until_ms";
}
