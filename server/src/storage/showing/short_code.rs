//! Short codes: each stands for one code of an open show, once.

use liangzheng_core::time::UnixTime;

use crate::domain::ids::ShowId;
use crate::storage::sql::{execute, one, statements};
use crate::storage::{StorageError, Tx};

/// What a short code stands for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ShortCodeRow {
    /// HMAC of the eight digits.
    pub code_hmac: Vec<u8>,
    /// The show.
    pub show: ShowId,
    /// The audience class the show is for.
    pub audience: String,
    /// The text of the code they stand for, sealed for [`place`].
    pub qr_text: Vec<u8>,
    /// From when they stand for nothing.
    pub expires_at: i64,
}

/// For what the code's text is sealed.
pub fn place(show: ShowId) -> String {
    format!("short_code.qr_text/{show}")
}

/// Keeps a short code in place of the show's last one; false if these digits stand for another show now.
pub async fn insert(tx: &mut Tx, row: &ShortCodeRow, now: UnixTime) -> Result<bool, StorageError> {
    execute!(tx, FORGET, now.0)?;
    execute!(tx, DROP_OF_SHOW, row.show)?;
    let ShortCodeRow { code_hmac, show, audience, qr_text, expires_at } = row;
    Ok(execute!(tx, INSERT, code_hmac, show, audience, qr_text, expires_at)? == 1)
}

/// What the digits stand for, if that show is still open. Whoever has them has been given them: they are nobody's object.
pub async fn meaning(
    tx: &mut Tx,
    code_hmac: &[u8; 32],
    now: UnixTime,
) -> Result<Option<ShortCodeRow>, StorageError> {
    one!(tx, MEANING, &code_hmac[..], now.0)
}

/// Takes the digits away; false if another was first.
pub async fn take(tx: &mut Tx, code_hmac: &[u8; 32]) -> Result<bool, StorageError> {
    Ok(execute!(tx, TAKE, &code_hmac[..])? == 1)
}

/// Forgets those that stand for nothing any more.
pub async fn forget(tx: &mut Tx, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, now.0).map(drop)
}

statements! {
    INSERT = "INSERT INTO showing_short_code (code_hmac, show, audience, qr_text, expires_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    DROP_OF_SHOW = "DELETE FROM showing_short_code WHERE show = $1";
    MEANING = "SELECT code_hmac, show, audience, qr_text, expires_at FROM showing_short_code \
        WHERE code_hmac = $1 AND expires_at > $2 AND EXISTS (SELECT 1 FROM showing_show \
        WHERE showing_show.id = showing_short_code.show AND ended_at IS NULL AND closes_at > $2)";
    TAKE = "DELETE FROM showing_short_code WHERE code_hmac = $1";
    FORGET = "DELETE FROM showing_short_code WHERE expires_at <= $1";
}
