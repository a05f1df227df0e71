//! What holders ask of issuing units. Reasons are sealed: they are the holder's own words.

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, HolderId, LicenceId, RequestId};
use crate::domain::licence::request::{RequestState, RequestedAct};
use crate::storage::sql::{all, columns, execute, one, statements, values};
use crate::storage::{StorageError, Tx};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RequestRow {
    /// Its id.
    pub id: RequestId,
    /// The licence.
    pub licence: LicenceId,
    /// Who is to answer.
    pub unit: Uscc,
    /// Whose licence it is.
    pub holder: HolderId,
    /// Who asked.
    pub account: AccountId,
    /// For what, as [`RequestedAct::as_str`].
    pub act: String,
    /// Why, sealed for [`place`].
    pub reason: Vec<u8>,
    /// As [`RequestState::as_str`].
    pub state: String,
    /// When it was asked.
    pub at: i64,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// Why it was refused, sealed for [`place_of_answer`].
    pub answer: Option<Vec<u8>>,
}

/// For what a reason is sealed.
pub fn place(id: RequestId) -> String {
    format!("request.reason/{id}")
}

/// For what an answer is sealed.
pub fn place_of_answer(id: RequestId) -> String {
    format!("request.answer/{id}")
}

/// Adds a request.
pub async fn insert(tx: &mut Tx, row: &RequestRow) -> Result<(), StorageError> {
    let inserted = execute!(
        tx,
        INSERT,
        row.id,
        row.licence,
        row.unit,
        row.holder,
        row.account,
        &row.act,
        &row.reason,
        &row.state,
        row.at,
        row.answered_at
    )?;
    if inserted == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

/// A request within `scope`.
pub async fn find(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: RequestId,
) -> Result<Option<RequestRow>, StorageError> {
    let Some((holder, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    one!(tx, FIND, id, holder, unit)
}

/// The open requests of a licence's holders for an act on it: one of each at most.
pub async fn open_of(
    tx: &mut Tx,
    licence: LicenceId,
    act: RequestedAct,
) -> Result<Vec<RequestRow>, StorageError> {
    all!(tx, OPEN_OF, licence, act.as_str())
}

/// The holders of a licence of several who have no open request for an act on it; nobody of a licence that one holds alone.
pub async fn missing(
    tx: &mut Tx,
    licence: LicenceId,
    act: RequestedAct,
) -> Result<Vec<HolderId>, StorageError> {
    values!(tx, MISSING, licence, act.as_str())
}

/// What was asked for a licence, newest first.
pub async fn of_licence(tx: &mut Tx, licence: LicenceId) -> Result<Vec<RequestRow>, StorageError> {
    all!(tx, OF_LICENCE, licence, MAX_LISTED)
}

/// What was asked of a unit with the licences' identifiers and kinds, newest first, those before `before`; of one state if one is
/// given.
pub async fn of_unit(
    tx: &mut Tx,
    unit: Uscc,
    state: Option<RequestState>,
    before: Option<RequestId>,
    limit: i64,
) -> Result<Vec<AskedOfUnit>, StorageError> {
    all!(tx, OF_UNIT, unit, state.map_or("", RequestState::as_str), before, limit)
}

/// A request with what its licence is.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AskedOfUnit {
    /// The request.
    #[sqlx(flatten)]
    pub request: RequestRow,
    /// The licence's number under GB/T 36904.
    pub identifier: String,
    /// The licence's kind.
    pub kind: KindCode,
}

/// Answers an open request; false if it is open no more.
pub async fn answer(
    tx: &mut Tx,
    id: RequestId,
    state: RequestState,
    sealed: Option<&[u8]>,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, ANSWER, id, state.as_str(), sealed, now.0)? == 1)
}

/// Ends what is asked for a licence that has ended.
pub async fn end_all_of(
    tx: &mut Tx,
    licence: LicenceId,
    state: RequestState,
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, END_ALL_OF, licence, state.as_str(), now.0).map(drop)
}

/// Puts what was asked of a unit before the units that have the licences now.
pub async fn follow_licences(tx: &mut Tx, from: Uscc) -> Result<(), StorageError> {
    execute!(tx, FOLLOW_LICENCES, from).map(drop)
}

/// More than anybody asks for one licence.
const MAX_LISTED: i64 = 200;

columns!(request = "id, licence, unit, holder, account, act, reason, state, at, answered_at, answer");

statements! {
    INSERT = "INSERT INTO licence_request (id, licence, unit, holder, account, act, reason, state, at, answered_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    FIND = concat!("SELECT ", request!(), " FROM licence_request \
        WHERE id = $1 AND (holder = $2 OR $2 IS NULL) AND (unit = $3 OR $3 IS NULL)");
    OPEN_OF = concat!("SELECT ", request!(), " FROM licence_request \
        WHERE licence = $1 AND act = $2 AND state = 'open' ORDER BY id");
    MISSING = "SELECT h.holder FROM (SELECT holder FROM licence_record WHERE id = $1 \
        UNION SELECT holder FROM licence_co_holder WHERE licence = $1) h \
        WHERE EXISTS (SELECT 1 FROM licence_co_holder c WHERE c.licence = $1) \
        AND NOT EXISTS (SELECT 1 FROM licence_request r WHERE r.licence = $1 AND r.act = $2 AND r.state = 'open' \
            AND r.holder = h.holder) ORDER BY h.holder";
    OF_LICENCE = concat!("SELECT ", request!(), " FROM licence_request WHERE licence = $1 ORDER BY id DESC LIMIT $2");
    OF_UNIT = concat!("SELECT ", request!(), ", (SELECT l.identifier FROM licence_record l WHERE l.id = licence_request.licence) \
        AS identifier, (SELECT l.kind FROM licence_record l WHERE l.id = licence_request.licence) AS kind \
        FROM licence_request WHERE unit = $1 AND (state = $2 OR $2 = '') AND (id < $3 OR $3 IS NULL) ORDER BY id DESC LIMIT $4");
    ANSWER = "UPDATE licence_request SET state = $2, answer = $3, answered_at = $4 WHERE id = $1 AND state = 'open'";
    FOLLOW_LICENCES = "UPDATE licence_request SET unit = (SELECT l.unit FROM licence_record l \
        WHERE l.id = licence_request.licence) WHERE unit = $1";
    END_ALL_OF = "UPDATE licence_request SET state = $2, answered_at = $3 WHERE licence = $1 AND state = 'open'";
}
