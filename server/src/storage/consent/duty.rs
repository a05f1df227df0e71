//! Duty applications, and the standing consents that come of them.

use liangzheng_core::time::UnixTime;

use crate::domain::access::Scope;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::consent::duty::{DutyAct, DutyState, StandingConsent};
use crate::domain::ids::{AccountId, DutyApplicationId};
use crate::storage::sql::{all, columns, execute, one, statements, values};
use crate::storage::{StorageError, Tx};

/// An application as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DutyRow {
    /// Its id.
    pub id: DutyApplicationId,
    /// Who applied.
    pub unit: Uscc,
    /// Whose licences it needs.
    pub issuer: Uscc,
    /// Of which kind.
    pub kind: KindCode,
    /// Code of what for.
    pub purpose: String,
    /// The same in words, sealed for [`place_of_need`].
    pub need: Vec<u8>,
    /// As [`DutyState::as_str`].
    pub state: String,
    /// Who applied.
    pub account: AccountId,
    /// When.
    pub at: i64,
    /// When it was granted or refused.
    pub decided_at: Option<i64>,
    /// When it was ended or withdrawn.
    pub ended_at: Option<i64>,
    /// Why the last act was done, sealed for [`place_of_reason`].
    pub reason: Option<Vec<u8>>,
}

impl DutyRow {
    /// Where it stands.
    pub fn state(&self) -> Result<DutyState, StorageError> {
        self.state.parse().map_err(|_| StorageError::Inconsistent {
            table: "consent_duty",
            column: "state",
            row: self.id.to_string(),
        })
    }
}

/// For what the need of an application is sealed.
pub fn place_of_need(id: DutyApplicationId) -> String {
    format!("duty.need/{id}")
}

/// For what the reason of its last act is.
pub fn place_of_reason(id: DutyApplicationId) -> String {
    format!("duty.reason/{id}")
}

/// Adds an application; false if there is one that waits or was granted for the same.
pub async fn insert(tx: &mut Tx, row: &DutyRow) -> Result<bool, StorageError> {
    let inserted = execute!(
        tx,
        INSERT,
        row.id,
        row.unit,
        row.issuer,
        row.kind,
        &row.purpose,
        &row.need,
        &row.state,
        row.account,
        row.at
    )?;
    Ok(inserted == 1)
}

/// One of the unit that applied or of the issuer within `scope`, held until the transaction ends.
pub async fn find_and_hold(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: DutyApplicationId,
) -> Result<Option<DutyRow>, StorageError> {
    execute!(tx, HOLD, id)?;
    find(tx, scope, id).await
}

/// The same, not held.
pub async fn find(
    tx: &mut Tx,
    scope: impl Into<Scope>,
    id: DutyApplicationId,
) -> Result<Option<DutyRow>, StorageError> {
    let Some((None, unit)) = scope.into().holder_and_unit() else { return Ok(None) };
    one!(tx, FIND, id, unit)
}

/// Which applications a list has.
#[derive(Clone, Copy, Debug)]
pub struct Listing {
    /// Of this unit.
    pub applied_by: Option<Uscc>,
    /// To this issuer.
    pub issuer: Option<Uscc>,
    /// In this state only.
    pub state: Option<DutyState>,
    /// Older than this one.
    pub before: Option<DutyApplicationId>,
    /// How many at most.
    pub limit: i64,
}

/// Applications, newest first.
pub async fn list(tx: &mut Tx, listing: Listing) -> Result<Vec<DutyRow>, StorageError> {
    let Listing { applied_by, issuer, state, before, limit } = listing;
    all!(tx, LIST, applied_by, issuer, state.map(DutyState::as_str), before, limit)
}

/// Does an act on one that stands in `from`; false if it does not any more.
#[expect(clippy::too_many_arguments, reason = "all that an act writes")]
pub async fn act(
    tx: &mut Tx,
    id: DutyApplicationId,
    from: DutyState,
    act: DutyAct,
    to: DutyState,
    by: AccountId,
    reason: Option<&[u8]>,
    now: UnixTime,
) -> Result<bool, StorageError> {
    let (id, from, to) = (id, from.as_str(), to.as_str());
    let changed = match act {
        DutyAct::Grant | DutyAct::Refuse => execute!(tx, DECIDE, id, from, to, by, reason, now.0),
        DutyAct::End | DutyAct::Withdraw => execute!(tx, END, id, from, to, by, reason, now.0),
    }?;
    Ok(changed == 1)
}

/// Standing consents to a unit for licences of a kind.
pub async fn standing(tx: &mut Tx, unit: Uscc, kind: KindCode) -> Result<Vec<StandingConsent>, StorageError> {
    let rows: Vec<(Uscc, String)> = all!(tx, STANDING, unit, kind)?;
    Ok(rows.into_iter().map(|(issuer, purpose)| StandingConsent { issuer, unit, kind, purpose }).collect())
}

/// The same of what `from` consented to as the issuer of one kind, which another takes over.
pub async fn move_issuer_of(
    tx: &mut Tx,
    from: Uscc,
    kind: KindCode,
    to: Uscc,
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, DROP_OF_KIND, from, to, kind, now.0)?;
    execute!(tx, MOVE_OF_KIND, from, to, kind).map(drop)
}

/// Puts `to` in the place of `from`, as who applied and as issuer; what there would then be twice is withdrawn.
pub async fn move_unit(tx: &mut Tx, from: Uscc, to: Uscc, now: UnixTime) -> Result<(), StorageError> {
    let twice: Vec<DutyApplicationId> = values!(tx, TWICE, from, to)?;
    for id in twice {
        execute!(tx, DROP_ONE, id, now.0)?;
    }
    execute!(tx, MOVE_APPLIED, from, to)?;
    execute!(tx, MOVE_ISSUER, from, to).map(drop)
}

columns!(duty = "id, unit, issuer, kind, purpose, need, state, account, at, decided_at, ended_at, reason");

statements! {
    INSERT = "INSERT INTO consent_duty (id, unit, issuer, kind, purpose, need, state, account, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    HOLD = "UPDATE consent_duty SET state = state WHERE id = $1";
    FIND = concat!("SELECT ", duty!(), " FROM consent_duty WHERE id = $1 \
        AND (unit = $2 OR issuer = $2 OR $2 IS NULL)");
    LIST = concat!("SELECT ", duty!(), " FROM consent_duty WHERE (unit = $1 OR $1 IS NULL) \
        AND (issuer = $2 OR $2 IS NULL) AND (state = $3 OR $3 IS NULL) AND (id < $4 OR $4 IS NULL) \
        ORDER BY id DESC LIMIT $5");
    DECIDE = "UPDATE consent_duty SET state = $3, decided_by = $4, reason = $5, decided_at = $6 \
        WHERE id = $1 AND state = $2";
    END = "UPDATE consent_duty SET state = $3, ended_by = $4, reason = $5, ended_at = $6 \
        WHERE id = $1 AND state = $2";
    STANDING = "SELECT issuer, purpose FROM consent_duty WHERE unit = $1 AND kind = $2 AND state = 'granted' ORDER BY id";
    TWICE = "SELECT d.id FROM consent_duty d WHERE d.state IN ('applied', 'granted') AND (d.unit = $1 OR d.issuer = $1) \
        AND EXISTS (SELECT 1 FROM consent_duty o WHERE o.state IN ('applied', 'granted') AND o.id <> d.id \
        AND o.kind = d.kind AND o.purpose = d.purpose \
        AND o.unit = (CASE WHEN d.unit = $1 THEN $2 ELSE d.unit END) \
        AND o.issuer = (CASE WHEN d.issuer = $1 THEN $2 ELSE d.issuer END))";
    DROP_ONE = "UPDATE consent_duty SET state = 'withdrawn', ended_at = $2 WHERE id = $1";
    DROP_OF_KIND = "UPDATE consent_duty SET state = 'withdrawn', ended_at = $4 WHERE issuer = $1 AND kind = $3 \
        AND state IN ('applied', 'granted') AND EXISTS (SELECT 1 FROM consent_duty o WHERE o.issuer = $2 \
        AND o.state IN ('applied', 'granted') AND o.kind = consent_duty.kind AND o.unit = consent_duty.unit \
        AND o.purpose = consent_duty.purpose)";
    MOVE_OF_KIND = "UPDATE consent_duty SET issuer = $2 WHERE issuer = $1 AND kind = $3";
    MOVE_APPLIED = "UPDATE consent_duty SET unit = $2 WHERE unit = $1";
    MOVE_ISSUER = "UPDATE consent_duty SET issuer = $2 WHERE issuer = $1";
}
