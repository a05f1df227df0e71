//! Connections and transactions.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::{file_mode, migrations};
use crate::config::DatabaseConfig;
use crate::storage::sql::{execute, statements, value};

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// An embedded file: one writer, many readers.
    Sqlite {
        /// The only connection that writes; SQLite has one writer anyway, and waiting here is fair and cheap.
        writer: SqlitePool,
        /// Connections that only read.
        readers: SqlitePool,
    },
    /// A server, for more than one machine.
    Postgres(PgPool),
}

/// An open transaction; rolled back when dropped without [`Tx::commit`].
#[derive(Debug)]
pub enum Tx {
    /// On the embedded file.
    Sqlite(Transaction<'static, Sqlite>),
    /// On the server.
    Postgres(Transaction<'static, Postgres>),
}

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The driver's own error.
    #[error("database: {0}")]
    Driver(#[from] sqlx::Error),
    /// A migration failed, or the database is newer than this program.
    #[error("migrating the database: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The address of the database is not one we know.
    #[error("database.url must begin with sqlite: or postgres:")]
    Address,
    /// The SQLite library is older than 3.51.3, which can corrupt a WAL file.
    #[error("SQLite {found} is too old: 3.51.3 or newer is needed")]
    SqliteTooOld {
        /// The version found.
        found: String,
    },
    /// There is no embedded file.
    #[error("{0} is not there")]
    Absent(PathBuf),
    /// The embedded file cannot be made, or its mode not be set.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row holds what no version of this program writes.
    #[error("inconsistent row in {table}.{column}: {row}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
    },
    /// Somebody changed the row since it was read; the request may be tried again.
    #[error("the row was changed meanwhile")]
    Conflict,
}

impl StorageError {
    /// Whether the same request may well succeed in a moment: no connection was free, a lock was held too long, or
    /// PostgreSQL ended one of two transactions that waited for each other.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Driver(sqlx::Error::PoolTimedOut) => true,
            Self::Driver(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| PASSING_CODES.contains(&code.as_ref()))
            }
            _ => false,
        }
    }
}

impl Db {
    /// Opens the database and brings its tables up to date.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, StorageError> {
        let db = Self::connect(config).await?;
        migrations::run(&db).await?;
        Ok(db)
    }

    /// Opens the database as it is.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, StorageError> {
        match config.url.split(':').next() {
            Some("sqlite") => Self::connect_sqlite(config).await,
            Some("postgres" | "postgresql") => Self::connect_postgres(config).await,
            _ => Err(StorageError::Address),
        }
    }

    /// Opens the database as it is, if it is there: makes no file.
    pub async fn connect_existing(config: &DatabaseConfig) -> Result<Self, StorageError> {
        if config.url.starts_with("sqlite:") {
            let file = SqliteConnectOptions::from_str(&config.url)?.get_filename().to_owned();
            if !file.exists() {
                return Err(StorageError::Absent(file));
            }
        }
        Self::connect(config).await
    }

    /// How many migrations this program would run, and whether the database is one of a newer program.
    pub async fn pending(&self) -> Result<usize, StorageError> {
        migrations::pending(self).await
    }

    /// Begins a transaction that may write. On SQLite it holds the one writer until it ends: keep it short.
    pub async fn begin_write(&self) -> Result<Tx, StorageError> {
        match self {
            // IMMEDIATE: a deferred transaction that turns writer late fails at once with SQLITE_BUSY.
            Self::Sqlite { writer, .. } => Ok(Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)),
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// Begins a transaction that only reads and sees one state throughout.
    pub async fn begin_read(&self) -> Result<Tx, StorageError> {
        match self {
            Self::Sqlite { readers, .. } => Ok(Tx::Sqlite(readers.begin().await?)),
            Self::Postgres(pool) => {
                Ok(Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?))
            }
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let mut tx = self.begin_read().await?;
        execute!(&mut tx, PING).map(drop)?;
        tx.commit().await
    }

    /// Closes all connections; those in use end first.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    async fn connect_sqlite(config: &DatabaseConfig) -> Result<Self, StorageError> {
        let options = SqliteConnectOptions::from_str(&config.url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full) // acknowledged means on the disk
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        file_mode::make_private(options.get_filename())?;
        // A file has no dead connections; asking each time costs a trip to the connection's thread.
        let embedded = |connections| pool(connections).test_before_acquire(false);
        let writer = embedded(1).connect_with(options.clone()).await?;
        let found: String = sqlx::query_scalar(SQLITE_VERSION).fetch_one(&writer).await?;
        if !is_recent(&found) {
            return Err(StorageError::SqliteTooOld { found });
        }
        // query_only on the readers would also be checked by SQLite; read_only opens would not see the WAL's birth.
        let readers = embedded(config.connections).connect_with(options.pragma("query_only", "1")).await?;
        Ok(Self::Sqlite { writer, readers })
    }

    async fn connect_postgres(config: &DatabaseConfig) -> Result<Self, StorageError> {
        let mut options = PgConnectOptions::from_str(&config.url)?.application_name("liangzheng-server");
        if let Some(file) = &config.password_file {
            let password = std::fs::read_to_string(file)
                .map_err(|error| sqlx::Error::Configuration(format!("{}: {error}", file.display()).into()))?;
            options = options.password(password.trim_end_matches(['\r', '\n']));
        }
        Ok(Self::Postgres(pool(config.connections).connect_with(options).await?))
    }
}

impl Tx {
    /// What the database's clock says, in unix milliseconds: the one clock that several servers share.
    pub async fn clock_ms(&mut self) -> Result<i64, StorageError> {
        let sql = match self {
            Self::Sqlite(_) => SQLITE_CLOCK,
            Self::Postgres(_) => POSTGRES_CLOCK,
        };
        value!(self, sql)
    }

    /// Makes everything done in this transaction durable.
    pub async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

fn pool<DB: sqlx::Database>(connections: u32) -> PoolOptions<DB> {
    PoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT)
}

/// Whether a SQLite version is one without the WAL corruption fixed in 3.51.3.
fn is_recent(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || -> u32 { parts.next().unwrap_or(0) };
    (next(), next(), next()) >= (3, 51, 3)
}

/// PostgreSQL: serialization failure, deadlock, too many connections, server shutting down; SQLite: busy, locked.
const PASSING_CODES: [&str; 6] = ["40001", "40P01", "53300", "57P01", "5", "6"];
/// How long a statement waits for a lock held by another process (a backup, the command line).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before it fails: longer than any transaction of ours takes.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

// Each for one database only, so not among the statements that must run on both.
const SQLITE_VERSION: &str = "SELECT sqlite_version()";
const SQLITE_CLOCK: &str = "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)";
const POSTGRES_CLOCK: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

statements! {
    PING = "SELECT 1";
}

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
