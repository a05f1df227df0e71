//! Applications for counts over licences, who has to approve them, and the counting itself (R64).

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::casework::analysis::{AnalysisState, Counted, Dimension, Group, MOST_GROUPS, Question};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{AccountId, AnalysisId};
use crate::storage::sql::{all, among, columns, each, execute, one, statements};
use crate::storage::{StorageError, Tx};

/// An application as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AnalysisRow {
    /// Its id.
    pub id: AnalysisId,
    /// Who applied.
    pub unit: Uscc,
    /// Of which account.
    pub account: AccountId,
    /// Codes of the kinds, by commas.
    pub kinds: String,
    /// Dimensions, by commas.
    pub group_by: String,
    /// JSON of the filter.
    pub filter: String,
    /// What for, sealed for [`place_of_purpose`].
    pub purpose: Vec<u8>,
    /// As [`AnalysisState::as_str`].
    pub state: String,
    /// When it was made.
    pub at: i64,
    /// When the manager approved.
    pub approved_at: Option<i64>,
    /// When it was answered, refused or withdrawn.
    pub ended_at: Option<i64>,
    /// Why the last act was done, sealed for [`place_of_reason`].
    pub reason: Option<Vec<u8>>,
    /// Everything counted, sealed for [`place_of_answer`].
    pub answer: Option<Vec<u8>>,
}

impl AnalysisRow {
    /// Where it stands.
    pub fn state(&self) -> Result<AnalysisState, StorageError> {
        self.state.parse().map_err(|_| self.broken("state"))
    }

    /// What is asked.
    pub fn question(&self) -> Result<Question, StorageError> {
        let kinds: Result<_, _> = self.kinds.split(',').map(str::parse::<KindCode>).collect();
        let group_by: Result<_, _> = self.group_by.split(',').map(str::parse::<Dimension>).collect();
        Ok(Question {
            kinds: kinds.map_err(|_| self.broken("kinds"))?,
            group_by: group_by.map_err(|_| self.broken("group_by"))?,
            filter: serde_json::from_str(&self.filter).map_err(|_| self.broken("filter"))?,
        })
    }

    /// A column cannot be read.
    pub fn broken(&self, column: &'static str) -> StorageError {
        StorageError::Inconsistent { table: "casework_analysis", column, row: self.id.to_string() }
    }
}

/// An issuer that has to approve.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ApprovalRow {
    /// The issuer.
    pub unit: Uscc,
    /// When it did; `None` = not yet.
    pub at: Option<i64>,
}

/// For what the purpose of an application is sealed.
pub fn place_of_purpose(id: AnalysisId) -> String {
    format!("analysis.purpose/{id}")
}

/// For what the reason of its last act is.
pub fn place_of_reason(id: AnalysisId) -> String {
    format!("analysis.reason/{id}")
}

/// For what everything that was counted is.
pub fn place_of_answer(id: AnalysisId) -> String {
    format!("analysis.answer/{id}")
}

/// Adds an application, and the issuers that have to approve it.
pub async fn insert(tx: &mut Tx, row: &AnalysisRow, issuers: &[Uscc]) -> Result<(), StorageError> {
    execute!(
        tx,
        INSERT,
        row.id,
        row.unit,
        row.account,
        &row.kinds,
        &row.group_by,
        &row.filter,
        &row.purpose,
        &row.state,
        row.at
    )?;
    each!(tx, ADD_APPROVAL, issuers, |issuer| [row.id, *issuer]).map(drop)
}

/// One of the unit that applied, or to be approved by it, within `scope`. Held until the transaction ends with all others of
/// the unit that applied: two of them must not be answered at once, neither seeing the other.
pub async fn find_and_hold(
    tx: &mut Tx,
    scope: Scope,
    id: AnalysisId,
) -> Result<Option<AnalysisRow>, StorageError> {
    execute!(tx, HOLD, id)?;
    find(tx, scope, id).await
}

/// The same, not held.
pub async fn find(tx: &mut Tx, scope: Scope, id: AnalysisId) -> Result<Option<AnalysisRow>, StorageError> {
    let Some((None, unit)) = scope.holder_and_unit() else { return Ok(None) };
    one!(tx, FIND, id, unit)
}

/// Applications within `scope`, newest first.
pub async fn list(
    tx: &mut Tx,
    scope: Scope,
    state: Option<AnalysisState>,
    before: Option<AnalysisId>,
    limit: i64,
) -> Result<Vec<AnalysisRow>, StorageError> {
    let Some((None, unit)) = scope.holder_and_unit() else { return Ok(Vec::new()) };
    all!(tx, LIST, unit, state.map(AnalysisState::as_str), before, limit)
}

/// The oldest that wait for the manager.
pub async fn for_manager(tx: &mut Tx, limit: i64) -> Result<Vec<(AnalysisId, i64)>, StorageError> {
    all!(tx, FOR_MANAGER, limit)
}

/// The oldest that wait for an issuer.
pub async fn for_issuer(tx: &mut Tx, unit: Uscc, limit: i64) -> Result<Vec<(AnalysisId, i64)>, StorageError> {
    all!(tx, FOR_ISSUER, unit, limit)
}

/// Who has to approve one beside the manager.
pub async fn approvals(tx: &mut Tx, id: AnalysisId) -> Result<Vec<ApprovalRow>, StorageError> {
    all!(tx, APPROVALS, id)
}

/// What a unit was told after `since`.
pub async fn answered_since(
    tx: &mut Tx,
    unit: Uscc,
    since: UnixTime,
) -> Result<Vec<AnalysisRow>, StorageError> {
    all!(tx, ANSWERED, unit, since.0)
}

/// An issuer approves.
pub async fn approve_as_issuer(
    tx: &mut Tx,
    id: AnalysisId,
    unit: Uscc,
    by: AccountId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, APPROVE_AS_ISSUER, id, unit, by, now.0)? == 1)
}

/// The manager approves.
pub async fn approve_as_manager(
    tx: &mut Tx,
    id: AnalysisId,
    by: AccountId,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, APPROVE_AS_MANAGER, id, by, now.0)? == 1)
}

/// How an application ends.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// In which state.
    pub state: AnalysisState,
    /// By whom.
    pub by: AccountId,
    /// Why, sealed.
    pub reason: Option<&'a [u8]>,
    /// Everything counted, sealed.
    pub answer: Option<&'a [u8]>,
}

/// Ends one that waits.
pub async fn end(
    tx: &mut Tx,
    id: AnalysisId,
    ending: Ending<'_>,
    now: UnixTime,
) -> Result<bool, StorageError> {
    let Ending { state, by, reason, answer } = ending;
    Ok(execute!(tx, END, id, state.as_str(), by, now.0, reason, answer)? == 1)
}

/// Counts distinct holders by group, and in all. `None` if there are more groups than [`MOST_GROUPS`]. Both counts are of one
/// moment: the caller's transaction sees no later change.
pub async fn count(tx: &mut Tx, question: &Question) -> Result<Option<Counted>, StorageError> {
    let dimension = |at: usize| question.group_by.get(at).map(|one| one.as_str());
    let two = question.group_by.len() == 2;
    let rows = grouped(tx, question, dimension(0), dimension(1)).await?;
    if rows.len() > MOST_GROUPS {
        return Ok(None);
    }
    let of = |(one, other, persons): (String, String, i64)| {
        let values = if two { vec![one, other] } else { vec![one] };
        Group { values, persons }
    };
    let all = grouped(tx, question, None, None).await?;
    let total = all.first().map_or(0, |(_, _, persons)| *persons);
    Ok(Some(Counted { groups: rows.into_iter().map(of).collect(), total }))
}

async fn grouped(
    tx: &mut Tx,
    question: &Question,
    one: Option<&str>,
    other: Option<&str>,
) -> Result<Vec<(String, String, i64)>, StorageError> {
    let filter = &question.filter;
    let units = listed(filter.unit.iter().map(Uscc::to_string));
    let statuses = listed(filter.status.iter().cloned());
    let from = filter.year.map(|years| years.from * 10_000);
    let to = filter.year.map(|years| years.to * 10_000 + 9_999);
    let most = i64::try_from(MOST_GROUPS).unwrap_or(i64::MAX).saturating_add(1);
    let fixed = (one.unwrap_or_default(), other.unwrap_or_default());
    among!(tx, COUNT, [fixed.0, fixed.1, &units, &statuses, from, to, most], question.kinds, |kind| *kind)
}

/// A list as one text in which a member is looked for between commas; `None` = anything.
fn listed(members: impl Iterator<Item = String>) -> Option<String> {
    let text: String = members.map(|one| format!(",{one}")).collect();
    (!text.is_empty()).then(|| format!("{text},"))
}

columns!(
    analysis = "id, unit, account, kinds, group_by, filter, purpose, state, at, approved_at, ended_at, reason, answer"
);

/// What stands in a group, by the dimension that a parameter names.
macro_rules! value_of {
    ($dimension:literal) => {
        concat!(
            "CASE ",
            $dimension,
            " WHEN 'kind' THEN kind WHEN 'unit' THEN unit WHEN 'status' THEN status \
            WHEN 'year' THEN CAST(valid_from / 10000 AS TEXT) WHEN 'month' THEN CAST(valid_from / 100 AS TEXT) \
            ELSE '' END"
        )
    };
}

statements! {
    INSERT = "INSERT INTO casework_analysis (id, unit, account, kinds, group_by, filter, purpose, state, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    ADD_APPROVAL = "INSERT INTO casework_analysis_approval (analysis, unit) VALUES ($1, $2)";
    HOLD = "UPDATE casework_analysis SET state = state \
        WHERE unit = (SELECT unit FROM casework_analysis WHERE id = $1)";
    FIND = concat!("SELECT ", analysis!(), " FROM casework_analysis WHERE id = $1 AND (unit = $2 OR $2 IS NULL \
        OR EXISTS (SELECT 1 FROM casework_analysis_approval p WHERE p.analysis = casework_analysis.id AND p.unit = $2))");
    LIST = concat!("SELECT ", analysis!(), " FROM casework_analysis WHERE (unit = $1 OR $1 IS NULL \
        OR id IN (SELECT analysis FROM casework_analysis_approval WHERE unit = $1)) \
        AND (state = $2 OR $2 IS NULL) AND (id < $3 OR $3 IS NULL) ORDER BY id DESC LIMIT $4");
    FOR_MANAGER = "SELECT id, at FROM casework_analysis WHERE state = 'applied' ORDER BY id LIMIT $1";
    FOR_ISSUER = "SELECT a.id, a.approved_at FROM casework_analysis_approval p \
        JOIN casework_analysis a ON a.id = p.analysis \
        WHERE p.unit = $1 AND p.at IS NULL AND a.state = 'with_issuers' ORDER BY a.id LIMIT $2";
    APPROVALS = "SELECT unit, at FROM casework_analysis_approval WHERE analysis = $1 ORDER BY unit";
    ANSWERED = concat!("SELECT ", analysis!(), " FROM casework_analysis WHERE unit = $1 AND state = 'answered' \
        AND ended_at > $2 ORDER BY id");
    APPROVE_AS_ISSUER = "UPDATE casework_analysis_approval SET account = $3, at = $4 \
        WHERE analysis = $1 AND unit = $2 AND at IS NULL";
    APPROVE_AS_MANAGER = "UPDATE casework_analysis SET state = 'with_issuers', approved_by = $2, approved_at = $3 \
        WHERE id = $1 AND state = 'applied'";
    END = "UPDATE casework_analysis SET state = $2, ended_by = $3, ended_at = $4, reason = $5, answer = $6 \
        WHERE id = $1 AND state IN ('applied', 'with_issuers')";
    // From the index on the kind, without the table; a licence that has a newer version counts by that one.
    COUNT = concat!("SELECT ", value_of!("$1"), " AS one, ", value_of!("$2"), " AS other, \
        COUNT(DISTINCT holder) AS persons FROM licence_record \
        WHERE status <> 'SUPERSEDED' AND ($3 LIKE '%,' || unit || ',%' OR $3 IS NULL) \
        AND ($4 LIKE '%,' || status || ',%' OR $4 IS NULL) AND (valid_from >= $5 OR $5 IS NULL) \
        AND (valid_from <= $6 OR $6 IS NULL) AND kind IN ($8) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $7");
}
