//! Who may do what (requirements.md D). Silence is no.
//!
//! A service function takes a [`Permit`] of its action, and only [`permit`] makes one: what was not asked cannot be
//! done. A permit says "this principal may do this kind of thing"; whether the one object is theirs is asked again
//! by the service, through the scope the permit carries.

mod action;
mod permit;

pub use action::{
    Action, ChangeStatus, MakeGrant, ManageDevices, OpenShow, ReportScans, VerifyFully, ViewOwnLicences,
    ViewOwnUses,
};
pub use permit::{Denied, Permit, permit};
