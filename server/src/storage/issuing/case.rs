//! Cases. Whom a case is for is sealed.

use liangzheng_core::time::UnixTime;

use super::draft::{open_person, seal_person};
use crate::domain::access::Scope;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, CaseId, ConsentId, LicenceId};
use crate::domain::issuing::case::{Case, CaseState, ConsentMeans, Made};
use crate::domain::issuing::person::Person;
use crate::secrets::Secrets;
use crate::storage::sql::{all, among, columns, execute, one, statements};
use crate::storage::{StorageError, Tx};

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: CaseId,
    unit: Uscc,
    #[sqlx(rename = "type")]
    case_type: String,
    number: String,
    matter: String,
    mode: Option<String>,
    person: Vec<u8>,
    state: String,
    concluded_at: Option<i64>,
    due_at: Option<i64>,
    provisional: i64,
    version: i64,
    created_at: i64,
}

/// A consent, as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Of the text that the holder agreed to.
    pub wording_version: String,
    /// How he agreed.
    pub means: ConsentMeans,
    /// What shows it.
    pub evidence: String,
    /// When.
    pub given_at: i64,
    /// When he took it back.
    pub withdrawn_at: Option<i64>,
}

/// Which cases a list has.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// The unit's.
    pub unit: Uscc,
    /// Of this type only.
    pub case_type: Option<MatterType>,
    /// In this state only.
    pub state: Option<CaseState>,
    /// Only those whose licences should have been there at this time.
    pub overdue_at: Option<UnixTime>,
    /// Cases older than this one.
    pub before: Option<CaseId>,
    /// How many at most.
    pub limit: i64,
}

/// Adds a case; false if its unit has one of its type with its number.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    case: &Case,
    account: AccountId,
) -> Result<bool, StorageError> {
    let person = seal_person(secrets, entropy, &place(case.id), &case.person);
    let key = secrets.holder_key(&case.person.number);
    let inserted = execute!(
        tx,
        INSERT,
        case.id,
        case.unit,
        case.case_type.as_str(),
        &case.number,
        &case.matter,
        case.mode.map(|mode| mode.as_str()),
        &person,
        &key[..],
        case.state.as_str(),
        account,
        case.version,
        case.created_at.0
    )?;
    Ok(inserted == 1)
}

/// A case within `scope`.
pub async fn find(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: CaseId,
) -> Result<Option<Case>, StorageError> {
    // A case is its unit's; a holder sees it by other ways.
    let Some((None, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    let row: Option<CaseRow> = one!(tx, FIND, id, unit)?;
    row.map(|row| open(row, secrets)).transpose()
}

/// The same, held until the transaction ends.
pub async fn find_and_hold(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: CaseId,
) -> Result<Option<Case>, StorageError> {
    hold(tx, id).await?;
    find(tx, secrets, scope, id).await
}

/// Holds a case until the transaction ends: nobody ends it meanwhile.
pub async fn hold(tx: &mut Tx, id: CaseId) -> Result<(), StorageError> {
    execute!(tx, HOLD, id).map(drop)
}

/// The case to which a unit gave a number, whosever it is now.
pub async fn with_number(
    tx: &mut Tx,
    unit: Uscc,
    case_type: MatterType,
    number: &str,
) -> Result<Option<CaseId>, StorageError> {
    let row: Option<(CaseId,)> = one!(tx, WITH_NUMBER, unit, case_type.as_str(), number)?;
    Ok(row.map(|(id,)| id))
}

/// Units with the numbers of their cases whose licence is overdue.
pub async fn overdue_by_unit(tx: &mut Tx, now: UnixTime) -> Result<Vec<(Uscc, i64)>, StorageError> {
    all!(tx, OVERDUE_BY_UNIT, now.0)
}

/// Cases of a unit, newest first.
pub async fn list(tx: &mut Tx, secrets: &Secrets, listing: Listing) -> Result<Vec<Case>, StorageError> {
    let Listing { unit, case_type, state, overdue_at, before, limit } = listing;
    let (case_type, state) = (case_type.map(MatterType::as_str), state.map(CaseState::as_str));
    let before = before.map_or_else(|| AFTER_ALL.to_owned(), |before| before.to_string());
    let rows: Vec<CaseRow> = match overdue_at {
        None => all!(tx, LIST, unit, before, case_type, state, limit),
        Some(at) => all!(tx, OVERDUE, unit, before, case_type, state, at.0, limit),
    }?;
    rows.into_iter().map(|row| open(row, secrets)).collect()
}

/// Cases of a unit whose licences should have been there at `at`, with when they were due, the longest overdue first; only
/// those that `taken_by` has taken, if it is given. Whom they are for is not opened.
pub async fn overdue(
    tx: &mut Tx,
    unit: Uscc,
    at: UnixTime,
    taken_by: Option<AccountId>,
    limit: i64,
) -> Result<Vec<(CaseId, i64)>, StorageError> {
    all!(tx, OVERDUE_FIRST, unit, at.0, taken_by, limit)
}

/// Writes what an act changed, if the row still has the version before it; else [`StorageError::Conflict`].
pub async fn replace(tx: &mut Tx, before: &Case, after: &Case) -> Result<(), StorageError> {
    let changed = execute!(
        tx,
        REPLACE,
        before.id,
        before.version,
        after.state.as_str(),
        after.concluded_at.map(|at| at.0),
        after.due_at.map(|at| at.0),
        i64::from(after.provisional),
        after.version
    )?;
    if changed == 1 { Ok(()) } else { Err(StorageError::Conflict) }
}

/// Keeps why a case was closed.
pub async fn put_reason(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    id: CaseId,
    reason: &str,
) -> Result<(), StorageError> {
    let sealed = secrets.seal_text(&reason_place(id), reason, entropy);
    execute!(tx, PUT_REASON, id, &sealed).map(drop)
}

/// Why cases were closed without a licence; of those for which a reason is kept.
pub async fn reasons(
    tx: &mut Tx,
    secrets: &Secrets,
    ids: &[CaseId],
) -> Result<Vec<(CaseId, String)>, StorageError> {
    let rows: Vec<(CaseId, Vec<u8>)> = among!(tx, REASONS, [], ids, |id| *id)?;
    let open = |(id, sealed): (CaseId, Vec<u8>)| {
        let reason = secrets.open_text(&reason_place(id), &sealed);
        Ok((id, reason.map_err(|_| inconsistent("reason", id))?))
    };
    rows.into_iter().map(open).collect()
}

/// How many licences there are to a case.
pub async fn made(tx: &mut Tx, id: CaseId) -> Result<Made, StorageError> {
    Ok(made_each(tx, &[id]).await?.into_iter().next().map_or_else(Made::default, |(_, made)| made))
}

/// The same of those of many cases to which there are any.
pub async fn made_each(tx: &mut Tx, ids: &[CaseId]) -> Result<Vec<(CaseId, Made)>, StorageError> {
    let rows: Vec<(CaseId, i64, i64)> = among!(tx, MADE, [], ids, |id| *id)?;
    Ok(rows.into_iter().map(|(id, issued, open)| (id, Made { issued, open })).collect())
}

/// The licences of cases, issued or being made, with the state of their making.
pub async fn licences(tx: &mut Tx, ids: &[CaseId]) -> Result<Vec<(CaseId, LicenceId, String)>, StorageError> {
    among!(tx, LICENCES, [], ids, |id| *id)
}

/// Cases of a unit to which nothing was written yet and that are not closed, with whom each is for.
pub async fn unwritten_of_unit(
    tx: &mut Tx,
    secrets: &Secrets,
    unit: Uscc,
) -> Result<Vec<(CaseId, String, Person)>, StorageError> {
    let rows: Vec<(CaseId, String, Vec<u8>)> = all!(tx, UNWRITTEN, unit)?;
    let open = |(id, matter, sealed): (CaseId, String, Vec<u8>)| {
        let person = open_person(secrets, &place(id), &sealed).ok_or_else(|| inconsistent("person", id))?;
        Ok((id, matter, person))
    };
    rows.into_iter().map(open).collect()
}

/// Gives the cases of a unit to which something was written to the units that have that now.
pub async fn follow_drafts(tx: &mut Tx, from: Uscc) -> Result<(), StorageError> {
    execute!(tx, FOLLOW_DRAFTS, from).map(drop)
}

/// Gives a case to a unit.
pub async fn move_to(tx: &mut Tx, id: CaseId, to: Uscc) -> Result<(), StorageError> {
    execute!(tx, MOVE_TO, id, to).map(drop)
}

/// Gives what is left of a unit's cases to another.
pub async fn move_all(tx: &mut Tx, from: Uscc, to: Uscc) -> Result<(), StorageError> {
    execute!(tx, MOVE_ALL, from, to).map(drop)
}

/// Notes whether a case has its licences, after something became of one: the case is held first, so that of two that are
/// approved at once the second sees the first.
pub(super) async fn settle(tx: &mut Tx, id: CaseId) -> Result<(), StorageError> {
    hold(tx, id).await?;
    execute!(tx, SETTLE, id).map(drop)
}

/// Records a consent.
pub async fn insert_consent(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    id: CaseId,
    consent: &Consent,
    account: AccountId,
) -> Result<(), StorageError> {
    let evidence = secrets.seal_text(&evidence_place(consent.id), &consent.evidence, entropy);
    let (means, given_at) = (consent.means.as_str(), consent.given_at);
    execute!(
        tx,
        INSERT_CONSENT,
        consent.id,
        id,
        &consent.wording_version,
        means,
        &evidence,
        account,
        given_at
    )
    .map(drop)
}

/// Ends the consents of a case that hold; how many there were.
pub async fn withdraw_consents(tx: &mut Tx, id: CaseId, now: UnixTime) -> Result<u64, StorageError> {
    execute!(tx, WITHDRAW, id, now.0)
}

/// The case with which a consent was recorded.
pub async fn case_of_consent(tx: &mut Tx, id: ConsentId) -> Result<Option<CaseId>, StorageError> {
    let row: Option<(CaseId,)> = one!(tx, CASE_OF_CONSENT, id)?;
    Ok(row.map(|(case,)| case))
}

/// Ends one consent; false if it does not hold any more.
pub async fn withdraw_consent(tx: &mut Tx, id: ConsentId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, WITHDRAW_ONE, id, now.0)? == 1)
}

/// A consent as it is kept.
#[derive(sqlx::FromRow)]
struct ConsentRow {
    case_id: CaseId,
    id: ConsentId,
    wording_version: String,
    means: String,
    evidence: Vec<u8>,
    given_at: i64,
    withdrawn_at: Option<i64>,
}

/// The consents of cases, of each the oldest first.
pub async fn consents(
    tx: &mut Tx,
    secrets: &Secrets,
    ids: &[CaseId],
) -> Result<Vec<(CaseId, Consent)>, StorageError> {
    let rows: Vec<ConsentRow> = among!(tx, CONSENTS, [], ids, |id| *id)?;
    let mut consents = Vec::with_capacity(rows.len());
    for ConsentRow { case_id, id, wording_version, means, evidence, given_at, withdrawn_at } in rows {
        let wrong = |column| inconsistent(column, case_id);
        let evidence = secrets.open_text(&evidence_place(id), &evidence).map_err(|_| wrong("evidence"))?;
        let means = means.parse().map_err(|_| wrong("means"))?;
        consents.push((case_id, Consent { id, wording_version, means, evidence, given_at, withdrawn_at }));
    }
    Ok(consents)
}

fn open(row: CaseRow, secrets: &Secrets) -> Result<Case, StorageError> {
    let wrong = |column| inconsistent(column, row.id);
    Ok(Case {
        id: row.id,
        unit: row.unit,
        case_type: row.case_type.parse().map_err(|_| wrong("type"))?,
        number: row.number,
        matter: row.matter,
        mode: row.mode.map(|word| word.parse().map_err(|_| wrong("mode"))).transpose()?,
        person: open_person(secrets, &place(row.id), &row.person).ok_or_else(|| wrong("person"))?,
        state: row.state.parse().map_err(|_| wrong("state"))?,
        concluded_at: row.concluded_at.map(UnixTime),
        due_at: row.due_at.map(UnixTime),
        provisional: row.provisional == 1,
        version: row.version,
        created_at: UnixTime(row.created_at),
    })
}

fn place(id: CaseId) -> String {
    format!("case.person/{id}")
}

fn reason_place(id: CaseId) -> String {
    format!("case.reason/{id}")
}

fn evidence_place(id: ConsentId) -> String {
    format!("consent.evidence/{id}")
}

fn inconsistent(column: &'static str, id: CaseId) -> StorageError {
    StorageError::Inconsistent { table: "issuing_case", column, row: id.to_string() }
}

columns!(
    case = "id, unit, type, number, matter, mode, person, state, concluded_at, due_at, provisional, version, created_at"
);

/// Owed, as `Case::is_owed` has it: no licence yet, or one not approved.
macro_rules! owed {
    () => {
        "type = 'issuing' AND state = 'concluded' AND settled = 0"
    };
}

statements! {
    INSERT = "INSERT INTO issuing_case (id, unit, opened_by, type, number, matter, mode, person, holder_key, state, \
        account, version, created_at) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        ON CONFLICT DO NOTHING";
    FIND = concat!("SELECT ", case!(), " FROM issuing_case WHERE id = $1 AND (unit = $2 OR $2 IS NULL)");
    HOLD = "UPDATE issuing_case SET version = version WHERE id = $1";
    WITH_NUMBER = "SELECT id FROM issuing_case WHERE opened_by = $1 AND type = $2 AND number = $3";
    LIST = concat!("SELECT ", case!(), " FROM issuing_case WHERE unit = $1 AND id < $2 \
        AND (type = $3 OR $3 IS NULL) AND (state = $4 OR $4 IS NULL) ORDER BY id DESC LIMIT $5");
    OVERDUE_BY_UNIT = concat!("SELECT unit, COUNT(*) AS overdue FROM issuing_case c WHERE due_at <= $1 AND ", owed!(), " GROUP BY unit");
    OVERDUE = concat!("SELECT ", case!(), " FROM issuing_case c WHERE unit = $1 AND id < $2 \
        AND (type = $3 OR $3 IS NULL) AND (state = $4 OR $4 IS NULL) \
        AND due_at <= $5 AND ", owed!(), " ORDER BY id DESC LIMIT $6");
    OVERDUE_FIRST = concat!("SELECT id, due_at FROM issuing_case c WHERE unit = $1 AND due_at <= $2 AND ", owed!(), " \
        AND (EXISTS (SELECT 1 FROM issuing_claim t WHERE t.task = c.id AND t.unit = $1 AND t.account = $3) OR $3 IS NULL) \
        ORDER BY due_at, id LIMIT $4");
    REPLACE = "UPDATE issuing_case SET state = $3, concluded_at = $4, due_at = $5, provisional = $6, version = $7 \
        WHERE id = $1 AND version = $2";
    SETTLE = "UPDATE issuing_case SET settled = CASE WHEN \
        EXISTS (SELECT 1 FROM issuing_draft d WHERE d.case_id = issuing_case.id AND d.state = 'ISSUED') AND NOT EXISTS \
        (SELECT 1 FROM issuing_draft d WHERE d.case_id = issuing_case.id AND d.state <> 'ISSUED' AND d.state <> 'CLOSED') \
        THEN 1 ELSE 0 END WHERE id = $1";
    PUT_REASON = "UPDATE issuing_case SET reason = $2 WHERE id = $1";
    REASONS = "SELECT id, reason FROM issuing_case WHERE reason IS NOT NULL AND id IN ($1)";
    MADE = "SELECT case_id, CAST(COALESCE(SUM(CASE WHEN state = 'ISSUED' THEN 1 ELSE 0 END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(CASE WHEN state NOT IN ('ISSUED', 'CLOSED') THEN 1 ELSE 0 END), 0) AS BIGINT) \
        FROM issuing_draft WHERE case_id IN ($1) GROUP BY case_id";
    LICENCES = "SELECT d.case_id, d.id, COALESCE(l.status, d.state) FROM issuing_draft d \
        LEFT JOIN licence_record l ON l.id = d.id WHERE d.case_id IN ($1) ORDER BY d.id";
    UNWRITTEN = "SELECT id, matter, person FROM issuing_case WHERE unit = $1 AND state <> 'closed' \
        AND NOT EXISTS (SELECT 1 FROM issuing_draft d WHERE d.case_id = issuing_case.id)";
    FOLLOW_DRAFTS = "UPDATE issuing_case SET unit = (SELECT d.unit FROM issuing_draft d \
        WHERE d.case_id = issuing_case.id ORDER BY d.id LIMIT 1) \
        WHERE unit = $1 AND EXISTS (SELECT 1 FROM issuing_draft d WHERE d.case_id = issuing_case.id)";
    MOVE_TO = "UPDATE issuing_case SET unit = $2 WHERE id = $1";
    MOVE_ALL = "UPDATE issuing_case SET unit = $2 WHERE unit = $1";
    INSERT_CONSENT = "INSERT INTO issuing_consent (id, case_id, wording_version, means, evidence, account, given_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    WITHDRAW = "UPDATE issuing_consent SET withdrawn_at = $2 WHERE case_id = $1 AND withdrawn_at IS NULL";
    CASE_OF_CONSENT = "SELECT case_id FROM issuing_consent WHERE id = $1";
    WITHDRAW_ONE = "UPDATE issuing_consent SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
    CONSENTS = "SELECT case_id, id, wording_version, means, evidence, given_at, withdrawn_at FROM issuing_consent \
        WHERE case_id IN ($1) ORDER BY id";
}

/// Sorts after every id, in every collation: ids end in hexadecimal digits.
const AFTER_ALL: &str = "cas_g";
