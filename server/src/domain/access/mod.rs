//! Who may do what (docs/REQUIREMENTS.md D), and to which objects. Silence is no.
//!
//! A service function takes a [`Permit`] of its action, and only [`permit`] makes one: what was not asked cannot be
//! done. The permit carries the [`Scope`] within which its objects are looked up.

mod action;
mod permit;
pub mod proposal;
mod scope;

pub use action::{
    ActOnAnalysis, ActOnDutyApplication, ActOnEntry, ActOnImport, ActOnLicence, Action, ApplyForAnalysis,
    ApplyForDuty, AskOfUnit, Authorise, ChangeStatus, DecideAgency, DecideProposal, DecideSuspect, Delegate,
    EditEntry, EditUnit, EnterAgency, EnterCalendar, FetchForCase, FetchOfflineGrant, HandleRequests,
    KeepPrints, LookAtIssued, LookUpAtCounter, MakeOwnFile, ManageAccounts, ManageAgents, ManageCases,
    ManageClients, ManageDevices, ManageOwnAccount, ManageUnits, OpenOwnFace, OpenShow, ReadFile, Reconcile,
    RecoverAccount, ReportScans, SendImport, Submit, VerifyFully, ViewAccounts, ViewActs, ViewAgencies,
    ViewAnalyses, ViewCases, ViewDutyApplications, ViewEntries, ViewImports, ViewIssued, ViewOwnUses,
    ViewRecoveries, ViewUnitUses, ViewUnits, ViewWallet, WithdrawConsent, WorkOutbox, WorkTasks, WriteDraft,
};
pub(crate) use permit::scope_of;
pub use permit::{Bar, Denied, Permit, permit};
pub use scope::{ActionScope, FileReach, Reach, Scope, Wallets};
