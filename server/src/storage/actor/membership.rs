//! Who works for which unit, and in which roles.

use liangzheng_core::time::UnixTime;

use crate::domain::actor::membership::{Membership, Role};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::storage::sql::{all, columns, execute, one, one_value, statements, value, values};
use crate::storage::{StorageError, Tx};

/// A membership as stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MemberRow {
    /// The account.
    pub account: AccountId,
    /// The unit.
    pub unit: Uscc,
    /// Rises with every change.
    pub changes: i64,
    /// Last login, or since when it works again.
    pub seen_at: i64,
    /// No role of it counts from this time on.
    pub disabled_at: Option<i64>,
}

/// A role that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// When it ends by itself.
    pub ends_at: Option<UnixTime>,
}

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

/// Takes a role from a member.
pub async fn take_role(tx: &mut Tx, account: AccountId, role: Role) -> Result<(), StorageError> {
    execute!(tx, TAKE_ROLE, account, role.as_str()).map(drop)
}

/// An account's membership with the roles that count now: none while it is disabled or its unit does not work.
pub async fn of_account(
    tx: &mut Tx,
    account: AccountId,
    now: UnixTime,
) -> Result<Option<Membership>, StorageError> {
    let unit: Option<Uscc> = one_value!(tx, UNIT, account)?;
    let Some(unit) = unit else { return Ok(None) };
    let roles = held_roles(tx, account, now).await?.into_iter().map(|held| held.role).collect();
    Ok(Some(Membership { unit, roles }))
}

/// A person's membership whether it counts or not; a registered client is no member of anything.
pub async fn member(tx: &mut Tx, account: AccountId) -> Result<Option<MemberRow>, StorageError> {
    one!(tx, MEMBER, account)
}

/// The roles of a member that have not ended.
pub async fn held_roles(
    tx: &mut Tx,
    account: AccountId,
    now: UnixTime,
) -> Result<Vec<HeldRole>, StorageError> {
    let rows: Vec<(String, Option<i64>)> = all!(tx, ROLES, account, now.0)?;
    // A role this version does not know comes from a newer server; it gives no right here.
    let held = |(word, ends_at): (String, Option<i64>)| {
        Some(HeldRole { role: word.parse().ok()?, ends_at: ends_at.map(UnixTime) })
    };
    Ok(rows.into_iter().filter_map(held).collect())
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

/// The accounts that work for a unit, those of registered clients among them.
pub async fn of_unit(tx: &mut Tx, unit: Uscc) -> Result<Vec<AccountId>, StorageError> {
    values!(tx, OF_UNIT, unit)
}

/// A member's account in a list.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedMember {
    /// The account.
    pub account: AccountId,
    /// What its owner types.
    pub login: String,
    /// Its name, as [`super::account::seal_name`] makes it.
    pub name: Vec<u8>,
    /// Rises with every change.
    pub changes: i64,
    /// Last login, or since when it works again.
    pub seen_at: i64,
    /// Whether the membership or the account is disabled.
    pub is_disabled: i64,
    /// Whether the first password has not been changed yet.
    pub must_change_password: i64,
}

/// The people who are members of a unit, after `after` in the order of their accounts' ids.
pub async fn people_of_unit(
    tx: &mut Tx,
    unit: Uscc,
    after: &str,
    limit: i64,
) -> Result<Vec<ListedMember>, StorageError> {
    all!(tx, PEOPLE_OF_UNIT, unit, after, limit)
}

/// The roles that have not ended of the accounts that work for a unit, after `after` and up to `to` in the order of ids.
pub async fn roles_of_unit(
    tx: &mut Tx,
    unit: Uscc,
    after: &str,
    to: AccountId,
    now: UnixTime,
) -> Result<Vec<(AccountId, HeldRole)>, StorageError> {
    let rows: Vec<(AccountId, String, Option<i64>)> = all!(tx, ROLES_OF_UNIT, unit, after, to, now.0)?;
    let held = |(account, word, ends_at): (AccountId, String, Option<i64>)| {
        Some((account, HeldRole { role: word.parse().ok()?, ends_at: ends_at.map(UnixTime) }))
    };
    Ok(rows.into_iter().filter_map(held).collect())
}

/// How many members of a unit have a role that counts at `now`.
pub async fn count_with_role(
    tx: &mut Tx,
    unit: Uscc,
    role: Role,
    now: UnixTime,
) -> Result<i64, StorageError> {
    value!(tx, COUNT_WITH_ROLE, unit, role.as_str(), now.0)
}

/// Notes that a membership is another now, if it still has `changes`.
pub async fn advance(tx: &mut Tx, account: AccountId, changes: i64) -> Result<bool, StorageError> {
    Ok(execute!(tx, ADVANCE, account, changes)? == 1)
}

/// Notes a login.
pub async fn seen(tx: &mut Tx, account: AccountId, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, SEEN, account, now.0).map(drop)
}

/// Disables a membership, or lets it work again.
pub async fn set_disabled(
    tx: &mut Tx,
    account: AccountId,
    is_disabled: bool,
    now: UnixTime,
) -> Result<(), StorageError> {
    if is_disabled {
        execute!(tx, DISABLE, account, now.0).map(drop)
    } else {
        execute!(tx, ENABLE, account, now.0).map(drop)
    }
}

/// Members who have not logged in since `before`.
pub async fn dormant(tx: &mut Tx, before: UnixTime, limit: i64) -> Result<Vec<AccountId>, StorageError> {
    values!(tx, DORMANT, before.0, limit)
}

/// Moves a member to another unit.
pub async fn move_to(tx: &mut Tx, account: AccountId, unit: Uscc) -> Result<(), StorageError> {
    execute!(tx, MOVE, account, unit).map(drop)
}

columns!(member = "account, unit, changes, seen_at, disabled_at");

statements! {
    INSERT = "INSERT INTO actor_membership (account, unit, seen_at, created_at) VALUES ($1, $2, $3, $3) \
        ON CONFLICT DO NOTHING";
    GIVE_ROLE = "INSERT INTO actor_membership_role (account, role, ends_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account, role) DO UPDATE SET ends_at = excluded.ends_at";
    TAKE_ROLE = "DELETE FROM actor_membership_role WHERE account = $1 AND role = $2";
    UNIT = "SELECT m.unit FROM actor_membership m JOIN catalogue_unit u ON u.id = m.unit \
        WHERE m.account = $1 AND m.disabled_at IS NULL AND u.state = 'active'";
    MEMBER = concat!("SELECT ", member!(), " FROM actor_membership WHERE account = $1 \
        AND NOT EXISTS (SELECT 1 FROM actor_client c WHERE c.account = actor_membership.account)");
    ROLES = "SELECT role, ends_at FROM actor_membership_role \
        WHERE account = $1 AND (ends_at IS NULL OR ends_at > $2) ORDER BY role";
    NEXT_END = "SELECT MIN(ends_at) FROM actor_membership_role WHERE account = $1 AND ends_at > $2";
    OF_UNIT = "SELECT account FROM actor_membership WHERE unit = $1 ORDER BY account";
    PEOPLE_OF_UNIT = "SELECT m.account, a.login, a.name, m.changes, m.seen_at, \
        CAST(CASE WHEN m.disabled_at IS NULL AND a.disabled_at IS NULL THEN 0 ELSE 1 END AS BIGINT) AS is_disabled, \
        CAST(CASE WHEN a.first_password_until IS NULL THEN 0 ELSE 1 END AS BIGINT) AS must_change_password \
        FROM actor_membership m JOIN actor_account a ON a.id = m.account WHERE m.unit = $1 AND m.account > $2 \
        AND NOT EXISTS (SELECT 1 FROM actor_client c WHERE c.account = m.account) ORDER BY m.account LIMIT $3";
    ROLES_OF_UNIT = "SELECT r.account, r.role, r.ends_at FROM actor_membership_role r \
        JOIN actor_membership m ON m.account = r.account \
        WHERE m.unit = $1 AND r.account > $2 AND r.account <= $3 AND (r.ends_at IS NULL OR r.ends_at > $4) \
        ORDER BY r.account, r.role";
    COUNT_WITH_ROLE = "SELECT COUNT(*) FROM actor_membership m \
        JOIN actor_membership_role r ON r.account = m.account JOIN actor_account a ON a.id = m.account \
        WHERE m.unit = $1 AND r.role = $2 AND (r.ends_at IS NULL OR r.ends_at > $3) \
        AND m.disabled_at IS NULL AND a.disabled_at IS NULL";
    ADVANCE = "UPDATE actor_membership SET changes = changes + 1 WHERE account = $1 AND changes = $2";
    SEEN = "UPDATE actor_membership SET seen_at = $2 WHERE account = $1";
    DISABLE = "UPDATE actor_membership SET disabled_at = $2 WHERE account = $1 AND disabled_at IS NULL";
    ENABLE = "UPDATE actor_membership SET disabled_at = NULL, seen_at = $2 WHERE account = $1";
    DORMANT = "SELECT account FROM actor_membership WHERE disabled_at IS NULL AND seen_at < $1 \
        AND NOT EXISTS (SELECT 1 FROM actor_client c WHERE c.account = actor_membership.account) \
        ORDER BY seen_at LIMIT $2";
    MOVE = "UPDATE actor_membership SET unit = $2, changes = changes + 1 WHERE account = $1";
}
