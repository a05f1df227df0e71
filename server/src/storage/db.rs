//! Connections and transactions.

use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tokio::time::timeout;

use super::connection::{self, in_time};
use super::{StorageError, migrations};
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

impl Db {
    /// Opens the database and brings its tables up to date.
    pub async fn open(config: &DatabaseConfig) -> Result<Self, StorageError> {
        let db = Self::connect(config).await?;
        db.migrate().await?;
        Ok(db)
    }

    /// Brings its tables up to date.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        migrations::run(self).await
    }

    /// Opens the database as it is.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, StorageError> {
        match config.url.split(':').next() {
            Some("sqlite") => {
                let (writer, readers) = connection::open_sqlite(config).await?;
                Ok(Self::Sqlite { writer, readers })
            }
            Some("postgres" | "postgresql") => Ok(Self::Postgres(connection::open_postgres(config).await?)),
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
            Self::Sqlite { writer, .. } => {
                begin(writer, Some("BEGIN IMMEDIATE"), SQLITE_BEGIN).await.map(Tx::Sqlite)
            }
            Self::Postgres(pool) => begin(pool, None, POSTGRES_BEGIN).await.map(Tx::Postgres),
        }
    }

    /// Begins a transaction that only reads and sees one state throughout.
    pub async fn begin_read(&self) -> Result<Tx, StorageError> {
        match self {
            Self::Sqlite { readers, .. } => begin(readers, None, SQLITE_BEGIN).await.map(Tx::Sqlite),
            Self::Postgres(pool) => {
                begin(pool, Some("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), POSTGRES_BEGIN)
                    .await
                    .map(Tx::Postgres)
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
}

/// Begins in a task of its own, which ends whatever becomes of the request: a `BEGIN` that was sent and not waited for
/// leaves a connection in a transaction of which the driver knows nothing.
async fn begin<DB: sqlx::Database>(
    pool: &sqlx::Pool<DB>,
    statement: Option<&'static str>,
    limit: Duration,
) -> Result<Transaction<'static, DB>, StorageError>
where
    Transaction<'static, DB>: Send,
{
    let pool = pool.clone();
    let begun = tokio::spawn(async move {
        match statement {
            Some(statement) => timeout(limit, pool.begin_with(statement)).await,
            None => timeout(limit, pool.begin()).await,
        }
    });
    match begun.await {
        Ok(Ok(begun)) => Ok(begun?),
        Ok(Err(_)) => Err(StorageError::Silent),
        // Only a runtime that is going down gives a task up.
        Err(_) => Err(StorageError::Driver(sqlx::Error::PoolClosed)),
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
    ///
    /// [`StorageError::Silent`] leaves open whether it did: the change feed and idempotency keys tell afterwards.
    pub async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(tx) => in_time(tx.commit()).await,
            Self::Postgres(tx) => in_time(tx.commit()).await,
        }
    }
}

/// What a connection and the first word on it may take: longer than the pool takes to say that it has none, and than
/// SQLite waits for another process.
const SQLITE_BEGIN: Duration = Duration::from_secs(18);
/// Shorter: what is in the way is a server that says nothing.
const POSTGRES_BEGIN: Duration = Duration::from_secs(7);

// Each for one database only, so not among the statements that must run on both.
const SQLITE_CLOCK: &str = "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)";
const POSTGRES_CLOCK: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

statements! {
    PING = "SELECT 1";
}
