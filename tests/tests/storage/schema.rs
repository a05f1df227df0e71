//! The tables and statements of both databases: every statement prepares, the migrations agree.

use std::collections::BTreeMap;

use liangzheng_server::storage::{Db, MIGRATION_COUNT, Tx, migration_texts, statements};
use liangzheng_tests::db::TestDb;
use liangzheng_tests::source::{root, sources};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

#[test]
fn every_file_with_statements_is_listed() {
    let files = sources("server/src/storage").into_iter();
    let with_statements = files.filter(|file| file.text.contains("\nstatements! {"));
    let mut with_statements: Vec<String> =
        with_statements.map(|file| file.name.trim_end_matches(".rs").to_owned()).collect();
    with_statements.sort();
    let mut listed: Vec<String> = statements().map(|(file, ..)| file.to_owned()).collect();
    listed.sort();
    listed.dedup();
    assert_eq!(listed, with_statements);
}

#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    assert!(statements().count() > 80, "only {} found", statements().count());
    for db in TestDb::both() {
        let open = db.open().await;
        let mut tx = open.begin_read().await.unwrap();
        for (file, name, sql) in statements() {
            let sql = AssertSqlSafe(sql).into_sql_str();
            let outcome = match &mut tx {
                Tx::Sqlite(tx) => (&mut **tx).prepare(sql).await.map(drop),
                Tx::Postgres(tx) => (&mut **tx).prepare(sql).await.map(drop),
            };
            outcome.unwrap_or_else(|error| panic!("{file} {name} on {}: {error}", db.name));
        }
        drop(tx);
        open.close().await;
    }
}

/// The table a statement writes, if it writes one.
fn written(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    let table = match words.next()? {
        "INSERT" => words.nth(1)?,
        "UPDATE" => words.next()?,
        "DELETE" => words.nth(1)?,
        _ => return None,
    };
    Some(table)
}

#[test]
fn a_table_is_written_by_its_own_area_only() {
    let mut written_tables = 0;
    for (file, name, sql) in statements() {
        let Some(table) = written(sql) else { continue };
        written_tables += 1;
        // What is no area's is named after its file.
        let owner = file.split('/').next().unwrap();
        assert!(
            table == owner || table.starts_with(&format!("{owner}_")),
            "{file} {name} writes {table}, which another area owns"
        );
    }
    assert!(written_tables > 40);
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
fn every_migration_is_listed_and_tells_a_story() {
    let folder = root().join("server/migrations");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|file| file.file_name().to_string_lossy().replace(".sql", ""))
        .collect();
    files.sort();
    let names: Vec<&str> = migration_texts().map(|(name, _)| name).collect();
    assert_eq!((files.len(), files), (MIGRATION_COUNT, names.iter().map(ToString::to_string).collect()));
    for (name, text) in migration_texts() {
        assert!(text.starts_with("-- "), "{name} does not say what it is for");
    }
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
