//! Who acts for holders that are firms or wards.

use liangzheng_core::time::UnixTime;

use crate::domain::actor::agency::{Agency, AgencyAct};
use crate::domain::ids::{AccountId, AgencyId, HolderId};
use crate::storage::sql::{all, columns, execute, one, statements, value};
use crate::storage::{StorageError, Tx};

/// An agency as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AgencyRow {
    /// Its id.
    pub id: AgencyId,
    /// Who acts.
    pub account: AccountId,
    /// For whom.
    pub holder: HolderId,
    /// A word of [`crate::domain::actor::agency::AgencyLevel`].
    pub level: String,
    /// JSON, words of [`AgencyAct`]; all if empty.
    pub acts: String,
    /// Who named the agent.
    pub given_by: Option<AgencyId>,
    /// When it ends by itself.
    pub ends_at: Option<i64>,
}

impl AgencyRow {
    /// As the domain has it; `None` for a level that this version does not know: it comes from a newer server, and gives no
    /// right here. So does an act.
    pub fn agency(&self) -> Option<Agency> {
        let words: Vec<String> = serde_json::from_str(&self.acts).ok()?;
        let acts: Vec<AgencyAct> = words.iter().filter_map(|word| word.parse().ok()).collect();
        // Of acts none of which is known, nothing is left: not all.
        if acts.is_empty() && !words.is_empty() {
            return None;
        }
        let level = self.level.parse().ok()?;
        Some(Agency { id: self.id, holder: self.holder, level, acts, ends_at: self.ends_at.map(UnixTime) })
    }
}

/// Makes an account an agent of a holder, named by `given_by`.
pub async fn insert(
    tx: &mut Tx,
    account: AccountId,
    agency: &Agency,
    given_by: Option<AgencyId>,
    now: UnixTime,
) -> Result<(), StorageError> {
    let Agency { id, holder, level, acts, ends_at } = agency;
    let words: Vec<&str> = acts.iter().map(|act| act.as_str()).collect();
    let acts = serde_json::to_string(&words).map_err(|_| StorageError::Inconsistent {
        table: "actor_agency",
        column: "acts",
        row: id.to_string(),
    })?;
    let ends_at = ends_at.map(|end| end.0);
    execute!(tx, INSERT, id, account, holder, level.as_str(), &acts, given_by, ends_at, now.0).map(drop)
}

/// The holders an account acts for now.
pub async fn of_account(tx: &mut Tx, account: AccountId, now: UnixTime) -> Result<Vec<Agency>, StorageError> {
    let rows: Vec<AgencyRow> = all!(tx, OF_ACCOUNT, account, now.0)?;
    Ok(rows.iter().filter_map(AgencyRow::agency).collect())
}

/// Who acts for a holder now, in the order they were named.
pub async fn of_holder(tx: &mut Tx, holder: HolderId, now: UnixTime) -> Result<Vec<AgencyRow>, StorageError> {
    all!(tx, OF_HOLDER, holder, now.0)
}

/// An agency that has not ended.
pub async fn find(tx: &mut Tx, id: AgencyId, now: UnixTime) -> Result<Option<AgencyRow>, StorageError> {
    one!(tx, FIND, id, now.0)
}

/// Those that an agent named, and that have not been ended.
pub async fn given_by(tx: &mut Tx, id: AgencyId) -> Result<Vec<AgencyRow>, StorageError> {
    all!(tx, GIVEN_BY, id)
}

/// Ends an agency; false if it had been ended.
pub async fn end(tx: &mut Tx, id: AgencyId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, END, id, now.0)? == 1)
}

/// When the next of an account's agencies ends by itself.
pub async fn next_end(
    tx: &mut Tx,
    account: AccountId,
    now: UnixTime,
) -> Result<Option<UnixTime>, StorageError> {
    let end: Option<i64> = value!(tx, NEXT_END, account, now.0)?;
    Ok(end.map(UnixTime))
}

columns!(agency = "id, account, holder, level, acts, given_by, ends_at");

statements! {
    INSERT = "INSERT INTO actor_agency (id, account, holder, level, acts, given_by, ends_at, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    OF_ACCOUNT = concat!("SELECT ", agency!(), " FROM actor_agency \
        WHERE account = $1 AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > $2) ORDER BY id");
    OF_HOLDER = concat!("SELECT ", agency!(), " FROM actor_agency \
        WHERE holder = $1 AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > $2) ORDER BY created_at, id");
    FIND = concat!("SELECT ", agency!(), " FROM actor_agency \
        WHERE id = $1 AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > $2)");
    GIVEN_BY = concat!("SELECT ", agency!(), " FROM actor_agency WHERE given_by = $1 AND ended_at IS NULL");
    END = "UPDATE actor_agency SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    NEXT_END = "SELECT MIN(ends_at) FROM actor_agency WHERE account = $1 AND ended_at IS NULL AND ends_at > $2";
}
