//! The permit: proof that a principal was found to be allowed an action, and within what.

use std::marker::PhantomData;
use std::sync::Arc;

use super::{Action, ActionScope};
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Footing;
use crate::domain::actor::session::MemberBar;
use crate::domain::ids::AccountId;

/// Proof that [`permit`] said yes for the action `A`.
///
/// ```compile_fail,E0451
/// use std::sync::Arc;
/// use liangzheng_server::domain::{actor::account::Principal, access::{OpenShow, Permit, Wallets}};
/// fn forge(principal: Arc<Principal>, scope: Wallets) -> Permit<OpenShow> {
///     Permit { principal, scope, action: std::marker::PhantomData } // private fields: only `permit` can
/// }
/// ```
#[derive(Debug)]
pub struct Permit<A: Action> {
    principal: Arc<Principal>,
    scope: A::Scope,
    action: PhantomData<A>,
}

/// Nothing the principal is includes the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role does not permit {action}")]
pub struct Denied {
    /// The action's name.
    pub action: &'static str,
    /// The right is there, and this session is not good for it.
    pub bar: Option<Bar>,
}

/// Why a session is not good for what its person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// It was not made with what the work of a unit asks for.
    Member(MemberBar),
    /// Its caller is neither a page of ours nor a registered program (R47).
    Unrecognised,
}

/// Whether `principal` may do `A`, and within what.
pub fn permit<A: Action>(principal: impl Into<Arc<Principal>>) -> Result<Permit<A>, Denied> {
    let principal = principal.into();
    // Who gave the password knows it, too.
    let is_own = A::Scope::WORD == <AccountId as ActionScope>::WORD;
    let first_password =
        (principal.must_change_password && !is_own).then_some(Bar::Member(MemberBar::FirstPassword));
    let unrecognised = (A::RECOGNISED && !principal.is_recognised).then_some(Bar::Unrecognised);
    match (scope_of::<A>(&principal), first_password.or(unrecognised)) {
        (Some(scope), None) => Ok(Permit { principal, scope, action: PhantomData }),
        (Some(_), bar) => Err(Denied { action: A::NAME, bar }),
        // With a session of another sort there would be the right.
        (None, _) => {
            let bar = first_password.or(principal.member_bar.map(Bar::Member));
            Err(Denied { action: A::NAME, bar: A::Scope::of(&principal, A::ROLES).and(bar) })
        }
    }
}

/// Within what `principal` may do `A`. In a session that is not good for the work of a unit only as what else he is: as
/// the holder of his own licence's file he needs no role.
pub(crate) fn scope_of<A: Action>(principal: &Principal) -> Option<A::Scope> {
    match principal.member_bar {
        Some(_) if !A::ROLES.is_empty() => {
            A::Scope::of(&Principal { membership: None, ..principal.clone() }, A::ROLES)
        }
        _ => A::Scope::of(principal, A::ROLES),
    }
}

impl<A: Action> Permit<A> {
    /// Who was permitted.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The account that was permitted.
    pub fn account(&self) -> AccountId {
        self.principal.account
    }

    /// Within what the action is done: objects outside do not exist for it.
    pub fn scope(&self) -> A::Scope {
        self.scope
    }

    /// On what footing the action is done.
    pub fn footing(&self) -> Footing {
        if A::ROLES.is_empty() { Footing::Own } else { Footing::Member }
    }
}

#[cfg(test)]
mod tests {
    use liangzheng_core::time::UnixTime;

    use super::*;
    use crate::domain::access::{
        ChangeStatus, ManageOwnAccount, OpenShow, ReadFile, VerifyFully, ViewOwnUses,
    };
    use crate::domain::actor::membership::{Membership, Role};
    use crate::domain::actor::session::{Carrier, Proof};
    use crate::domain::clock::SystemEntropy;
    use crate::domain::ids::{HolderId, SessionId};

    const UNIT: &str = "11990100MB0000019L";

    fn nobody() -> Principal {
        let now = UnixTime(1_795_305_600);
        Principal {
            account: AccountId::generate(now, &SystemEntropy),
            session: SessionId::generate(now, &SystemEntropy),
            login: "someone".into(),
            name: "某人".into(),
            holder: None,
            agencies: Vec::new(),
            membership: None,
            must_change_password: false,
            carrier: Carrier::Bearer,
            proof: Proof::Password,
            member_bar: None,
            is_recognised: true,
            matters: None,
        }
    }

    fn member(roles: &[Role]) -> Principal {
        let membership = Membership { unit: UNIT.parse().unwrap(), roles: roles.to_vec() };
        Principal { membership: Some(membership), ..nobody() }
    }

    fn holder() -> Principal {
        Principal { holder: Some(HolderId::generate(UnixTime(1_795_305_600), &SystemEntropy)), ..nobody() }
    }

    #[test]
    fn every_role_gets_exactly_the_permits_of_its_row() {
        for role in Role::ALL {
            assert!(permit::<OpenShow>(member(&[*role])).is_err(), "{role}");
            assert_eq!(
                permit::<ChangeStatus>(member(&[*role])).is_ok(),
                *role == Role::IssuerChecker,
                "{role}"
            );
            let verifies = matches!(role, Role::Inspector | Role::Verifier | Role::Handler);
            assert_eq!(permit::<VerifyFully>(member(&[*role])).is_ok(), verifies, "{role}");
        }
        assert!(permit::<OpenShow>(holder()).is_ok());
    }

    #[test]
    fn a_person_may_be_a_holder_and_a_member_with_several_roles() {
        let both = Principal {
            holder: holder().holder,
            ..member(&[Role::IssuerMaker, Role::IssuerChecker, Role::Inspector])
        };
        assert_eq!(permit::<OpenShow>(both.clone()).unwrap().scope().own, both.holder);
        assert_eq!(permit::<ChangeStatus>(both.clone()).unwrap().scope().as_str(), UNIT);
        assert_eq!(permit::<ChangeStatus>(both.clone()).unwrap().footing(), Footing::Member);
        assert!(permit::<VerifyFully>(both).is_ok());
    }

    #[test]
    fn with_a_password_that_others_gave_nothing_is_done_but_to_change_it() {
        let both = Principal { holder: holder().holder, ..member(&[Role::IssuerChecker]) };
        let given = Principal { must_change_password: true, ..both };
        assert!(permit::<OpenShow>(given.clone()).is_err());
        assert!(permit::<ChangeStatus>(given.clone()).is_err());
        assert!(permit::<ManageOwnAccount>(given).is_ok());
    }

    #[test]
    fn who_is_neither_holder_nor_member_gets_nothing() {
        assert_eq!(
            permit::<ChangeStatus>(nobody()).unwrap_err(),
            Denied { action: "ChangeStatus", bar: None }
        );
        assert!(permit::<OpenShow>(nobody()).is_err());
        assert!(permit::<ChangeStatus>(member(&[])).is_err());
    }

    #[test]
    fn a_session_that_is_not_good_for_the_units_work_is_told_so_only_where_the_role_is_there() {
        for bar in [MemberBar::SecondFactor, MemberBar::OpenIdConnect] {
            let barred = |roles: &[Role]| Principal {
                member_bar: Some(bar),
                holder: holder().holder,
                ..member(roles)
            };
            let checker = barred(&[Role::IssuerChecker]);
            assert_eq!(permit::<ChangeStatus>(checker.clone()).unwrap_err().bar, Some(Bar::Member(bar)));
            assert_eq!(permit::<ChangeStatus>(barred(&[Role::Auditor])).unwrap_err().bar, None);
            assert!(permit::<OpenShow>(checker.clone()).is_ok(), "the own wallet is no unit's work");
            let reach = permit::<ReadFile>(checker.clone()).unwrap().scope();
            assert_eq!(
                (reach.holder, reach.unit),
                (checker.holder, None),
                "the own file is his, the unit's is not"
            );
        }
    }

    #[test]
    fn codes_are_made_for_recognised_callers_only_and_the_rest_for_any_session() {
        let unknown = Principal { is_recognised: false, ..holder() };
        assert_eq!(permit::<OpenShow>(unknown.clone()).unwrap_err().bar, Some(Bar::Unrecognised));
        assert!(permit::<ViewOwnUses>(unknown).is_ok());
        let nobody = Principal { is_recognised: false, ..nobody() };
        assert_eq!(permit::<OpenShow>(nobody).unwrap_err().bar, None, "there is no right to begin with");
    }
}
