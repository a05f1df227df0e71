//! The actions that need a permit, within what they are done, and the roles that may do them.

use super::scope::{ActionScope, Reach};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, HolderId};

/// A kind of thing to do; a type, so that a permit for one is no permit for another.
pub trait Action: Send + Sync + 'static {
    /// Within what it is done.
    type Scope: ActionScope;
    /// As in the route table.
    const NAME: &'static str;
    /// Which members of a unit may do it. Empty for what is done by holders, or by anybody for the own account.
    const ROLES: &'static [Role];
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident in $scope:ident $(by $($role:ident)|+)?;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Action for $name {
            type Scope = $scope;
            const NAME: &'static str = stringify!($name);
            const ROLES: &'static [Role] = &[$($(Role::$role),+)?];
        }
    )+ };
}

actions! {
    /// See and change what concerns the own account: who one is, one's sessions.
    ManageOwnAccount in AccountId;
    /// See the cards of one's own wallet.
    ViewOwnLicences in HolderId;
    /// Show an own licence, profile S; refresh, draw and end that show.
    OpenShow in HolderId;
    /// Register and drop own phones.
    ManageDevices in HolderId;
    /// Fetch an offline grant for an own licence and phone, profile H.
    FetchOfflineGrant in HolderId;
    /// See who used one's own licences.
    ViewOwnUses in HolderId;
    /// See a full verdict, with the present status, and spend the token.
    VerifyFully in Uscc by Inspector | Verifier | Handler;
    /// Hand in receipts of scans made without a network.
    ReportScans in Uscc by Inspector | Verifier | Handler;
    /// Write entries of the catalogue: matters, kinds, scenes of one's own unit (R07).
    EditEntry in Uscc by IssuerMaker | IssuerChecker | UnitAdmin;
    /// Submit them, and put them in force or out of it.
    ActOnEntry in Reach by IssuerMaker | IssuerChecker | UnitAdmin | Manager;
    /// See drafts of entries: one's own unit's, or all.
    ViewEntries in Reach by IssuerMaker | IssuerChecker | UnitAdmin | Handler | Inspector | Verifier | Manager | Auditor;
    /// Suspend, resume, revoke… a licence of one's own unit.
    ChangeStatus in Uscc by IssuerChecker;
}
