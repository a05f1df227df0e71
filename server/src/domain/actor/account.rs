//! Whom a request speaks for.

use crate::domain::actor::agency::Agency;
use crate::domain::actor::membership::{Membership, Role};
use crate::domain::actor::session::{Carrier, MemberBar, Proof};
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
    /// The password was given by others: until it is changed, nothing is done but that.
    pub must_change_password: bool,
    /// How the session's token came.
    pub carrier: Carrier,
    /// What the session was made with.
    pub proof: Proof,
    /// What keeps this session from the work of the unit.
    pub member_bar: Option<MemberBar>,
    /// Whether the session is a page's of ours, or was begun through a registered client, so that codes are made for it.
    pub is_recognised: bool,
    /// The matters that a registered client may fetch for; `None` for a person, whom this does not narrow.
    pub matters: Option<Vec<String>>,
}

impl Principal {
    /// Whether this person has one of `roles` in a unit.
    pub fn has_role(&self, roles: &[Role]) -> bool {
        self.membership.as_ref().is_some_and(|membership| membership.has_role(roles))
    }
}
