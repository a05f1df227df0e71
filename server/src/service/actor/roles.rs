//! Giving and taking roles, and letting members work or not.
//!
//! Decided under the lock of the unit's row: who may give what, and how many managers there are, is one decision at a time.

use liangzheng_core::time::{Day, UnixTime};

use super::accounts::{self, Account, AccountError, MemberState, RoleWish};
use super::{members, person};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::proposal::ProposalSort;
use crate::domain::access::{ManageAccounts, Permit};
use crate::domain::actor::membership::Role;
use crate::domain::actor::roles::{Giver, Giving as How, NotGiven, end_of};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::Unit;
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, ProposalId};
use crate::domain::text::PlainText;
use crate::service::access::proposals::{self, Asked};
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::actor::account;
use crate::storage::actor::membership::{self, HeldRole};
use crate::storage::catalogue::unit;
use crate::storage::change::Change;

/// What of a member's account is to be something else; `None` = as it is.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// All of the roles.
    pub roles: Option<Vec<RoleWish>>,
    /// Whether the member works.
    pub state: Option<MemberState>,
    /// Why.
    pub reason: Option<PlainText>,
}

/// Somebody who gives roles in a unit, as he stands in this transaction.
pub(super) struct Giving {
    account: AccountId,
    roles: Vec<Role>,
    unit: Uscc,
    to: Unit,
}

impl Giving {
    /// The caller, who may have lost a role since he was let in.
    pub(super) async fn of(
        work: &mut Work<'_>,
        permit: &Permit<ManageAccounts>,
        to: &Unit,
    ) -> Result<Self, AccountError> {
        let now = work.now;
        let own = membership::of_account(&mut work.tx, permit.account(), now).await?;
        let own = own.ok_or(AccountError::NotFound)?;
        Ok(Self { account: permit.account(), roles: own.roles, unit: own.unit, to: to.clone() })
    }

    fn how(&self, role: Role) -> Result<How, AccountError> {
        let giver =
            Giver { roles: &self.roles, unit: self.unit, to: self.to.id, capacities: &self.to.capacities };
        giver.gives(role).map_err(|why| AccountError::NotGiven { role, why })
    }

    /// Whether all of these may be given.
    pub(super) fn may_give(&self, wishes: &[RoleWish]) -> Result<(), AccountError> {
        wishes.iter().try_for_each(|wish| self.how(wish.role).map(drop))
    }

    /// Gives roles; what takes two is proposed, and the proposals named.
    pub(super) async fn give(
        &self,
        app: &App,
        work: &mut Work<'_>,
        id: AccountId,
        wishes: &[RoleWish],
    ) -> Result<Vec<ProposalId>, AccountError> {
        let mut proposed = Vec::new();
        for wish in wishes {
            if self.takes_two(work, wish.role).await? {
                let until = wish.until.map(|day| day.to_text());
                let grant = RoleGrant { role: wish.role, is_given: true, until };
                proposed.push(self.propose(app, work, id, &grant).await?);
                continue;
            }
            if self.how(wish.role)? == How::ByTwo {
                work.audit("give role as the only manager", &id.to_string(), None).await?;
            }
            let ends_at = wish.until.and_then(end_of);
            membership::give_role(&mut work.tx, id, wish.role, ends_at).await?;
        }
        Ok(proposed)
    }

    /// Takes a role; what takes two is proposed, and the proposal named.
    async fn take(
        &self,
        app: &App,
        work: &mut Work<'_>,
        id: AccountId,
        role: Role,
    ) -> Result<Option<ProposalId>, AccountError> {
        if self.takes_two(work, role).await? {
            let grant = RoleGrant { role, is_given: false, until: None };
            return Ok(Some(self.propose(app, work, id, &grant).await?));
        }
        membership::take_role(&mut work.tx, id, role).await?;
        Ok(None)
    }

    async fn propose(
        &self,
        app: &App,
        work: &mut Work<'_>,
        id: AccountId,
        grant: &RoleGrant,
    ) -> Result<ProposalId, AccountError> {
        let member = membership::member(&mut work.tx, id).await?.ok_or(AccountError::NotFound)?;
        let asked = Asked {
            sort: ProposalSort::RoleGrant,
            object: &id.to_string(),
            version: member.changes,
            act: &grant.act(),
            unit: self.to.id,
            body: grant,
        };
        Ok(proposals::propose(app, work, self.account, &asked).await?)
    }

    /// Whether anything of it is done without a second person.
    async fn changes_at_once(&self, work: &mut Work<'_>, roles: &Difference) -> Result<bool, AccountError> {
        for role in roles.roles() {
            if !self.takes_two(work, role).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a second manager has to agree: what takes two is done by one only while there is no second.
    async fn takes_two(&self, work: &mut Work<'_>, role: Role) -> Result<bool, AccountError> {
        if self.how(role)? == How::AtOnce {
            return Ok(false);
        }
        let now = work.now;
        Ok(membership::count_with_role(&mut work.tx, self.to.id, Role::Manager, now).await? > 1)
    }

    /// Whether the caller lets this member work or not: who gives all of his roles, and the manager in any unit but his
    /// own.
    async fn may_disable(&self, work: &mut Work<'_>, held: &[HeldRole]) -> Result<(), AccountError> {
        if self.roles.contains(&Role::Manager) && self.unit != self.to.id {
            return Ok(());
        }
        for held in held {
            if self.takes_two(work, held.role).await? {
                return Err(AccountError::ByTwo);
            }
        }
        Ok(())
    }
}

/// A role given or taken, as it is proposed to another manager.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::service) struct RoleGrant {
    role: Role,
    /// Given, or else taken.
    is_given: bool,
    /// Its last day, `YYYYMMDD`.
    until: Option<String>,
}

impl RoleGrant {
    /// As the proposal names it: `give manager`.
    fn act(&self) -> String {
        format!("{} {}", if self.is_given { "give" } else { "take" }, self.role)
    }
}

/// Gives or takes the role that one manager proposed and another, `confirmer`, agrees to.
pub(in crate::service) async fn carry_out(
    app: &App,
    work: &mut Work<'_>,
    id: AccountId,
    grant: RoleGrant,
    confirmer: AccountId,
) -> Result<Account, AccountError> {
    if person::is_same(&mut work.tx, confirmer, id).await? {
        return Err(AccountError::Own);
    }
    let member = membership::member(&mut work.tx, id).await?.ok_or(AccountError::NotFound)?;
    if grant.is_given {
        let until = grant.until.as_deref().and_then(Day::parse);
        membership::give_role(&mut work.tx, id, grant.role, until.and_then(end_of)).await?;
    } else {
        membership::take_role(&mut work.tx, id, grant.role).await?;
    }
    if !membership::advance(&mut work.tx, id, member.changes).await? {
        return Err(StorageError::Conflict.into());
    }
    work.changed(Change::Account(id)).await?;
    let action = if grant.is_given { "give role" } else { "take role" };
    work.audit(action, &id.to_string(), None).await?;
    accounts::told(app, &mut work.tx, id, work.now).await?.ok_or(AccountError::NotFound)
}

/// Changes the roles of a member, or whether he works.
pub async fn change(
    app: &App,
    permit: &Permit<ManageAccounts>,
    id: AccountId,
    change: AccountChange,
    if_tag: Option<Vec<i64>>,
) -> Result<Account, AccountError> {
    let mut work = Work::begin(app, permit).await?;
    let member = membership::member(&mut work.tx, id).await?.ok_or(AccountError::NotFound)?;
    if accounts::is_outside(permit.scope(), member.unit) {
        return Err(AccountError::NotFound);
    }
    if person::is_same(&mut work.tx, id, permit.account()).await? {
        return Err(AccountError::Own);
    }
    let kept = unit::find_kept_and_hold(&mut work.tx, &app.secrets, member.unit).await?;
    let kept = kept.ok_or(AccountError::NotFound)?;
    accounts::refuse_unit(kept.unit.state)?;
    account::hold(&mut work.tx, id).await?;
    // Again, now that nobody else changes it.
    let now_member = membership::member(&mut work.tx, id).await?;
    let member = now_member.filter(|now| now.unit == member.unit).ok_or(StorageError::Conflict)?;
    if if_tag.is_some_and(|tags| !tags.contains(&member.changes)) {
        return Err(AccountError::Stale { now: member.changes });
    }
    let giver = Giving::of(&mut work, permit, &kept.unit).await?;
    let held = membership::held_roles(&mut work.tx, id, work.now).await?;
    let roles = match &change.roles {
        Some(wishes) => {
            wish_faults(wishes, work.now).none().map_err(AccountError::Faults)?;
            Difference::between(&held, wishes)
        }
        None => Difference::default(),
    };
    giver.may_give(&roles.given)?;
    // First: what is proposed stands on the account as this leaves it. Proposing alone changes nothing, so that the same
    // asked again is the same proposal.
    if change.state.is_some() || giver.changes_at_once(&mut work, &roles).await? {
        if !membership::advance(&mut work.tx, id, member.changes).await? {
            return Err(StorageError::Conflict.into());
        }
        work.changed(Change::Account(id)).await?;
    }
    let mut proposals = Vec::new();
    for role in &roles.taken {
        proposals.extend(giver.take(app, &mut work, id, *role).await?);
    }
    proposals.extend(giver.give(app, &mut work, id, &roles.given).await?);
    if change.roles.is_some() {
        work.audit("set roles", &id.to_string(), None).await?;
    }
    if let Some(state) = change.state {
        giver.may_disable(&mut work, &held).await?;
        match state {
            MemberState::Active => members::open(&mut work, id).await?,
            MemberState::Disabled => members::shut(&mut work, id).await?,
        }
        let action = if state == MemberState::Active { "enable member" } else { "disable member" };
        work.audit(action, &id.to_string(), change.reason.as_ref().map(PlainText::as_str)).await?;
    }
    let account = accounts::told(app, &mut work.tx, id, work.now).await?.ok_or(AccountError::NotFound)?;
    work.finish().await?;
    Ok(Account { proposal: proposals.first().copied(), proposals, ..account })
}

/// What is to be given and taken so that a member has the roles that were asked for. What stays as it is need not be the
/// caller's to give.
#[derive(Debug, Default)]
struct Difference {
    given: Vec<RoleWish>,
    taken: Vec<Role>,
}

impl Difference {
    fn between(held: &[HeldRole], wishes: &[RoleWish]) -> Self {
        let is_held = |wish: &RoleWish| {
            held.iter().any(|held| held.role == wish.role && held.ends_at == wish.until.and_then(end_of))
        };
        let is_wanted = |held: &HeldRole| wishes.iter().any(|wish| wish.role == held.role);
        Self {
            given: wishes.iter().copied().filter(|wish| !is_held(wish)).collect(),
            taken: held.iter().filter(|held| !is_wanted(held)).map(|held| held.role).collect(),
        }
    }

    fn roles(&self) -> impl Iterator<Item = Role> {
        self.given.iter().map(|wish| wish.role).chain(self.taken.iter().copied())
    }
}

/// What is wrong with a list of roles by itself.
pub(super) fn wish_faults(wishes: &[RoleWish], now: UnixTime) -> Faults {
    let today = Day::of(now);
    let mut faults = Faults::default();
    for (at, wish) in wishes.iter().enumerate() {
        let is_first = wishes.iter().take(at).all(|earlier| earlier.role != wish.role);
        faults.require(
            is_first,
            format!("/roles/{at}/role"),
            "duplicate",
            "该角色重复",
            "this role stands twice",
        );
        faults.require(
            wish.until.is_none_or(|until| until >= today && end_of(until).is_some()),
            format!("/roles/{at}/until"),
            "past",
            "截止日期不能早于今天",
            "the last day must not lie in the past",
        );
    }
    faults
}

impl AccountError {
    /// Whether the role is wrong for the unit, rather than for the caller.
    pub const fn is_of_unit(&self) -> bool {
        matches!(self, Self::NotGiven { why: NotGiven::NoCapacity, .. })
    }
}
