//! Open shows, and tokens already spent.

use liangzheng_core::time::UnixTime;

use crate::storage::{StorageError, Tx, on_conn};

/// One showing of one licence in one scene.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ShowRow {
    /// Its id, random.
    pub id: String,
    /// The holder's account.
    pub account: String,
    /// The session that opened it; it ends with it.
    pub session: String,
    /// The licence shown.
    pub licence: String,
    /// The scene.
    pub scene: String,
    /// Opened at.
    pub opened_at: i64,
    /// Over at the latest.
    pub closes_at: i64,
    /// Ended before its time.
    pub ended_at: Option<i64>,
}

/// Opens a show.
pub async fn insert(tx: &mut Tx, show: &ShowRow) -> Result<(), StorageError> {
    on_conn!(tx, |conn| sqlx::query(INSERT)
        .bind(&show.id)
        .bind(&show.account)
        .bind(&show.session)
        .bind(&show.licence)
        .bind(&show.scene)
        .bind(show.opened_at)
        .bind(show.closes_at)
        .execute(conn)
        .await
        .map(drop))?;
    Ok(())
}

/// A show by its id.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<ShowRow>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_as(FIND).bind(id).fetch_optional(conn).await)?)
}

/// When each of the account's open shows closes, soonest first.
pub async fn open_until(tx: &mut Tx, account: &str, now: UnixTime) -> Result<Vec<i64>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_scalar(OPEN_UNTIL).bind(account).bind(now.0).fetch_all(conn).await)?)
}

/// Ends a show of `account`; false if it has no such open show.
pub async fn end(tx: &mut Tx, id: &str, account: &str, now: UnixTime) -> Result<bool, StorageError> {
    let ended = on_conn!(tx, |conn| sqlx::query(END)
        .bind(id)
        .bind(account)
        .bind(now.0)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(ended == 1)
}

/// Ends every open show of a session, an account or a licence: `sql` is one of the three `END_OF_…`.
pub(super) async fn end_all(
    tx: &mut Tx,
    sql: &'static str,
    id: &str,
    now: UnixTime,
) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(sql).bind(id).bind(now.0).execute(conn).await.map(drop))?)
}

/// Forgets shows that closed before `before`.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(FORGET).bind(before.0).execute(conn).await.map(drop))?)
}

/// Spends a token; false if it was spent before.
pub async fn spend(
    tx: &mut Tx,
    key: &[u8; 32],
    now: UnixTime,
    until: UnixTime,
) -> Result<bool, StorageError> {
    let spent = on_conn!(tx, |conn| sqlx::query(SPEND)
        .bind(&key[..])
        .bind(now.0)
        .bind(until.0)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(spent == 1)
}

/// When a token was spent.
pub async fn spent_at(tx: &mut Tx, key: &[u8; 32]) -> Result<Option<i64>, StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query_scalar(SPENT_AT).bind(&key[..]).fetch_optional(conn).await)?)
}

/// Forgets spent tokens that no verifier would accept any more.
pub async fn forget_spent(tx: &mut Tx, now: UnixTime) -> Result<(), StorageError> {
    Ok(on_conn!(tx, |conn| sqlx::query(FORGET_SPENT).bind(now.0).execute(conn).await.map(drop))?)
}

pub(super) const INSERT: &str = "INSERT INTO show \
    (id, account, session, licence, scene, opened_at, closes_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub(super) const FIND: &str = "SELECT id, account, session, licence, scene, opened_at, closes_at, ended_at \
    FROM show WHERE id = $1";
pub(super) const OPEN_UNTIL: &str = "SELECT closes_at FROM show \
    WHERE account = $1 AND closes_at > $2 AND ended_at IS NULL ORDER BY closes_at";
pub(super) const END: &str = "UPDATE show SET ended_at = $3 \
    WHERE id = $1 AND account = $2 AND ended_at IS NULL AND closes_at > $3";
pub(super) const END_OF_SESSION: &str =
    "UPDATE show SET ended_at = $2 WHERE session = $1 AND ended_at IS NULL AND closes_at > $2";
pub(super) const END_OF_ACCOUNT: &str =
    "UPDATE show SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL AND closes_at > $2";
pub(super) const END_OF_LICENCE: &str =
    "UPDATE show SET ended_at = $2 WHERE licence = $1 AND ended_at IS NULL AND closes_at > $2";
pub(super) const FORGET: &str = "DELETE FROM show WHERE closes_at < $1";
pub(super) const SPEND: &str =
    "INSERT INTO spent (replay_key, at, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
pub(super) const SPENT_AT: &str = "SELECT at FROM spent WHERE replay_key = $1";
pub(super) const FORGET_SPENT: &str = "DELETE FROM spent WHERE until < $1";
