//! Rows of the access log. Append only; the group commit is [`crate::service::trace::access_log`]'s.

use liangzheng_core::time::UnixTime;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, QueryBuilder, Sqlite};

use crate::domain::casework::fetch::ScopeRule;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::using_list::MaterialFooting;
use crate::domain::clock::Entropy;
use crate::domain::ids::{HolderId, LicenceId, ShowId};
use crate::domain::trace::usage::{Ground, Use, UseKind};
use crate::secrets::Secrets;
use crate::storage::connection::in_time;
use crate::storage::page::{Cursor, Page};
use crate::storage::sql::{all, execute, statements, value};
use crate::storage::{Db, StorageError, Tx};

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
    /// The account that did it.
    pub actor: String,
    /// Its name, sealed ([`crate::storage::actor::account::open_name`]); `None` if it is gone.
    pub name: Option<Vec<u8>>,
    /// A role of that account, for a member of a unit.
    pub role: Option<String>,
    /// On what footing, as [`crate::domain::actor::membership::Footing::as_str`]; `None` of one's own.
    pub acted: Option<String>,
    /// The unit it was done for, by a member of it.
    pub unit: Option<Uscc>,
    /// Code of the inspection matter it was done in.
    pub matter: Option<String>,
    /// Code of what for.
    pub purpose: Option<String>,
    /// Why, in words, sealed ([`open_reason`]).
    pub reason: Option<Vec<u8>>,
    /// On which footing of the using list it was fetched.
    pub material: Option<String>,
    /// The rule that failed, of a try that was refused.
    pub refused: Option<String>,
    /// The licence's kind, or the kind that was asked for.
    pub licence_kind: Option<KindCode>,
    /// The case it was needed for.
    pub case_id: Option<String>,
    /// The case's number with its unit; of a case that is another unit's nothing is told.
    pub case_number: Option<String>,
    /// The receipt, if it was scanned without a network and reported afterwards.
    pub receipt: Option<String>,
}

/// Binds one row's columns in the order of [`APPEND`], for an insert of many rows.
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

    /// Writes `rows`, none of which has a ground, with one statement; on return they are on the disk.
    ///
    /// A statement of its own is a transaction of its own, in both databases. Saying `BEGIN` and `COMMIT` around it
    /// would change nothing but cost two more trips, which is most of what a small commit costs on a busy machine.
    pub async fn append(&mut self, rows: &[Use]) -> Result<(), StorageError> {
        if rows.is_empty() {
            return Ok(());
        }
        let outcome = match self {
            Self::Sqlite(connection) => {
                let mut insert = QueryBuilder::<Sqlite>::new(APPEND);
                insert.push_values(rows, |mut values, row| push!(values, row));
                in_time(insert.build().execute(&mut **connection)).await.map(drop)
            }
            Self::Postgres(connection) => {
                let mut insert = QueryBuilder::<Postgres>::new(APPEND);
                insert.push_values(rows, |mut values, row| push!(values, row));
                in_time(insert.build().execute(&mut **connection)).await.map(drop)
            }
        };
        if let Err(StorageError::Silent) = outcome {
            // It may still answer to what was given up.
            match self {
                Self::Sqlite(connection) => connection.close_on_drop(),
                Self::Postgres(connection) => connection.close_on_drop(),
            }
        }
        outcome
    }
}

/// Writes one row as part of `tx`; returns its place in the log.
pub async fn append(tx: &mut Tx, row: &Use) -> Result<i64, StorageError> {
    let Use { at, kind, licence, actor, subject, scene, token, ground } = row;
    let seq: i64 =
        value!(tx, APPEND_ONE, at.0, *kind as i64, &**licence, &**actor, &**subject, &**scene, token)?;
    if let Some(ground) = ground {
        let Ground { footing, unit, on_behalf_of, case, purpose, reason, matter, fetch } = &**ground;
        execute!(
            tx,
            APPEND_GROUND,
            seq,
            footing.as_str(),
            unit,
            on_behalf_of,
            case,
            purpose,
            reason,
            matter,
            fetch.and_then(|fetch| fetch.holder),
            fetch.and_then(|fetch| fetch.kind),
            fetch.and_then(|fetch| fetch.material).map(MaterialFooting::as_str),
            fetch.and_then(|fetch| fetch.refused).map(ScopeRule::as_str),
            // What a matter needs and is not there is no try out of scope.
            fetch.filter(|fetch| fetch.refused.is_some() && *kind == UseKind::Fetch).map(|_| at.0)
        )?;
    }
    Ok(seq)
}

/// Seals why `actor` used `licence` at `at`: words of a clerk may name persons.
pub fn seal_reason(
    secrets: &Secrets,
    entropy: &dyn Entropy,
    (licence, actor, at): (&str, &str, UnixTime),
    reason: &str,
) -> Vec<u8> {
    secrets.seal_text(&reason_place(licence, actor, at.0), reason, entropy)
}

/// Opens why it was used, if words were given.
pub fn open_reason(secrets: &Secrets, row: &UseRow) -> Result<Option<String>, StorageError> {
    let Some(sealed) = &row.reason else { return Ok(None) };
    let opened = secrets.open_text(&reason_place(&row.licence, &row.actor, row.at), sealed);
    opened.map(Some).map_err(|_| StorageError::Inconsistent {
        table: "trace_access_ground",
        column: "reason",
        row: row.seq.to_string(),
    })
}

fn reason_place(licence: &str, actor: &str, at: i64) -> String {
    format!("trace.reason/{licence}/{actor}/{at}")
}

/// Uses of any licence of a holder, newest first.
pub async fn uses_of(tx: &mut Tx, holder: HolderId, cursor: Cursor) -> Result<Page<UseRow>, StorageError> {
    let rows: Vec<UseRow> = all!(tx, USES, holder, cursor.before(), cursor.rows())?;
    Ok(cursor.page(rows, |row| row.seq))
}

/// Uses by members of a unit, for it, newest first.
pub async fn uses_by_unit(tx: &mut Tx, unit: Uscc, cursor: Cursor) -> Result<Page<UseRow>, StorageError> {
    let rows: Vec<UseRow> = all!(tx, USES_OF_UNIT, unit, cursor.before(), cursor.rows())?;
    Ok(cursor.page(rows, |row| row.seq))
}

/// How many tries of a unit to fetch were refused after `since`; a hundred at the most.
pub async fn refused_tries(tx: &mut Tx, unit: Uscc, since: UnixTime) -> Result<i64, StorageError> {
    value!(tx, REFUSED, unit, since.0)
}

/// A show as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LoggedShow {
    /// The show.
    pub show: ShowId,
    /// What names its tokens, sealed.
    pub secret: Vec<u8>,
}

/// The shows of a licence that were opened from `from` to `to`.
pub async fn shows_between(
    tx: &mut Tx,
    licence: LicenceId,
    from: UnixTime,
    to: UnixTime,
) -> Result<Vec<LoggedShow>, StorageError> {
    all!(tx, SHOWS_BETWEEN, licence, from.0, to.0)
}

/// How many rows of `kind` were written since `since`; for tests and figures.
pub async fn count(tx: &mut Tx, kind: i64, since: UnixTime) -> Result<i64, StorageError> {
    value!(tx, COUNT, kind, since.0)
}

/// What is read of a use, and where it stands.
macro_rules! use_of {
    () => {
        "l.seq, l.at, l.kind, l.licence, l.subject, l.scene, l.actor, a.name, \
        (SELECT MIN(r.role) FROM actor_membership_role r WHERE r.account = l.actor) AS role, \
        g.footing AS acted, g.unit, g.matter, g.purpose, g.reason, g.material, g.refused, COALESCE(g.kind, c.kind) AS licence_kind, \
        g.case_id, CASE WHEN g.refused = 'case' AND k.unit <> g.unit THEN NULL ELSE k.number END AS case_number, \
        s.id AS receipt \
        FROM trace_access_log l LEFT JOIN actor_account a ON a.id = l.actor \
        LEFT JOIN trace_access_ground g ON g.seq = l.seq LEFT JOIN verifying_scan s ON s.log_seq = l.seq \
        LEFT JOIN licence_record c ON c.id = l.licence LEFT JOIN issuing_case k ON k.id = g.case_id"
    };
}

statements! {
    APPEND_ONE = "INSERT INTO trace_access_log (at, kind, licence, actor, subject, scene, token) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING seq";
    APPEND_GROUND = "INSERT INTO trace_access_ground (seq, footing, unit, on_behalf_of, case_id, purpose, reason, \
        matter, holder, kind, material, refused, tried) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    // Their places are found first, each by its index: else a database may walk the whole log for somebody's three uses.
    USES = concat!("SELECT ", use_of!(), " WHERE l.seq IN (SELECT u.seq FROM (\
        SELECT w.seq FROM trace_access_log w WHERE w.seq < $2 \
            AND w.licence IN (SELECT id FROM licence_record WHERE holder = $1 \
                UNION SELECT licence FROM licence_co_holder WHERE holder = $1) \
        UNION SELECT h.seq FROM trace_access_ground h WHERE h.holder = $1 AND h.seq < $2) u \
        ORDER BY u.seq DESC LIMIT $3) ORDER BY l.seq DESC");
    USES_OF_UNIT = concat!("SELECT ", use_of!(), " WHERE l.seq IN (SELECT u.seq FROM trace_access_ground u \
        WHERE u.unit = $1 AND u.seq < $2 ORDER BY u.seq DESC LIMIT $3) ORDER BY l.seq DESC");
    REFUSED = "SELECT COUNT(*) FROM (SELECT seq FROM trace_access_ground WHERE unit = $1 AND tried > $2 LIMIT 100) r";
    SHOWS_BETWEEN = "SELECT subject AS show, token AS secret FROM trace_access_log \
        WHERE licence = $1 AND kind = 1 AND at BETWEEN $2 AND $3 ORDER BY seq";
    COUNT = "SELECT COUNT(*) FROM trace_access_log WHERE kind = $1 AND at >= $2";
}

/// The beginning of an insert of many rows, whose values are put together at run time.
const APPEND: &str = "INSERT INTO trace_access_log (at, kind, licence, actor, subject, scene, token) ";
