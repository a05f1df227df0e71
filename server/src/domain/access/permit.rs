//! The permit: proof that a principal was found to be allowed an action, and within what.

use std::marker::PhantomData;
use std::sync::Arc;

use super::{Action, ActionScope};
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Footing;
use crate::domain::ids::AccountId;

/// Proof that [`permit`] said yes for the action `A`.
///
/// ```compile_fail,E0451
/// use std::sync::Arc;
/// use liangzheng_server::domain::{actor::account::Principal, access::{OpenShow, Permit}, ids::HolderId};
/// fn forge(principal: Arc<Principal>, scope: HolderId) -> Permit<OpenShow> {
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
}

/// Whether `principal` may do `A`, and within what.
pub fn permit<A: Action>(principal: impl Into<Arc<Principal>>) -> Result<Permit<A>, Denied> {
    let principal = principal.into();
    match A::Scope::of(&principal, A::ROLES) {
        Some(scope) => Ok(Permit { principal, scope, action: PhantomData }),
        None => Err(Denied { action: A::NAME }),
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
    use crate::domain::access::{ChangeStatus, OpenShow, VerifyFully};
    use crate::domain::actor::membership::{Membership, Role};
    use crate::domain::clock::SystemEntropy;
    use crate::domain::ids::{AccountId, HolderId, SessionId};

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
        assert_eq!(permit::<OpenShow>(both.clone()).unwrap().scope(), both.holder.unwrap());
        assert_eq!(permit::<ChangeStatus>(both.clone()).unwrap().scope().as_str(), UNIT);
        assert_eq!(permit::<ChangeStatus>(both.clone()).unwrap().footing(), Footing::Member);
        assert!(permit::<VerifyFully>(both).is_ok());
    }

    #[test]
    fn who_is_neither_holder_nor_member_gets_nothing() {
        assert_eq!(permit::<ChangeStatus>(nobody()).unwrap_err(), Denied { action: "ChangeStatus" });
        assert!(permit::<OpenShow>(nobody()).is_err());
        assert!(permit::<ChangeStatus>(member(&[])).is_err());
    }
}
