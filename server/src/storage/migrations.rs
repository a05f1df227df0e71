//! The tables' history, compiled in: one text for both databases, never edited after a release.
//!
//! A text is SQLite's, but for a few words that stand for what the databases call differently:
//!
//! | word | SQLite | PostgreSQL |
//! |---|---|---|
//! | `INSTANT` (unix seconds), `INTEGER`, `FLAG` (0 or 1) | `INTEGER` | `BIGINT` |
//! | `BYTES` | `BLOB` | `BYTEA` |
//! | `SERIAL` (a number of its own for each row) | `INTEGER NOT NULL PRIMARY KEY` | the same, `GENERATED ALWAYS AS IDENTITY` |
//!
//! Every table is `STRICT` on SQLite, which then refuses a value of another type as PostgreSQL does.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::{Db, StorageError};

/// Lists the migrations; `include_str!` fails to compile if one is absent.
macro_rules! migrations {
    ($($version:literal $name:literal,)+) => {
        /// Version, name, text.
        const MIGRATIONS: &[(i64, &str, &str)] =
            &[$(($version, $name, include_str!(concat!("../../migrations/", $name, ".sql"))),)+];
    };
}

migrations! {
    1 "0001_shared",
    2 "0002_catalogue",
    3 "0003_actor",
    4 "0004_licence",
    5 "0005_publication",
    6 "0006_showing",
    7 "0007_trace",
    8 "0008_verifying",
    10 "0010_proposal",
    11 "0011_login",
    12 "0012_issuing",
    13 "0013_seal",
    14 "0014_import",
    16 "0016_submission",
    17 "0017_file",
    18 "0018_agency",
    19 "0019_outbox",
    20 "0020_consent",
    21 "0021_casework",
    22 "0022_print",
}

/// How many migrations this program knows.
pub const MIGRATION_COUNT: usize = MIGRATIONS.len();

/// Which database a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// The embedded file.
    Sqlite,
    /// The server.
    Postgres,
}

/// Name and text of each migration, as written: for tests.
pub fn migration_texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    MIGRATIONS.iter().map(|(_, name, text)| (*name, *text))
}

/// Runs what the database has not had yet. Safe to run from several servers at once.
pub(super) async fn run(db: &Db) -> Result<(), StorageError> {
    match db {
        // On SQLite the migrator has no lock: of two programs at it the slower finds tables that were not there when it looked.
        Db::Sqlite { writer, .. } => {
            let mut before = pending(db).await?;
            while let Err(error) = migrator(Dialect::Sqlite).run(writer).await {
                let left = pending(db).await?;
                if left >= before {
                    return Err(error.into());
                }
                before = left;
            }
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            // A table of many rows takes longer to change than any request may.
            sqlx::query("SET statement_timeout = 0").execute(&mut *connection).await?;
            let outcome = migrator(Dialect::Postgres).run(&mut *connection).await;
            connection.close().await?;
            outcome?;
        }
    }
    Ok(())
}

/// How many the database has not had yet.
pub(super) async fn pending(db: &Db) -> Result<usize, StorageError> {
    let applied: Vec<i64> = match db {
        Db::Sqlite { readers, .. } => {
            let known: i64 = sqlx::query_scalar(SQLITE_HAS_HISTORY).fetch_one(readers).await?;
            if known == 0 { Vec::new() } else { sqlx::query_scalar(APPLIED).fetch_all(readers).await? }
        }
        Db::Postgres(pool) => {
            let known: bool = sqlx::query_scalar(POSTGRES_HAS_HISTORY).fetch_one(pool).await?;
            if known { sqlx::query_scalar(APPLIED).fetch_all(pool).await? } else { Vec::new() }
        }
    };
    let newest = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    if let Some(newer) = applied.iter().find(|version| **version > newest) {
        return Err(StorageError::Migrate(sqlx::migrate::MigrateError::VersionMissing(*newer)));
    }
    Ok(MIGRATIONS.iter().filter(|(version, ..)| !applied.contains(version)).count())
}

fn migrator(dialect: Dialect) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, name, text)| {
        let sql = AssertSqlSafe(translated(text, dialect)).into_sql_str();
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// The text in the words of one database. Comments stay as they are.
fn translated(text: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(text.len() + 1024);
    for line in text.split_inclusive('\n') {
        let (code, comment) = line.find("--").map_or((line, ""), |at| line.split_at(at));
        let mut rest = code;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic()) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            out.push_str(before);
            out.push_str(in_dialect(word, dialect));
            rest = after;
        }
        out.push_str(if dialect == Dialect::Sqlite && rest.trim_end() == ");" && code.starts_with(')') {
            ") STRICT;\n"
        } else {
            rest
        });
        out.push_str(comment);
    }
    out
}

fn in_dialect(word: &str, dialect: Dialect) -> &str {
    match (word, dialect) {
        ("INSTANT" | "FLAG", Dialect::Sqlite) => "INTEGER",
        ("BYTES", Dialect::Sqlite) => "BLOB",
        ("SERIAL", Dialect::Sqlite) => "INTEGER NOT NULL PRIMARY KEY",
        ("INSTANT" | "FLAG" | "INTEGER", Dialect::Postgres) => "BIGINT",
        ("BYTES", Dialect::Postgres) => "BYTEA",
        ("SERIAL", Dialect::Postgres) => "BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        _ => word,
    }
}

// Of sqlx's own table, so not among the statements of ours that must run on both.
const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
const SQLITE_HAS_HISTORY: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
const POSTGRES_HAS_HISTORY: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";

#[cfg(test)]
mod tests {
    use super::{Dialect, translated};

    #[test]
    fn words_are_translated_in_the_code_and_left_in_comments() {
        let text = "CREATE TABLE t (\n    n SERIAL, -- INSTANT of it\n    at INSTANT, INSTANT_of BYTES\n);\n\
            CREATE INDEX t_at ON t (at);\n";
        assert_eq!(
            translated(text, Dialect::Sqlite),
            "CREATE TABLE t (\n    n INTEGER NOT NULL PRIMARY KEY, -- INSTANT of it\n    \
             at INTEGER, INSTANT_of BLOB\n) STRICT;\nCREATE INDEX t_at ON t (at);\n"
        );
        assert_eq!(
            translated(text, Dialect::Postgres),
            "CREATE TABLE t (\n    n BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- INSTANT of it\n    \
             at BIGINT, INSTANT_of BYTEA\n);\nCREATE INDEX t_at ON t (at);\n"
        );
    }
}
