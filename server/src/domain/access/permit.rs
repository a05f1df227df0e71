//! The permit: proof that a principal was found to be allowed an action.

use std::marker::PhantomData;
use std::sync::Arc;

use super::Action;
use crate::domain::actor::account::Principal;
use crate::domain::ids::HolderId;

/// Proof that [`permit`] said yes for the action `A`.
///
/// ```compile_fail,E0451
/// use std::sync::Arc;
/// use liangzheng_server::domain::{actor::account::Principal, access::{OpenShow, Permit}};
/// fn forge(principal: Arc<Principal>) -> Permit<OpenShow> {
///     Permit { principal, action: std::marker::PhantomData } // private fields: only `permit` can
/// }
/// ```
#[derive(Debug)]
pub struct Permit<A: Action> {
    principal: Arc<Principal>,
    action: PhantomData<A>,
}

/// The principal's role does not include the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role does not permit {action}")]
pub struct Denied {
    /// The action's name.
    pub action: &'static str,
}

/// Whether `principal` may do `A`.
///
/// A role alone is not enough: a holder's account must be some holder, and staff must belong to some unit, or there
/// would be nothing to compare an object's owner with.
pub fn permit<A: Action>(principal: impl Into<Arc<Principal>>) -> Result<Permit<A>, Denied> {
    let principal = principal.into();
    let listed = A::ROLES.contains(&principal.role);
    let scoped = match principal.role {
        crate::domain::actor::account::Role::Holder => principal.holder.is_some(),
        _ => principal.unit.is_some(),
    };
    if listed && scoped {
        Ok(Permit { principal, action: PhantomData })
    } else {
        Err(Denied { action: A::NAME })
    }
}

impl<A: Action> Permit<A> {
    /// Who was permitted.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Whether an object of `holder` is the permitted principal's own.
    pub fn owns(&self, holder: HolderId) -> bool {
        self.principal.holder == Some(holder)
    }

    /// Whether an object of `unit` belongs to the permitted principal's unit.
    pub fn is_of_unit(&self, unit: &str) -> bool {
        self.principal.unit.as_deref() == Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use liangzheng_core::time::UnixTime;

    use super::*;
    use crate::domain::access::{ChangeStatus, OpenShow, VerifyFully};
    use crate::domain::actor::account::Role;
    use crate::domain::clock::SystemEntropy;
    use crate::domain::ids::{AccountId, SessionId};

    fn principal(role: Role) -> Principal {
        let now = UnixTime(1_795_305_600);
        Principal {
            account: AccountId::generate(now, &SystemEntropy),
            session: SessionId::generate(now, &SystemEntropy),
            login: "someone".into(),
            name: "某人".into(),
            role,
            unit: (role != Role::Holder).then(|| "119900000000000000".into()),
            holder: (role == Role::Holder).then(|| HolderId::generate(now, &SystemEntropy)),
        }
    }

    #[test]
    fn every_role_gets_exactly_the_permits_of_its_row() {
        for role in Role::ALL {
            assert_eq!(permit::<OpenShow>(principal(role)).is_ok(), role == Role::Holder, "{role}");
            assert_eq!(
                permit::<ChangeStatus>(principal(role)).is_ok(),
                role == Role::IssuerChecker,
                "{role}"
            );
            let verifies = matches!(role, Role::Inspector | Role::Verifier | Role::Handler);
            assert_eq!(permit::<VerifyFully>(principal(role)).is_ok(), verifies, "{role}");
        }
    }

    #[test]
    fn staff_without_a_unit_and_a_holder_account_without_holder_get_nothing() {
        let staff = Principal { unit: None, ..principal(Role::IssuerChecker) };
        assert_eq!(permit::<ChangeStatus>(staff).unwrap_err(), Denied { action: "ChangeStatus" });
        let holder = Principal { holder: None, ..principal(Role::Holder) };
        assert!(permit::<OpenShow>(holder).is_err());
    }
}
