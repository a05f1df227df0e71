//! The actions that need a permit, and the roles that may do them.

use crate::domain::actor::account::Role;

/// A kind of thing to do; a type, so that a permit for one is no permit for another.
pub trait Action: Send + Sync + 'static {
    /// As in the route table.
    const NAME: &'static str;
    /// Who may do it. A role that is not listed may not.
    const ROLES: &'static [Role];
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $($role:ident)|+;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Action for $name {
            const NAME: &'static str = stringify!($name);
            const ROLES: &'static [Role] = &[$(Role::$role),+];
        }
    )+ };
}

actions! {
    /// See the cards of one's own wallet.
    ViewOwnLicences: Holder;
    /// Show an own licence, profile S; refresh, draw and end that show.
    OpenShow: Holder;
    /// Register and drop own phones.
    ManageDevices: Holder;
    /// Fetch a grant for an own licence and phone, profile H.
    MakeGrant: Holder;
    /// See who used one's own licences.
    ViewOwnUses: Holder;
    /// See a full verdict, with the present status, and spend the token.
    VerifyFully: Inspector | Verifier | Handler;
    /// Hand in receipts of scans made without a network.
    ReportScans: Inspector | Verifier | Handler;
    /// Suspend, resume, revoke… a licence of one's own unit.
    ChangeStatus: IssuerChecker;
}
