//! Opening connections, and proving them: none that is stuck in a transaction or silent is given out a second time.
//!
//! A transaction that fails may leave its connection in a state that the driver does not know. SQLite rolls back by
//! itself when the disk is full; the driver's own `ROLLBACK` then fails, it goes on counting an open transaction, and
//! every later one on that connection is refused. A connection to PostgreSQL may be dead without either end being told.
//! So whatever comes back from a transaction that was not committed is looked at, and replaced if it is not as new.
//!
//! The driver lets nobody set keep-alive on its sockets. It is not needed on our side: a connection in use is given
//! [`STATEMENT`] for each answer, an idle one is asked before it is used. The server's side sets its own, so that it
//! gives up what belonged to a machine that is gone, with the locks it held.

use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection, PgPool, SqliteConnection, SqlitePool};
use tokio::time::timeout;

use super::{StorageError, file_mode};
use crate::config::DatabaseConfig;

/// The embedded file's writer and readers.
pub(super) async fn open_sqlite(config: &DatabaseConfig) -> Result<(SqlitePool, SqlitePool), StorageError> {
    let options = SqliteConnectOptions::from_str(&config.url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full) // acknowledged means on the disk
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    file_mode::make_private(options.get_filename())?;
    let writer = sqlite_pool(1).connect_with(options.clone().pragma("cache_size", WRITER_CACHE)).await?;
    let found: String = sqlx::query_scalar(SQLITE_VERSION).fetch_one(&writer).await?;
    if !is_recent(&found) {
        return Err(StorageError::SqliteTooOld { found });
    }
    // query_only on the readers would also be checked by SQLite; read_only opens would not see the WAL's birth.
    let readers = sqlite_pool(config.connections).connect_with(options.pragma("query_only", "1")).await?;
    Ok((writer, readers))
}

/// 64 MiB, in the unit that the minus stands for, KiB. The keys of a large file lie all over their indexes: with the 2 MiB
/// that SQLite takes by itself, most of an import's time goes to reading the same pages again.
const WRITER_CACHE: &str = "-65536";

/// Connections to a server.
pub(super) async fn open_postgres(config: &DatabaseConfig) -> Result<PgPool, StorageError> {
    let limit = format!("{}ms", STATEMENT.as_millis());
    let mut options =
        PgConnectOptions::from_str(&config.url)?.application_name("liangzheng-server").options([
            ("statement_timeout", limit.as_str()),
            // What a transaction holds is held no longer than this if its owner says nothing more.
            ("idle_in_transaction_session_timeout", limit.as_str()),
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
        ]);
    if let Some(file) = &config.password_file {
        let password = std::fs::read_to_string(file)
            .map_err(|error| sqlx::Error::Configuration(format!("{}: {error}", file.display()).into()))?;
        options = options.password(password.trim_end_matches(['\r', '\n']));
    }
    let pool = PoolOptions::new()
        .max_connections(config.connections)
        .acquire_timeout(POSTGRES_ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, meta| {
            Box::pin(async move {
                // One that worked a moment ago is not asked: that would double the trips of every small transaction.
                if meta.idle_for < IDLE_IS_TRUSTED {
                    return Ok(true);
                }
                answers(connection.ping()).await.map(|()| true)
            })
        })
        // Also sends what is left to send, the rollback of a transaction that was dropped.
        .after_release(|connection: &mut PgConnection, _| {
            Box::pin(async move { answers(connection.ping()).await.map(|()| true) })
        });
    Ok(pool.connect_with(options).await?)
}

fn sqlite_pool(connections: u32) -> PoolOptions<sqlx::Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(SQLITE_ACQUIRE)
        // A file has no dead connections; asking each time costs a trip to the connection's thread.
        .test_before_acquire(false)
        .after_release(|connection: &mut SqliteConnection, _| {
            Box::pin(async move {
                if !connection.is_in_transaction() {
                    return Ok(true); // committed, or never begun
                }
                // The rollback of a dropped transaction waits in the queue before this.
                answers(connection.ping()).await?;
                let is_clean = !connection.is_in_transaction();
                if !is_clean {
                    tracing::warn!("a connection was left in a transaction by a failure; it is replaced");
                }
                Ok(is_clean)
            })
        })
}

/// What the driver is asked by the pool, in [`PROOF`] at the most.
async fn answers(asked: impl Future<Output = Result<(), sqlx::Error>>) -> Result<(), sqlx::Error> {
    timeout(PROOF, asked).await.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
}

/// Gives a step [`STATEMENT`]. Given up, its transaction is dropped, and its connection with it unless it answers soon.
pub(in crate::storage) async fn in_time<T>(
    step: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StorageError> {
    match timeout(STATEMENT, step).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(StorageError::Silent),
    }
}

/// Whether a version of SQLite is one without the WAL corruption fixed in 3.51.3.
fn is_recent(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || -> u32 { parts.next().unwrap_or(0) };
    (next(), next(), next()) >= (3, 51, 3)
}

/// How long one statement, or a commit, may take: far longer than any of ours does, shorter than callers wait.
const STATEMENT: Duration = Duration::from_secs(8);
/// How long a statement waits for a lock held by another process (a backup, the command line).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it fails: longer than any transaction of ours takes.
const SQLITE_ACQUIRE: Duration = Duration::from_secs(10);
/// Shorter: a server that is away is asked again and again until then.
const POSTGRES_ACQUIRE: Duration = Duration::from_secs(5);
/// How long a connection may take to answer that it is there.
const PROOF: Duration = Duration::from_secs(1);
const IDLE_IS_TRUSTED: Duration = Duration::from_secs(1);

const SQLITE_VERSION: &str = "SELECT sqlite_version()";

#[cfg(test)]
mod tests {
    use super::is_recent;

    #[test]
    fn sqlite_libraries_that_can_corrupt_the_wal_are_refused() {
        for (version, recent) in [
            ("3.51.3", true),
            ("3.52.0", true),
            ("4.0", true),
            ("3.51.2", false),
            ("3.9.99", false),
            ("", false),
        ] {
            assert_eq!(is_recent(version), recent, "{version}");
        }
    }
}
