//! Drafts of licences. What their maker wrote is sealed.

use std::collections::BTreeSet;

use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::clock::Entropy;
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, CaseId, LicenceId};
use crate::domain::issuing::draft::{DraftRequest, DraftState, RegisterState};
use crate::domain::issuing::person::{HolderRequest, Person};
use crate::secrets::Secrets;
use crate::storage::sql::{all, columns, each, execute, one, statements, values};
use crate::storage::{StorageError, Tx};

/// A draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The licence's id.
    pub id: LicenceId,
    /// The unit that makes it.
    pub unit: Uscc,
    /// Its kind.
    pub kind: KindCode,
    /// The version of the kind by which it was checked.
    pub kind_version: i64,
    /// The case that it ends.
    pub case: Option<CaseId>,
    /// As its maker wrote it.
    pub content: DraftRequest,
    /// The licence whose next version it is.
    pub replaces: Option<LicenceId>,
    /// Where it stands.
    pub state: DraftState,
    /// What the base register said of its holders.
    pub register: RegisterAnswer,
    /// Who wrote it.
    pub maker: AccountId,
    /// Counts changes and acts.
    pub version: i64,
    /// When it was begun.
    pub created_at: i64,
    /// When something was last done to it.
    pub changed_at: i64,
}

/// What the base register said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterAnswer {
    /// In a word.
    pub state: RegisterState,
    /// In the register's words, or why it has not answered.
    pub detail: Option<String>,
    /// When.
    pub at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DraftRow {
    id: LicenceId,
    unit: Uscc,
    kind: KindCode,
    kind_version: i64,
    case_id: Option<CaseId>,
    content: Vec<u8>,
    replaces: Option<LicenceId>,
    state: String,
    register_state: String,
    register_detail: Option<Vec<u8>>,
    register_at: Option<i64>,
    maker: AccountId,
    version: i64,
    created_at: i64,
    changed_at: i64,
}

/// Which drafts a list has.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// The unit's, and those whose approval it owes.
    pub unit: Uscc,
    /// Of this kind only.
    pub kind: Option<KindCode>,
    /// In this state only; `None` = those that are no licence yet.
    pub state: Option<DraftState>,
    /// Changed at this time or later.
    pub changed_since: Option<i64>,
    /// Drafts older than this one.
    pub before: Option<LicenceId>,
    /// How many at most.
    pub limit: i64,
}

/// Adds a draft; false if the licence it replaces has one already.
pub async fn insert(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    draft: &Draft,
    holder_key: &[u8; 32],
) -> Result<bool, StorageError> {
    insert_all(tx, secrets, entropy, &[(draft, holder_key)]).await
}

/// Adds drafts, each with the key of its holder; false if not all of them were added.
pub async fn insert_all(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    drafts: &[(&Draft, &[u8; 32])],
) -> Result<bool, StorageError> {
    let mut rows = Vec::with_capacity(drafts.len());
    for (draft, key) in drafts {
        let content = seal_content(secrets, entropy, draft)?;
        rows.push((*draft, *key, content, seal_detail(secrets, entropy, draft)));
    }
    let inserted = each!(tx, INSERT, rows, |row| [
        row.0.id,
        row.0.unit,
        row.0.kind,
        row.0.kind_version,
        row.0.case,
        &row.2,
        &row.1[..],
        row.0.replaces,
        row.0.state.as_str(),
        row.0.register.state.as_str(),
        row.3.as_deref(),
        row.0.register.at,
        row.0.maker,
        row.0.version,
        row.0.created_at,
        row.0.changed_at,
    ])?;
    if inserted != rows.len() as u64 {
        return Ok(false);
    }
    let cases: BTreeSet<CaseId> = drafts.iter().filter_map(|(draft, _)| draft.case).collect();
    for case in cases {
        super::case::settle(tx, case).await?;
    }
    Ok(true)
}

/// A draft within `scope`: its unit's, or one whose approval that unit is asked for.
pub async fn find(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: LicenceId,
) -> Result<Option<Draft>, StorageError> {
    // To its holder a draft does not exist.
    let Some((None, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    let row: Option<DraftRow> = one!(tx, FIND, id, unit)?;
    row.map(|row| open(row, secrets)).transpose()
}

/// The same, held until the transaction ends.
pub async fn find_and_hold(
    tx: &mut Tx,
    secrets: &Secrets,
    scope: impl Into<Scope>,
    id: LicenceId,
) -> Result<Option<Draft>, StorageError> {
    execute!(tx, HOLD, id)?;
    find(tx, secrets, scope, id).await
}

/// The draft of the next version of a licence.
pub async fn open_for(tx: &mut Tx, replaces: LicenceId) -> Result<Option<LicenceId>, StorageError> {
    let row: Option<(LicenceId,)> = one!(tx, OPEN_FOR, replaces)?;
    Ok(row.map(|(id,)| id))
}

/// Drafts, newest first.
pub async fn list(tx: &mut Tx, secrets: &Secrets, listing: Listing) -> Result<Vec<Draft>, StorageError> {
    let Listing { unit, kind, state, changed_since, before, limit } = listing;
    let rows: Vec<DraftRow> =
        all!(tx, LIST, unit, before, kind, state.map(DraftState::as_str), changed_since, limit)?;
    rows.into_iter().map(|row| open(row, secrets)).collect()
}

/// Something to be done about a draft, without what it says.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ToDo {
    /// The draft.
    pub id: LicenceId,
    /// Its kind.
    pub kind: KindCode,
    /// The case that it ends.
    pub case_id: Option<CaseId>,
    /// Who wrote it.
    pub maker: AccountId,
    /// When something was last done to it.
    pub changed_at: i64,
}

/// Whose to-do list is made.
#[derive(Clone, Copy, Debug)]
pub struct Worker {
    /// Of which unit.
    pub unit: Uscc,
    /// Who looks.
    pub account: AccountId,
    /// Only what he has taken, or wrote.
    pub mine: bool,
    /// How many at most.
    pub limit: i64,
}

/// Drafts of a unit that are to be finished and handed in, the longest waiting first.
pub async fn to_finish(tx: &mut Tx, worker: Worker) -> Result<Vec<ToDo>, StorageError> {
    let Worker { unit, account, mine, limit } = worker;
    all!(tx, TO_FINISH, unit, account, i64::from(mine), limit)
}

/// Drafts that wait for a unit's approval and that its member may look at, the longest waiting first: what he wrote or
/// handed in, under whichever of his accounts, waits for another person.
pub async fn to_review(tx: &mut Tx, worker: Worker) -> Result<Vec<ToDo>, StorageError> {
    let Worker { unit, account, mine, limit } = worker;
    all!(tx, TO_REVIEW, unit, account, i64::from(mine), limit)
}

/// Drafts for which the register has not answered, the longest waiting first.
pub async fn waiting(tx: &mut Tx, limit: i64) -> Result<Vec<LicenceId>, StorageError> {
    values!(tx, WAITING, limit)
}

/// Writes what was changed, if the row still has the version before it; else [`StorageError::Conflict`].
pub async fn replace(
    tx: &mut Tx,
    secrets: &Secrets,
    entropy: &dyn Entropy,
    before: &Draft,
    after: &Draft,
    holder_key: &[u8; 32],
) -> Result<(), StorageError> {
    let content = seal_content(secrets, entropy, after)?;
    let detail = seal_detail(secrets, entropy, after);
    let changed = execute!(
        tx,
        REPLACE,
        before.id,
        before.version,
        after.kind,
        after.kind_version,
        after.case,
        &content,
        &holder_key[..],
        after.replaces,
        after.state.as_str(),
        after.register.state.as_str(),
        detail.as_deref(),
        after.register.at,
        after.version,
        after.changed_at
    )?;
    if changed != 1 {
        return Err(StorageError::Conflict);
    }
    if before.state != after.state || before.case != after.case {
        let left = before.case.filter(|case| after.case != Some(*case));
        for case in left.into_iter().chain(after.case) {
            super::case::settle(tx, case).await?;
        }
    }
    Ok(())
}

/// Makes somebody else the maker of a draft.
pub async fn give(tx: &mut Tx, id: LicenceId, to: AccountId) -> Result<(), StorageError> {
    execute!(tx, GIVE, id, to).map(drop)
}

/// The drafts of a unit that are no licence yet.
pub async fn open_of_unit(tx: &mut Tx, secrets: &Secrets, unit: Uscc) -> Result<Vec<Draft>, StorageError> {
    let rows: Vec<DraftRow> = all!(tx, OPEN_OF_UNIT, unit)?;
    rows.into_iter().map(|row| open(row, secrets)).collect()
}

/// Gives a draft to a unit.
pub async fn move_to(tx: &mut Tx, id: LicenceId, to: Uscc) -> Result<(), StorageError> {
    execute!(tx, MOVE_TO, id, to).map(drop)
}

/// Gives the drafts of a unit of which licences have come to the units that have those now.
pub async fn follow_licences(tx: &mut Tx, from: Uscc) -> Result<(), StorageError> {
    execute!(tx, FOLLOW_LICENCES, from).map(drop)
}

/// Says of drafts that were checked by one version of a kind that another, which means the same, is theirs.
pub async fn follow_kind(tx: &mut Tx, kind: KindCode, from: i64, to: i64) -> Result<(), StorageError> {
    execute!(tx, FOLLOW_KIND, kind, from, to).map(drop)
}

/// Seals whom something is for, for `place`.
pub(super) fn seal_person(secrets: &Secrets, entropy: &dyn Entropy, place: &str, person: &Person) -> Vec<u8> {
    let plain = serde_json::to_vec(&HolderRequest::from(person)).unwrap_or_default();
    secrets.seal(place, &plain, entropy)
}

/// What [`seal_person`] sealed.
pub(super) fn open_person(secrets: &Secrets, place: &str, sealed: &[u8]) -> Option<Person> {
    let plain = secrets.open(place, sealed).ok()?;
    let request: HolderRequest = serde_json::from_slice(&plain).ok()?;
    request.person("", &mut Faults::default())
}

fn seal_content(secrets: &Secrets, entropy: &dyn Entropy, draft: &Draft) -> Result<Vec<u8>, StorageError> {
    let plain = serde_json::to_vec(&draft.content).map_err(|_| inconsistent("content", draft.id))?;
    Ok(secrets.seal(&place(draft.id), &plain, entropy))
}

fn seal_detail(secrets: &Secrets, entropy: &dyn Entropy, draft: &Draft) -> Option<Vec<u8>> {
    let detail = draft.register.detail.as_deref()?;
    Some(secrets.seal_text(&detail_place(draft.id), detail, entropy))
}

fn open(row: DraftRow, secrets: &Secrets) -> Result<Draft, StorageError> {
    let wrong = |column| inconsistent(column, row.id);
    let plain = secrets.open(&place(row.id), &row.content).map_err(|_| wrong("content"))?;
    let detail = row.register_detail.as_deref();
    Ok(Draft {
        id: row.id,
        unit: row.unit,
        kind: row.kind,
        kind_version: row.kind_version,
        case: row.case_id,
        content: serde_json::from_slice(&plain).map_err(|_| wrong("content"))?,
        replaces: row.replaces,
        state: row.state.parse().map_err(|_| wrong("state"))?,
        register: RegisterAnswer {
            state: row.register_state.parse().map_err(|_| wrong("register_state"))?,
            detail: detail
                .map(|sealed| secrets.open_text(&detail_place(row.id), sealed))
                .transpose()
                .map_err(|_| wrong("register_detail"))?,
            at: row.register_at,
        },
        maker: row.maker,
        version: row.version,
        created_at: row.created_at,
        changed_at: row.changed_at,
    })
}

fn place(id: LicenceId) -> String {
    format!("draft.content/{id}")
}

fn detail_place(id: LicenceId) -> String {
    format!("draft.register/{id}")
}

fn inconsistent(column: &'static str, id: LicenceId) -> StorageError {
    StorageError::Inconsistent { table: "issuing_draft", column, row: id.to_string() }
}

columns!(
    draft = "id, unit, kind, kind_version, case_id, content, replaces, state, register_state, register_detail, \
        register_at, maker, version, created_at, changed_at"
);

statements! {
    INSERT = "INSERT INTO issuing_draft (id, unit, kind, kind_version, case_id, content, holder_key, replaces, state, \
        register_state, register_detail, register_at, maker, version, created_at, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING";
    FIND = concat!("SELECT ", draft!(), " FROM issuing_draft WHERE id = $1 AND (unit = $2 OR $2 IS NULL \
        OR EXISTS (SELECT 1 FROM issuing_approval a WHERE a.draft = issuing_draft.id AND a.unit = $2))");
    HOLD = "UPDATE issuing_draft SET version = version WHERE id = $1";
    OPEN_FOR = "SELECT id FROM issuing_draft WHERE replaces = $1 AND state NOT IN ('ISSUED', 'CLOSED')";
    LIST = concat!("SELECT ", draft!(), " FROM issuing_draft WHERE (unit = $1 \
        OR EXISTS (SELECT 1 FROM issuing_approval a WHERE a.draft = issuing_draft.id AND a.unit = $1)) \
        AND (id < $2 OR $2 IS NULL) AND (kind = $3 OR $3 IS NULL) AND state <> 'ISSUED' \
        AND (state = $4 OR ($4 IS NULL AND state <> 'CLOSED')) AND (changed_at >= $5 OR $5 IS NULL) ORDER BY id DESC LIMIT $6");
    TO_FINISH = "SELECT d.id, d.kind, d.case_id, d.maker, d.changed_at FROM issuing_draft d \
        WHERE d.unit = $1 AND d.state = 'DRAFT' AND ($3 = 0 OR d.maker = $2 OR EXISTS (SELECT 1 FROM issuing_claim c \
            WHERE c.task = d.id AND c.unit = $1 AND c.account = $2)) ORDER BY d.changed_at, d.id LIMIT $4";
    TO_REVIEW = "WITH number AS (SELECT number_hmac FROM actor_person WHERE account = $2 UNION \
            SELECT h.number_hmac FROM actor_account a JOIN actor_holder h ON h.id = a.holder WHERE a.id = $2), \
        own AS (SELECT CAST($2 AS TEXT) AS account UNION \
            SELECT p.account FROM number n JOIN actor_person p ON p.number_hmac = n.number_hmac UNION \
            SELECT a.id FROM number n JOIN actor_holder h ON h.number_hmac = n.number_hmac JOIN actor_account a ON a.holder = h.id) \
        SELECT d.id, d.kind, d.case_id, d.maker, d.changed_at FROM issuing_approval p JOIN issuing_draft d ON d.id = p.draft \
        WHERE p.unit = $1 AND p.account IS NULL AND d.state = 'PENDING_REVIEW' \
        AND NOT EXISTS (SELECT 1 FROM issuing_review r WHERE r.draft = d.id AND r.act IN ('write', 'submit') \
            AND r.account IN (SELECT account FROM own)) \
        AND ($3 = 0 OR EXISTS (SELECT 1 FROM issuing_claim c WHERE c.task = d.id AND c.unit = $1 AND c.account = $2)) \
        ORDER BY d.changed_at, d.id LIMIT $4";
    GIVE = "UPDATE issuing_draft SET maker = $2 WHERE id = $1";
    OPEN_OF_UNIT = concat!("SELECT ", draft!(), " FROM issuing_draft WHERE unit = $1 AND state <> 'ISSUED' ORDER BY id");
    MOVE_TO = "UPDATE issuing_draft SET unit = $2 WHERE id = $1";
    FOLLOW_LICENCES = "UPDATE issuing_draft SET unit = (SELECT l.unit FROM licence_record l \
        WHERE l.id = issuing_draft.id) WHERE unit = $1 AND EXISTS (SELECT 1 FROM licence_record l WHERE l.id = issuing_draft.id)";
    FOLLOW_KIND = "UPDATE issuing_draft SET kind_version = $3 WHERE kind = $1 AND kind_version = $2 AND state <> 'ISSUED'";
    WAITING = "SELECT id FROM issuing_draft WHERE state = 'DRAFT' AND register_state = 'waiting' \
        ORDER BY register_at LIMIT $1";
    REPLACE = "UPDATE issuing_draft SET kind = $3, kind_version = $4, case_id = $5, content = $6, holder_key = $7, \
        replaces = $8, state = $9, register_state = $10, register_detail = $11, register_at = $12, version = $13, \
        changed_at = $14 WHERE id = $1 AND version = $2";
}
