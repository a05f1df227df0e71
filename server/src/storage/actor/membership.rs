//! Who works for which unit, and in which roles.

use liangzheng_core::time::UnixTime;

use crate::domain::actor::membership::{Membership, Role};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::storage::sql::{execute, one_value, statements, value, values};
use crate::storage::{StorageError, Tx};

/// Makes an account a member of a unit; false if it is one already.
pub async fn insert(
    tx: &mut Tx,
    account: AccountId,
    unit: Uscc,
    now: UnixTime,
) -> Result<bool, StorageError> {
    Ok(execute!(tx, INSERT, account, unit, now.0)? == 1)
}

/// Gives a member a role, until `ends_at` if it ends by itself.
pub async fn give_role(
    tx: &mut Tx,
    account: AccountId,
    role: Role,
    ends_at: Option<UnixTime>,
) -> Result<(), StorageError> {
    execute!(tx, GIVE_ROLE, account, role.as_str(), ends_at.map(|end| end.0)).map(drop)
}

/// An account's membership with the roles that have not ended.
pub async fn of_account(
    tx: &mut Tx,
    account: AccountId,
    now: UnixTime,
) -> Result<Option<Membership>, StorageError> {
    let unit: Option<Uscc> = one_value!(tx, UNIT, account)?;
    let Some(unit) = unit else { return Ok(None) };
    let words: Vec<String> = values!(tx, ROLES, account, now.0)?;
    // A role this version does not know comes from a newer server; it gives no right here.
    let roles = words.iter().filter_map(|word| word.parse().ok()).collect();
    Ok(Some(Membership { unit, roles }))
}

/// When the next of an account's roles ends by itself.
pub async fn next_end(
    tx: &mut Tx,
    account: AccountId,
    now: UnixTime,
) -> Result<Option<UnixTime>, StorageError> {
    let end: Option<i64> = value!(tx, NEXT_END, account, now.0)?;
    Ok(end.map(UnixTime))
}

statements! {
    INSERT = "INSERT INTO actor_membership (account, unit, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    GIVE_ROLE = "INSERT INTO actor_membership_role (account, role, ends_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account, role) DO UPDATE SET ends_at = excluded.ends_at";
    UNIT = "SELECT unit FROM actor_membership WHERE account = $1";
    ROLES = "SELECT role FROM actor_membership_role WHERE account = $1 AND (ends_at IS NULL OR ends_at > $2) \
        ORDER BY role";
    NEXT_END = "SELECT MIN(ends_at) FROM actor_membership_role WHERE account = $1 AND ends_at > $2";
}
