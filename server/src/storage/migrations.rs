//! The tables' history, compiled in: the same names and order for both databases, never edited after a release.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::{Db, StorageError};

/// Lists the migrations once for both databases; `include_str!` fails to compile if either lacks one.
macro_rules! migrations {
    ($($version:literal $name:literal,)+) => {
        /// Version, name, text for SQLite, text for PostgreSQL.
        const MIGRATIONS: &[(i64, &str, &str, &str)] = &[$((
            $version,
            $name,
            include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        ),)+];
    };
}

migrations! {
    1 "0001_accounts_and_licences",
    2 "0002_trust_and_status",
    3 "0003_shows_and_access_log",
    4 "0004_scans",
}

/// How many migrations this program knows.
pub const MIGRATION_COUNT: usize = MIGRATIONS.len();

/// Name, SQLite text and PostgreSQL text of each migration: for the test that compares them.
pub fn migration_texts() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    MIGRATIONS.iter().map(|(_, name, sqlite, postgres)| (*name, *sqlite, *postgres))
}

/// Runs what the database has not had yet. Safe to run from several servers at once.
pub(super) async fn run(db: &Db) -> Result<(), StorageError> {
    match db {
        Db::Sqlite { writer, .. } => migrator(|(_, _, sqlite, _)| sqlite).run(writer).await?,
        Db::Postgres(pool) => migrator(|(_, _, _, postgres)| postgres).run(pool).await?,
    }
    Ok(())
}

fn migrator(text: fn(&(i64, &'static str, &'static str, &'static str)) -> &'static str) -> Migrator {
    let migrations = MIGRATIONS
        .iter()
        .map(|row| {
            let sql = text(row).into_sql_str();
            Migration::new(row.0, Cow::Borrowed(row.1), MigrationType::Simple, sql, false)
        })
        .collect();
    Migrator::with_migrations(migrations)
}
