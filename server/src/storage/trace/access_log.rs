//! Rows of the access log. Append only; the group commit is [`crate::service::trace::access_log`]'s.

use liangzheng_core::time::UnixTime;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, QueryBuilder, Sqlite};

use crate::domain::ids::HolderId;
use crate::domain::trace::usage::Use;
use crate::storage::{Db, StorageError, Tx, on_conn};

/// One use of a licence as its holder reads it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UseRow {
    /// Its place in the log.
    pub seq: i64,
    /// Unix seconds.
    pub at: i64,
    /// [`crate::service::trace::access_log::UseKind`] as a number.
    pub kind: i64,
    /// The licence.
    pub licence: String,
    /// The show, the device, or the verdict's code.
    pub subject: String,
    /// The scene.
    pub scene: String,
    /// Name of the account that did it; `None` if it is gone.
    pub name: Option<String>,
    /// Role of that account.
    pub role: Option<String>,
    /// Unit of that account, for staff.
    pub unit: Option<String>,
    /// The receipt, if it was scanned without a network and reported afterwards.
    pub receipt: Option<String>,
}

/// Binds one row's columns in the order of [`APPEND`].
macro_rules! push {
    ($values:ident, $row:ident) => {{
        $values
            .push_bind($row.at.0)
            .push_bind($row.kind as i64)
            .push_bind(&*$row.licence)
            .push_bind(&*$row.actor)
            .push_bind(&*$row.subject)
            .push_bind(&*$row.scene)
            .push_bind(&$row.token[..]);
    }};
}

/// A connection held for several batches: giving it back and asking for it again costs a trip to its thread or server
/// each time. Others wait for SQLite's one writer meanwhile, so hold it only while rows are waiting.
#[derive(Debug)]
pub enum Appender {
    /// The embedded file's writer.
    Sqlite(PoolConnection<Sqlite>),
    /// A connection to the server.
    Postgres(PoolConnection<Postgres>),
}

impl Appender {
    /// Waits for a connection.
    pub async fn acquire(db: &Db) -> Result<Self, StorageError> {
        Ok(match db {
            Db::Sqlite { writer, .. } => Self::Sqlite(writer.acquire().await?),
            Db::Postgres(pool) => Self::Postgres(pool.acquire().await?),
        })
    }

    /// Writes `rows` with one statement; on return they are on the disk.
    ///
    /// A statement of its own is a transaction of its own, in both databases. Saying `BEGIN` and `COMMIT` around it
    /// would change nothing but cost two more trips, which is most of what a small commit costs on a busy machine.
    pub async fn append(&mut self, rows: &[Use]) -> Result<(), StorageError> {
        if rows.is_empty() {
            return Ok(());
        }
        match self {
            Self::Sqlite(connection) => {
                let mut insert = QueryBuilder::<Sqlite>::new(APPEND);
                insert.push_values(rows, |mut values, row| push!(values, row));
                insert.build().execute(&mut **connection).await?;
            }
            Self::Postgres(connection) => {
                let mut insert = QueryBuilder::<Postgres>::new(APPEND);
                insert.push_values(rows, |mut values, row| push!(values, row));
                insert.build().execute(&mut **connection).await?;
            }
        }
        Ok(())
    }
}

/// Uses of any licence of a holder, newest first, from before `before`; refreshes are left out.
pub async fn uses_of(
    tx: &mut Tx,
    holder: HolderId,
    before: i64,
    limit: i64,
) -> Result<Vec<UseRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(USES).bind(holder).bind(before).bind(limit).fetch_all(conn).await)?)
}

/// How many rows of `kind` were written since `since`; for tests and figures.
pub async fn count(tx: &mut Tx, kind: i64, since: UnixTime) -> Result<i64, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_scalar(COUNT).bind(kind).bind(since.0).fetch_one(conn).await)?)
}

pub(super) const APPEND: &str = "INSERT INTO access_log (at, kind, licence, actor, subject, scene, token) ";
pub(super) const USES: &str = "SELECT l.seq, l.at, l.kind, l.licence, l.subject, l.scene, a.name, a.role, a.unit, \
    s.id AS receipt \
    FROM access_log l LEFT JOIN account a ON a.id = l.actor LEFT JOIN scan s ON s.log_seq = l.seq \
    WHERE l.licence IN (SELECT id FROM licence WHERE holder = $1) AND l.kind <> 2 AND l.seq < $2 \
    ORDER BY l.seq DESC LIMIT $3";
pub(super) const COUNT: &str = "SELECT COUNT(*) FROM access_log WHERE kind = $1 AND at >= $2";
