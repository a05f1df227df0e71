//! What verifiers fetch.

mod clock;
mod filled;
mod keys;
mod scale;
mod servers;
mod status_lists;

use liangzheng_server::storage::Tx;
use liangzheng_tests::app::TestApp;

/// Runs what a job or a command line does.
fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// The payload of a compact JWS.
fn claims(jws: &str) -> serde_json::Value {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = Base64UrlUnpadded::decode_vec(jws.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

/// The only number a query gives.
fn number(app: &TestApp, sql: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    app.wait(async {
        match app.app.db.begin_read().await.unwrap() {
            Tx::Sqlite(mut tx) => sqlx::query_scalar(sql).fetch_one(&mut *tx).await,
            Tx::Postgres(mut tx) => sqlx::query_scalar(sql).fetch_one(&mut *tx).await,
        }
        .unwrap()
    })
}
