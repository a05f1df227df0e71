//! Whom a request speaks for.

use crate::domain::actor::agency::Agency;
use crate::domain::actor::membership::{Membership, Role};
use crate::domain::ids::{AccountId, HolderId, SessionId};

/// Whom a request speaks for, as known when the request came: one person, who may be a holder, an agent of holders, and
/// a member of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub account: AccountId,
    /// The session that was used.
    pub session: SessionId,
    /// Its login, for display to itself.
    pub login: String,
    /// Its name, for display to itself and in acts.
    pub name: String,
    /// The holder this person is.
    pub holder: Option<HolderId>,
    /// The holders this person acts for.
    pub agencies: Vec<Agency>,
    /// The unit this person works for.
    pub membership: Option<Membership>,
}

impl Principal {
    /// Whether this person has one of `roles` in a unit.
    pub fn has_role(&self, roles: &[Role]) -> bool {
        self.membership.as_ref().is_some_and(|membership| membership.has_role(roles))
    }
}
