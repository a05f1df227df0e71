//! Drafts that may be of what is there already, and what people decided.

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::clock::Entropy;
use crate::domain::ids::{AccountId, LicenceId, SuspectId};
use crate::domain::issuing::suspect::{SuspectState, Why};
use crate::secrets::Secrets;
use crate::storage::sql::{all, among, columns, execute, one, statements, value, values};
use crate::storage::{StorageError, Tx};

/// One suspect.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SuspectRow {
    /// Its id.
    pub id: SuspectId,
    /// Whose draft it is.
    pub unit: Uscc,
    /// The draft.
    pub draft: LicenceId,
    /// The draft or licence that it may be the same as.
    pub other: LicenceId,
    /// As [`Why::as_str`].
    pub why: String,
    /// As [`SuspectState::as_str`].
    pub state: String,
    /// Why it was decided so, sealed.
    pub reason: Option<Vec<u8>>,
    /// Who decided.
    pub account: Option<AccountId>,
    /// When it was found.
    pub at: i64,
    /// When it was decided.
    pub decided_at: Option<i64>,
}

/// Keeps what a draft has that no two licences may both have; `None` = nothing.
pub async fn put_key(
    tx: &mut Tx,
    draft: LicenceId,
    kind: KindCode,
    fingerprint: Option<&[u8; 32]>,
) -> Result<(), StorageError> {
    execute!(tx, DROP_KEY, draft)?;
    match fingerprint {
        Some(fingerprint) => execute!(tx, PUT_KEY, draft, kind, &fingerprint[..]).map(drop),
        None => Ok(()),
    }
}

/// Other open drafts of the unit with the same values; `draft` is the one that is looked at, if it is there.
pub async fn drafts_with_key(
    tx: &mut Tx,
    unit: Uscc,
    draft: Option<LicenceId>,
    kind: KindCode,
    fingerprint: &[u8; 32],
) -> Result<Vec<LicenceId>, StorageError> {
    values!(tx, DRAFTS_WITH_KEY, unit, draft, kind, &fingerprint[..], MOST)
}

/// Other open drafts of the unit for the same holder and kind.
pub async fn drafts_of_holder(
    tx: &mut Tx,
    unit: Uscc,
    draft: Option<LicenceId>,
    kind: KindCode,
    holder_key: &[u8; 32],
) -> Result<Vec<LicenceId>, StorageError> {
    values!(tx, DRAFTS_OF_HOLDER, unit, draft, kind, &holder_key[..], MOST)
}

/// Which of these values other open drafts of the unit have.
pub async fn drafted_keys(
    tx: &mut Tx,
    unit: Uscc,
    kind: KindCode,
    fingerprints: &[[u8; 32]],
) -> Result<Vec<(Vec<u8>,)>, StorageError> {
    among!(tx, DRAFTED_KEYS, [unit, kind], fingerprints, |one| &one[..])
}

/// For which of these holders there are open drafts of the unit.
pub async fn drafted_holders(
    tx: &mut Tx,
    unit: Uscc,
    kind: KindCode,
    holder_keys: &[[u8; 32]],
) -> Result<Vec<(Vec<u8>,)>, StorageError> {
    among!(tx, DRAFTED_HOLDERS, [unit, kind], holder_keys, |one| &one[..])
}

/// Notes a suspect; one that was noted, or decided, stays as it is.
pub async fn note(
    tx: &mut Tx,
    id: SuspectId,
    unit: Uscc,
    draft: LicenceId,
    other: LicenceId,
    why: Why,
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, NOTE, id, unit, draft, other, why.as_str(), SuspectState::Open.as_str(), now.0).map(drop)
}

/// Takes away what was suspected of a draft and is not decided: it is written again.
pub async fn forget_open(tx: &mut Tx, draft: LicenceId) -> Result<(), StorageError> {
    execute!(tx, FORGET_OPEN, draft).map(drop)
}

/// Takes away what is not decided between a draft that was closed and others: it is issued no more, so that nobody is to
/// look at the two, and none of the others waits for it.
pub async fn forget_closed(tx: &mut Tx, draft: LicenceId) -> Result<(), StorageError> {
    execute!(tx, FORGET_CLOSED, draft).map(drop)
}

/// How many open suspects keep a draft from approval.
pub async fn open_of(tx: &mut Tx, draft: LicenceId) -> Result<i64, StorageError> {
    value!(tx, OPEN_OF, draft)
}

/// A suspect within `scope`, held until the transaction ends.
pub async fn find_and_hold(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: SuspectId,
) -> Result<Option<SuspectRow>, StorageError> {
    let Some((None, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    execute!(tx, HOLD, id)?;
    one!(tx, FIND, id, unit)
}

/// A unit's suspects, newest first; of one state, or of one draft, if given.
pub async fn of_unit(
    tx: &mut Tx,
    unit: Uscc,
    state: Option<SuspectState>,
    draft: Option<LicenceId>,
    before: Option<SuspectId>,
    limit: i64,
) -> Result<Vec<SuspectRow>, StorageError> {
    all!(tx, OF_UNIT, unit, state.map(SuspectState::as_str), draft, before, limit)
}

/// Keeps what was decided; `reason` as [`seal_reason`] sealed it.
pub async fn decide(
    tx: &mut Tx,
    id: SuspectId,
    state: SuspectState,
    reason: &[u8],
    account: AccountId,
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, DECIDE, id, state.as_str(), reason, account, now.0).map(drop)
}

/// Seals why it was decided so.
pub fn seal_reason(secrets: &Secrets, entropy: &dyn Entropy, id: SuspectId, reason: &str) -> Vec<u8> {
    secrets.seal_text(&place(id), reason, entropy)
}

/// Why it was decided so.
pub fn open_reason(secrets: &Secrets, row: &SuspectRow) -> Result<Option<String>, StorageError> {
    let open = |sealed: &Vec<u8>| secrets.open_text(&place(row.id), sealed);
    row.reason.as_ref().map(open).transpose().map_err(|_| StorageError::Inconsistent {
        table: "issuing_suspect",
        column: "reason",
        row: row.id.to_string(),
    })
}

fn place(id: SuspectId) -> String {
    format!("suspect.reason/{id}")
}

/// Others told of one draft; more would be no help.
const MOST: i64 = 10;

columns!(suspect = "id, unit, draft, other, why, state, reason, account, at, decided_at");

// Few drafts have one value or one holder, and a unit may have a million: SQLite, which does not know that, is led by
// `CROSS JOIN`, whose left side it always reads first, and by an expression that no index of units answers.
statements! {
    DROP_KEY = "DELETE FROM issuing_draft_key WHERE draft = $1";
    PUT_KEY = "INSERT INTO issuing_draft_key (draft, kind, fingerprint) VALUES ($1, $2, $3)";
    DRAFTS_WITH_KEY = "SELECT d.id FROM issuing_draft_key k CROSS JOIN issuing_draft d \
        WHERE d.id = k.draft AND d.unit = $1 AND (d.id <> $2 OR $2 IS NULL) AND k.kind = $3 AND k.fingerprint = $4 \
        AND d.state NOT IN ('ISSUED', 'CLOSED') ORDER BY d.id LIMIT $5";
    DRAFTS_OF_HOLDER = "SELECT id FROM issuing_draft WHERE unit || '' = $1 AND (id <> $2 OR $2 IS NULL) AND kind = $3 AND holder_key = $4 \
        AND state NOT IN ('ISSUED', 'CLOSED') ORDER BY id LIMIT $5";
    DRAFTED_KEYS = "SELECT k.fingerprint FROM issuing_draft_key k CROSS JOIN issuing_draft d \
        WHERE d.id = k.draft AND d.unit = $1 AND k.kind = $2 AND d.state NOT IN ('ISSUED', 'CLOSED') AND k.fingerprint IN ($3)";
    DRAFTED_HOLDERS = "SELECT holder_key FROM issuing_draft WHERE unit || '' = $1 AND kind = $2 \
        AND state NOT IN ('ISSUED', 'CLOSED') AND holder_key IN ($3)";
    NOTE = "INSERT INTO issuing_suspect (id, unit, draft, other, why, state, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    FORGET_OPEN = "DELETE FROM issuing_suspect WHERE draft = $1 AND state = 'open'";
    FORGET_CLOSED = "DELETE FROM issuing_suspect WHERE (draft = $1 OR other = $1) AND state = 'open'";
    OPEN_OF = "SELECT COUNT(*) FROM issuing_suspect WHERE draft = $1 AND state = 'open'";
    HOLD = "UPDATE issuing_suspect SET state = state WHERE id = $1";
    FIND = concat!("SELECT ", suspect!(), " FROM issuing_suspect WHERE id = $1 AND (unit = $2 OR $2 IS NULL)");
    OF_UNIT = concat!("SELECT ", suspect!(), " FROM issuing_suspect WHERE unit = $1 AND (state = $2 OR $2 IS NULL) \
        AND (draft = $3 OR $3 IS NULL) AND (id < $4 OR $4 IS NULL) ORDER BY id DESC LIMIT $5");
    DECIDE = "UPDATE issuing_suspect SET state = $2, reason = $3, account = $4, decided_at = $5 WHERE id = $1";
}
