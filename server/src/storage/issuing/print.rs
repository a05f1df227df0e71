//! The print register: copies of licences that their units printed for somebody.

use liangzheng_core::time::UnixTime;

use crate::domain::catalogue::codes::Uscc;
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, LicenceId, PrintId};
use crate::secrets::{SealBroken, Secrets};
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// A copy, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PrintRow {
    /// Its id.
    pub id: PrintId,
    /// Whose register it stands in.
    pub unit: Uscc,
    /// Its number in that register.
    pub number: String,
    /// Of which licence version.
    pub licence: LicenceId,
    /// Who printed it.
    pub account: AccountId,
    /// The use, in the access log.
    pub log_seq: i64,
    /// When.
    pub at: i64,
    /// For whom and what for, sealed ([`open_words`]).
    pub words: Vec<u8>,
    /// The text of the code on it, sealed ([`open_code`]).
    pub code: Vec<u8>,
    /// Until when that counts.
    pub code_until: i64,
    /// Until when its file is given out.
    pub open_until: i64,
    /// How often it was printed again.
    pub again: i64,
    /// When it was made void.
    pub void_at: Option<i64>,
    /// Why, sealed ([`open_void_reason`]).
    pub void_reason: Option<Vec<u8>>,
}

/// A copy to be kept.
#[derive(Clone, Debug)]
pub struct NewPrint<'a> {
    /// Its id.
    pub id: PrintId,
    /// Whose register it stands in.
    pub unit: Uscc,
    /// Its number in that register.
    pub number: &'a str,
    /// Of which licence version.
    pub licence: LicenceId,
    /// Who printed it.
    pub account: AccountId,
    /// The use, in the access log.
    pub log_seq: i64,
    /// When.
    pub at: UnixTime,
    /// For whom.
    pub collector: &'a str,
    /// What for.
    pub purpose: &'a str,
    /// The text of the code on it.
    pub code: &'a str,
    /// Until when that counts.
    pub code_until: UnixTime,
    /// Until when its file is given out.
    pub open_until: UnixTime,
}

/// Enters a copy.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    new: &NewPrint<'_>,
) -> Result<(), StorageError> {
    let words = format!("{}\u{0}{}", new.collector, new.purpose);
    let words = secrets.seal_text(&place("words", new.id), &words, entropy);
    let code = secrets.seal_text(&place("code", new.id), new.code, entropy);
    execute!(
        tx,
        INSERT,
        new.id,
        new.unit,
        new.number,
        new.licence,
        new.account,
        new.log_seq,
        new.at.0,
        words,
        code,
        new.code_until.0,
        new.open_until.0
    )
    .map(drop)
}

/// A copy of a unit's register.
pub async fn find(tx: &mut Tx, unit: Uscc, id: PrintId) -> Result<Option<PrintRow>, StorageError> {
    one!(tx, FIND, unit, id)
}

/// The copies of a licence in a unit's register before one, newest first.
pub async fn of_licence(
    tx: &mut Tx,
    unit: Uscc,
    licence: LicenceId,
    before: Option<PrintId>,
    limit: i64,
) -> Result<Vec<PrintRow>, StorageError> {
    all!(tx, OF_LICENCE, unit, licence, before, limit)
}

/// Makes a copy void; false if it is so already.
pub async fn make_void(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    id: PrintId,
    by: AccountId,
    reason: &str,
    now: UnixTime,
) -> Result<bool, StorageError> {
    let reason = secrets.seal_text(&place("void", id), reason, entropy);
    Ok(execute!(tx, VOID, id, now.0, by, reason)? == 1)
}

/// Counts that a copy is printed again, and gives its file out until `open_until`; false if it is void.
pub async fn print_again(tx: &mut Tx, id: PrintId, open_until: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, AGAIN, id, open_until.0)? == 1)
}

/// Keeps the file of a copy; the first one stays.
pub async fn put_file(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    id: PrintId,
    file: &[u8],
) -> Result<(), StorageError> {
    let file = secrets.seal(&place("file", id), file, entropy);
    execute!(tx, PUT_FILE, id, file).map(drop)
}

/// The file of a copy, once it was drawn.
pub async fn file(tx: &mut Tx, secrets: &Secrets, id: PrintId) -> Result<Option<Vec<u8>>, StorageError> {
    let row: Option<(Option<Vec<u8>>,)> = one!(tx, FILE, id)?;
    let Some(sealed) = row.and_then(|(file,)| file) else { return Ok(None) };
    secrets.open(&place("file", id), &sealed).map(Some).map_err(broken("file", id))
}

/// For whom a copy is, and what for.
pub fn open_words(secrets: &Secrets, row: &PrintRow) -> Result<(String, String), StorageError> {
    let words = secrets.open_text(&place("words", row.id), &row.words).map_err(broken("words", row.id))?;
    let (collector, purpose) = words.split_once('\u{0}').unwrap_or((&words, ""));
    Ok((collector.to_owned(), purpose.to_owned()))
}

/// The text of the code on a copy.
pub fn open_code(secrets: &Secrets, row: &PrintRow) -> Result<String, StorageError> {
    secrets.open_text(&place("code", row.id), &row.code).map_err(broken("code", row.id))
}

/// Why a copy is void.
pub fn open_void_reason(secrets: &Secrets, row: &PrintRow) -> Result<Option<String>, StorageError> {
    let Some(sealed) = &row.void_reason else { return Ok(None) };
    secrets.open_text(&place("void", row.id), sealed).map(Some).map_err(broken("void_reason", row.id))
}

fn place(what: &str, id: PrintId) -> String {
    format!("print.{what}/{id}")
}

fn broken(column: &'static str, id: PrintId) -> impl FnOnce(SealBroken) -> StorageError {
    move |_| StorageError::Inconsistent { table: "issuing_print", column, row: id.to_string() }
}

columns!(
    copied = "id, unit, number, licence, account, log_seq, at, words, code, code_until, open_until, again, void_at, void_reason"
);

statements! {
    INSERT = "INSERT INTO issuing_print (id, unit, number, licence, account, log_seq, at, words, code, code_until, \
        open_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    FIND = concat!("SELECT ", copied!(), " FROM issuing_print WHERE unit = $1 AND id = $2");
    OF_LICENCE = concat!("SELECT ", copied!(), " FROM issuing_print WHERE unit = $1 AND licence = $2 \
        AND (id < $3 OR $3 IS NULL) ORDER BY id DESC LIMIT $4");
    VOID = "UPDATE issuing_print SET void_at = $2, void_by = $3, void_reason = $4 WHERE id = $1 AND void_at IS NULL";
    AGAIN = "UPDATE issuing_print SET again = again + 1, open_until = $2 WHERE id = $1 AND void_at IS NULL";
    PUT_FILE = "UPDATE issuing_print SET file = $2 WHERE id = $1 AND file IS NULL";
    FILE = "SELECT file FROM issuing_print WHERE id = $1";
}
