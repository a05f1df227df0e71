//! What counters ask of the holders before them, and what was given.

use liangzheng_core::time::UnixTime;

use crate::domain::actor::membership::Footing;
use crate::domain::casework::counter_request::{Asking, CounterAnswer};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, CaseId, CounterRequestId, LicenceId};
use crate::storage::sql::{all, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// A request as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CounterRequestRow {
    /// Its id.
    pub id: CounterRequestId,
    /// HMAC of the bytes in the code on the screen.
    pub code_hmac: Vec<u8>,
    /// The text of the code, sealed for [`place`].
    pub qr_text: Vec<u8>,
    /// The case.
    pub case_id: CaseId,
    /// The unit that asks.
    pub unit: Uscc,
    /// Who asks for it.
    pub account: AccountId,
    /// Code of what for.
    pub purpose: String,
    /// Codes of the kinds, by commas.
    pub kinds: String,
    /// When it was made.
    pub made_at: i64,
    /// From when on nobody can answer it.
    pub expires_at: i64,
    /// agree, refuse.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_at: Option<i64>,
}

impl CounterRequestRow {
    /// When it was made, and what became of it.
    pub fn asking(&self) -> Result<Asking, StorageError> {
        let answer = self.answer.as_deref().map(str::parse::<CounterAnswer>).transpose();
        let answer = answer.map_err(|_| self.broken("answer"))?;
        Ok(Asking {
            expires_at: UnixTime(self.expires_at),
            answer: answer.zip(self.answered_at.map(UnixTime)),
        })
    }

    /// The kinds that it asks for.
    pub fn kinds(&self) -> Result<Vec<KindCode>, StorageError> {
        self.kinds.split(',').map(|kind| kind.parse().map_err(|_| self.broken("kinds"))).collect()
    }

    /// What is kept in `column` cannot be read.
    pub fn broken(&self, column: &'static str) -> StorageError {
        StorageError::Inconsistent { table: "casework_counter_request", column, row: self.id.to_string() }
    }
}

/// One licence that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct GivenRow {
    /// Of which kind.
    pub kind: KindCode,
    /// The licence.
    pub licence: LicenceId,
    /// The use, as the log names it.
    pub log_seq: i64,
}

/// For what the code's text is sealed.
pub fn place(id: CounterRequestId) -> String {
    format!("counter_request.qr_text/{id}")
}

/// Keeps a request.
pub async fn insert(tx: &mut Tx, row: &CounterRequestRow) -> Result<(), StorageError> {
    let CounterRequestRow { id, code_hmac, qr_text, case_id, unit, account, purpose, kinds, .. } = row;
    let (made_at, expires_at) = (row.made_at, row.expires_at);
    execute!(tx, INSERT, id, code_hmac, qr_text, case_id, unit, account, purpose, kinds, made_at, expires_at)
        .map(drop)
}

/// One of a case of a unit.
pub async fn find(
    tx: &mut Tx,
    unit: Uscc,
    case: CaseId,
    id: CounterRequestId,
) -> Result<Option<CounterRequestRow>, StorageError> {
    one!(tx, FIND, id, case, unit)
}

/// What a code stands for. Whoever has it has been shown it; whether it is his to answer its case tells.
pub async fn meaning(tx: &mut Tx, code_hmac: &[u8; 32]) -> Result<Option<CounterRequestRow>, StorageError> {
    one!(tx, MEANING, &code_hmac[..])
}

/// Holds a request until the transaction ends: of two answers at once the second sees the first.
pub async fn hold(tx: &mut Tx, code_hmac: &[u8; 32]) -> Result<(), StorageError> {
    execute!(tx, HOLD, &code_hmac[..]).map(drop)
}

/// Keeps the answer; false if there is one.
pub async fn answer(
    tx: &mut Tx,
    id: CounterRequestId,
    answer: CounterAnswer,
    account: AccountId,
    footing: Footing,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, ANSWER, id, answer.as_str(), account, footing.as_str(), now.0)? == 1)
}

/// Keeps what was given.
pub async fn give(tx: &mut Tx, id: CounterRequestId, given: GivenRow) -> Result<(), StorageError> {
    execute!(tx, GIVE, id, given.kind, given.licence, given.log_seq).map(drop)
}

/// What was given.
pub async fn given(tx: &mut Tx, id: CounterRequestId) -> Result<Vec<GivenRow>, StorageError> {
    all!(tx, GIVEN, id)
}

columns!(
    request = "id, code_hmac, qr_text, case_id, unit, account, purpose, kinds, made_at, expires_at, answer, answered_at \
        FROM casework_counter_request"
);

statements! {
    INSERT = "INSERT INTO casework_counter_request (id, code_hmac, qr_text, case_id, unit, account, purpose, kinds, \
        made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    FIND = concat!("SELECT ", request!(), " WHERE id = $1 AND case_id = $2 AND unit = $3");
    MEANING = concat!("SELECT ", request!(), " WHERE code_hmac = $1");
    HOLD = "UPDATE casework_counter_request SET made_at = made_at WHERE code_hmac = $1";
    ANSWER = "UPDATE casework_counter_request SET answer = $2, answered_by = $3, footing = $4, answered_at = $5 \
        WHERE id = $1 AND answer IS NULL";
    GIVE = "INSERT INTO casework_counter_given (request, kind, licence, log_seq) VALUES ($1, $2, $3, $4)";
    GIVEN = "SELECT kind, licence, log_seq FROM casework_counter_given WHERE request = $1 ORDER BY log_seq";
}
