//! Who may do what (docs/REQUIREMENTS.md D), and to which objects. Silence is no.
//!
//! A service function takes a [`Permit`] of its action, and only [`permit`] makes one: what was not asked cannot be
//! done. The permit carries the [`Scope`] within which its objects are looked up.

mod action;
mod permit;
mod scope;

pub use action::{
    ActOnEntry, Action, ChangeStatus, EditEntry, FetchOfflineGrant, ManageDevices, ManageOwnAccount,
    OpenShow, ReportScans, VerifyFully, ViewEntries, ViewOwnLicences, ViewOwnUses,
};
pub use permit::{Denied, Permit, permit};
pub use scope::{ActionScope, Reach, Scope};
