//! The members of a unit together: what becomes of them when the unit ends, and who of them has been away too long.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::App;
use crate::domain::actor::membership::Role;
use crate::domain::actor::roles::carried_by;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::Capacity;
use crate::domain::ids::AccountId;
use crate::service::work::Work;
use crate::storage::actor::{account, agency, membership, session};
use crate::storage::change::Change;
use crate::storage::{StorageError, Tx};

/// Tells caches that what the members of a unit may do is another now.
pub async fn unit_changed(work: &mut Work<'_>, unit: Uscc) -> Result<(), StorageError> {
    for account in membership::of_unit(&mut work.tx, unit).await? {
        work.changed(Change::Account(account)).await?;
    }
    Ok(())
}

/// Makes the members of a unit whose work moves members of another, in the same roles.
pub async fn move_members(work: &mut Work<'_>, from: Uscc, to: Uscc) -> Result<(), StorageError> {
    for account in membership::of_unit(&mut work.tx, from).await? {
        membership::move_to(&mut work.tx, account, to).await?;
        work.changed(Change::Account(account)).await?;
    }
    Ok(())
}

/// Whether a member of a unit works by a role that this capacity carries.
pub async fn any_with_role_of(
    tx: &mut Tx,
    unit: Uscc,
    capacity: Capacity,
    now: UnixTime,
) -> Result<bool, StorageError> {
    for role in Role::ALL.iter().filter(|role| carried_by(**role) == Some(capacity)) {
        if membership::count_with_role(tx, unit, *role, now).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Disables members who have not logged in for ninety days; whether there may be more of them.
///
/// The last manager who can let others in again stays.
pub async fn disable_dormant(app: &App) -> Result<bool, StorageError> {
    let mut work = Work::of_server(app).await?;
    let away = membership::dormant(&mut work.tx, work.now.minus(DORMANT_AFTER), AT_ONCE).await?;
    let (found, mut disabled) = (away.len(), 0_usize);
    for account in away {
        account::hold(&mut work.tx, account).await?;
        let Some(member) = membership::member(&mut work.tx, account).await? else { continue };
        let held = membership::held_roles(&mut work.tx, account, work.now).await?;
        if held.iter().any(|held| held.role == Role::Manager)
            && membership::count_with_role(&mut work.tx, member.unit, Role::Manager, work.now).await? <= 1
        {
            // Looked at again once somebody else can do his work.
            membership::seen(&mut work.tx, account, work.now).await?;
            tracing::warn!(%account, "the only manager has not logged in for ninety days");
            continue;
        }
        shut(&mut work, account).await?;
        work.audit("disable dormant member", &account.to_string(), None).await?;
        disabled += 1;
    }
    work.finish().await?;
    Ok(disabled > 0 && i64::try_from(found).is_ok_and(|found| found >= AT_ONCE))
}

/// Disables a membership, and the account with it if it is nothing else: who is a holder or an agent keeps his way in.
pub(super) async fn shut(work: &mut Work<'_>, id: AccountId) -> Result<(), StorageError> {
    let now = work.now;
    membership::set_disabled(&mut work.tx, id, true, now).await?;
    let row = account::find(&mut work.tx, id).await?;
    let agencies = agency::of_account(&mut work.tx, id, now).await?;
    if row.is_some_and(|row| row.holder.is_none()) && agencies.is_empty() {
        return disable(work, id).await;
    }
    work.changed(Change::Account(id)).await.map(drop)
}

/// Disables an account, whose sessions end for good: they do not come back when it is let in again.
pub(super) async fn disable(work: &mut Work<'_>, id: AccountId) -> Result<(), StorageError> {
    let now = work.now;
    account::disable(&mut work.tx, id, now).await?;
    session::end_all_of(&mut work.tx, id, now).await?;
    work.changed(Change::Account(id)).await.map(drop)
}

/// Lets a member work again.
pub(super) async fn open(work: &mut Work<'_>, id: AccountId) -> Result<(), StorageError> {
    let now = work.now;
    membership::set_disabled(&mut work.tx, id, false, now).await?;
    account::enable(&mut work.tx, id).await?;
    work.changed(Change::Account(id)).await.map(drop)
}

/// A member who has not logged in for so long is disabled (docs/REQUIREMENTS.md D).
const DORMANT_AFTER: Seconds = Seconds(90 * 86_400);
const AT_ONCE: i64 = 100;
