//! The tables and statements of both databases: every statement prepares, the migrations agree.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

use std::collections::BTreeMap;
use std::path::Path;

use liangzheng_server::storage::{Db, MIGRATION_COUNT, Tx, migration_texts};
use liangzheng_tests::db::TestDb;
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

/// Every `const NAME: &str = "…";` of the storage files that is SQL, by file and name.
fn statements() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src/storage");
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let stem = file.file_name().to_string_lossy().replace(".rs", "");
        for part in text.split("const ").skip(1) {
            let Some((name, rest)) = part.split_once(": &str =") else { continue };
            let Some(literal) = rest.trim_start().strip_prefix('"') else { continue };
            let sql = literal.split("\";").next().unwrap();
            // A string literal continues after a backslash at the end of its line, without the next line's indent.
            let sql: String = sql.split("\\\n").map(str::trim_start).collect();
            found.push((format!("{stem}::{name}"), sql));
        }
    }
    found
}

#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    let statements = statements();
    assert!(statements.len() > 50, "only {} found", statements.len());
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_read().await.unwrap();
        for (name, sql) in &statements {
            // SQLite's own version question, and the multi-row insert that is completed at run time.
            if name == "db::SQLITE_VERSION" || name == "access_log::APPEND" {
                continue;
            }
            let sql = AssertSqlSafe(sql.clone()).into_sql_str();
            let outcome = match &mut tx {
                Tx::Sqlite(tx) => (&mut **tx).prepare(sql).await.map(drop),
                Tx::Postgres(tx) => (&mut **tx).prepare(sql).await.map(drop),
            };
            outcome.unwrap_or_else(|error| panic!("{} on {}: {error}", name, db.name));
        }
        drop(tx);
        open.close().await;
    }
}

/// Tables and their columns' names and nullability, as the database says.
async fn shape(db: &Db) -> BTreeMap<String, Vec<(String, bool)>> {
    let mut tx = db.begin_read().await.unwrap();
    let mut tables: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    let rows: Vec<(String, String, i64)> = match &mut tx {
        Tx::Sqlite(tx) => sqlx::query_as(
            "SELECT m.name, c.name, CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 0 ELSE 1 END \
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' \
             AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations' ORDER BY m.name, c.cid",
        )
        .fetch_all(&mut **tx)
        .await
        .unwrap(),
        Tx::Postgres(tx) => sqlx::query_as(
            "SELECT table_name::text, column_name::text, CASE WHEN is_nullable = 'YES' THEN 1 ELSE 0 END::bigint \
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' \
             ORDER BY table_name, ordinal_position",
        )
        .fetch_all(&mut **tx)
        .await
        .unwrap(),
    };
    for (table, column, nullable) in rows {
        tables.entry(table).or_default().push((column, nullable == 1));
    }
    tables
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let [sqlite, postgres] = TestDb::both();
    let (sqlite, postgres) = (sqlite.open().await, postgres.open().await);
    let (left, right) = (shape(&sqlite).await, shape(&postgres).await);
    assert!(left.len() >= 10, "{left:?}");
    assert_eq!(left, right);
}

#[test]
fn both_migration_sets_say_the_same_in_their_own_types() {
    let names: Vec<&str> = migration_texts().map(|(name, ..)| name).collect();
    assert_eq!(names.len(), MIGRATION_COUNT);
    for database in ["sqlite", "postgres"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/migrations").join(database);
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .flatten()
            .map(|file| file.file_name().to_string_lossy().replace(".sql", ""))
            .collect();
        files.sort();
        assert_eq!(files, names, "{database} has a migration that is not listed");
    }
    for (name, sqlite, postgres) in migration_texts() {
        assert!(sqlite.starts_with("-- "), "{name} tells no story");
        assert_eq!(common(sqlite), common(postgres), "{name}");
    }
}

/// A migration without comments, spaces and the words the databases call things by.
fn common(sql: &str) -> Vec<String> {
    let text: String = sql.lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>().join(" ");
    let text = text.replace("BYTEA", "BLOB").replace("BIGINT", "INTEGER").replace("octet_length", "length");
    let text =
        text.replace(" GENERATED ALWAYS AS IDENTITY", "").replace(" GENERATED BY DEFAULT AS IDENTITY", "");
    let text = text.replace("STRICT, WITHOUT ROWID", "").replace("STRICT", "");
    text.split(';').map(|s| s.split_whitespace().collect::<String>()).filter(|s| !s.is_empty()).collect()
}

#[tokio::test]
async fn migrating_twice_is_harmless() {
    for db in TestDb::both() {
        db.open().await.close().await;
        db.open().await;
    }
}

/// A SQLite file has one server; a PostgreSQL database has several, and they may be started together.
#[tokio::test]
async fn servers_that_start_together_migrate_one_after_the_other() {
    let db = TestDb::postgres();
    let (one, two) = tokio::join!(Db::open(&db.config), Db::open(&db.config));
    one.unwrap();
    two.unwrap();
}
