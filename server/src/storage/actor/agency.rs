//! Who acts for holders that are firms or wards.

use liangzheng_core::time::UnixTime;

use crate::domain::actor::agency::{Agency, AgencyLevel};
use crate::domain::ids::{AccountId, AgencyId, HolderId};
use crate::storage::sql::{all, execute, statements, value};
use crate::storage::{StorageError, Tx};

/// Makes an account an agent of a holder.
pub async fn insert(
    tx: &mut Tx,
    id: AgencyId,
    account: AccountId,
    agency: Agency,
    now: UnixTime,
) -> Result<(), StorageError> {
    execute!(tx, INSERT, id, account, agency.holder, agency.level.as_str(), now.0).map(drop)
}

/// The holders an account acts for now.
pub async fn of_account(tx: &mut Tx, account: AccountId, now: UnixTime) -> Result<Vec<Agency>, StorageError> {
    let rows: Vec<(HolderId, String)> = all!(tx, OF_ACCOUNT, account, now.0)?;
    let known = |(holder, word): (HolderId, String)| {
        Some(Agency { holder, level: word.parse::<AgencyLevel>().ok()? })
    };
    // A level this version does not know comes from a newer server; it gives no right here.
    Ok(rows.into_iter().filter_map(known).collect())
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

statements! {
    INSERT = "INSERT INTO actor_agency (id, account, holder, level, created_at) VALUES ($1, $2, $3, $4, $5)";
    OF_ACCOUNT = "SELECT holder, level FROM actor_agency \
        WHERE account = $1 AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > $2) ORDER BY id";
    NEXT_END = "SELECT MIN(ends_at) FROM actor_agency WHERE account = $1 AND ended_at IS NULL AND ends_at > $2";
}
