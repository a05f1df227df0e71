//! The actions that need a permit, within what they are done, and the roles that may do them.

use super::scope::{ActionScope, FileReach, Reach, Wallets};
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
    /// Whether only recognised callers may do it: our own pages, and programs that were registered (R47).
    const RECOGNISED: bool;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident in $scope:ident $(by $($role:ident)|+)? $(from $recognised:ident)?;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Action for $name {
            type Scope = $scope;
            const NAME: &'static str = stringify!($name);
            const ROLES: &'static [Role] = &[$($(Role::$role),+)?];
            const RECOGNISED: bool = has(&[$(stringify!($recognised))?]);
        }
    )+ };
}

const fn has(words: &[&str]) -> bool {
    !words.is_empty()
}

actions! {
    /// See and change what concerns the own account: who one is, one's sessions.
    ManageOwnAccount in AccountId;
    /// See the cards and notices of one's own wallet, or of a holder's one acts for.
    ViewWallet in Wallets;
    /// Show a licence of such a wallet, profile S; refresh, draw and end that show.
    OpenShow in Wallets from recognised;
    /// See who acts for a holder, name agents of one's own firm, remove them.
    ManageAgents in Wallets;
    /// Enter at a counter who acts for a holder.
    EnterAgency in Uscc by IssuerMaker;
    /// See what was entered.
    ViewAgencies in Uscc by IssuerMaker | IssuerChecker;
    /// Approve what another has entered.
    DecideAgency in Uscc by IssuerChecker;
    /// Register and drop own phones, for one's own licences and those of holders one acts for.
    ManageDevices in Wallets;
    /// Fetch an offline grant for a licence in such a wallet and an own phone, profile H.
    FetchOfflineGrant in Wallets from recognised;
    /// See who used one's own licences.
    ViewOwnUses in HolderId;
    /// Read the whole face of a licence in such a wallet.
    OpenOwnFace in Wallets from recognised;
    /// Have the file of a licence in such a wallet made, with a code for print.
    MakeOwnFile in Wallets from recognised;
    /// Get the file of a licence in such a wallet, or of one's own unit.
    ReadFile in FileReach by IssuerMaker | IssuerChecker;
    /// See what goes out, and try again what failed.
    WorkOutbox in Uscc by Manager | Operator;
    /// Register programs of units, and end them.
    ManageClients in Uscc by Manager | Operator;
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
    /// See units: one's own, or all.
    ViewUnits in Reach by IssuerMaker | IssuerChecker | UnitAdmin | Handler | Inspector | Verifier | Manager | Operator | Auditor;
    /// Enter units, let those in that applied, end them.
    ManageUnits in Reach by Manager;
    /// Change what a unit is; its own administrator changes who is responsible.
    EditUnit in Reach by UnitAdmin | Manager;
    /// See who works in a unit, and what each may do: one's own, or any.
    ViewAccounts in Reach by UnitAdmin | Manager | Auditor;
    /// Give accounts and roles (docs/REQUIREMENTS.md D): to members of one's own unit, or administrators to any.
    ManageAccounts in Reach by UnitAdmin | Manager;
    /// Restore the account of somebody who has lost his way in, at a counter, with another person.
    RecoverAccount in Uscc by IssuerMaker | IssuerChecker | Handler | UnitAdmin;
    /// See which accounts the own unit's counter is restoring, and what became of them.
    ViewRecoveries in Uscc by IssuerMaker | IssuerChecker | Handler | UnitAdmin;
    /// Open and end cases of one's own unit.
    ManageCases in Uscc by IssuerMaker | Handler;
    /// See them.
    ViewCases in Uscc by IssuerMaker | IssuerChecker | Handler;
    /// See what is to be done, take it and give it away.
    WorkTasks in Uscc by IssuerMaker | IssuerChecker | Manager;
    /// Enter a year of the calendar.
    EnterCalendar in Reach by Manager;
    /// Write drafts of licences.
    WriteDraft in Uscc by IssuerMaker;
    /// Send files of many rows.
    SendImport in Uscc by IssuerMaker;
    /// See them, what is wrong with them, and the templates.
    ViewImports in Uscc by IssuerMaker | IssuerChecker;
    /// Commit what another has sent, as a checker; take back what was sent.
    ActOnImport in Uscc by IssuerMaker | IssuerChecker;
    /// Hand in a licence with its case, as a program of an issuing unit does.
    Submit in Uscc by IssuerMaker;
    /// See and decide which drafts are of what is there already.
    DecideSuspect in Uscc by IssuerMaker | IssuerChecker;
    /// Compare a list of one's own unit with what is here.
    Reconcile in Uscc by IssuerMaker | IssuerChecker;
    /// See the versions of a licence of one's own unit, and the pictures on it.
    ViewIssued in Uscc by IssuerMaker | IssuerChecker;
    /// See drafts and licences of one's own unit; or of all units counts, and one for a case or a reason.
    LookAtIssued in Reach by IssuerMaker | IssuerChecker | Manager | Auditor;
    /// Propose what ends a licence of one's own unit, and, as a checker, do every other act on it.
    ActOnLicence in Uscc by IssuerMaker | IssuerChecker;
    /// Suspend, resume, seize… a licence of one's own unit: the acts that one person does.
    ChangeStatus in Uscc by IssuerChecker;
    /// See what was done to a licence of one's own unit, and which annual inspections it has to do.
    ViewActs in Uscc by IssuerMaker | IssuerChecker;
    /// Ask the issuing unit for something about a licence of one's own, or of a holder one acts for.
    AskOfUnit in Wallets;
    /// Withdraw one's own consent to the use of one's licences in a case.
    WithdrawConsent in HolderId;
    /// Let units use a licence in such a wallet, and take that back.
    Authorise in Wallets;
    /// Let a person show a licence in such a wallet, answer what others delegate to oneself, and end either.
    Delegate in Wallets;
    /// Apply to an issuer for its standing consent.
    ApplyForDuty in Uscc by Handler | UnitAdmin;
    /// See such applications of one's own unit and to it.
    ViewDutyApplications in Uscc by IssuerMaker | IssuerChecker | Handler | UnitAdmin;
    /// Grant, refuse and end them as the issuer; take them back as who applied.
    ActOnDutyApplication in Uscc by IssuerChecker | Handler | UnitAdmin;
    /// Apply for counts over licences, for one's own unit.
    ApplyForAnalysis in Uscc by UnitAdmin;
    /// See such applications of one's own unit and those that it has to approve, or all.
    ViewAnalyses in Reach by IssuerChecker | UnitAdmin | Manager | Auditor;
    /// Approve and refuse them as the manager and as an issuer; take them back as who applied.
    ActOnAnalysis in Reach by IssuerChecker | UnitAdmin | Manager;
    /// Fetch for a case of one's own unit what its using list names.
    FetchForCase in Uscc by Handler;
    /// Look up a licence of one's own unit for a holder at the counter.
    LookUpAtCounter in Uscc by IssuerMaker;
    /// Enter copies of one's own unit's licences in its print register, read it, void and print them again.
    KeepPrints in Uscc by IssuerMaker | IssuerChecker;
    /// See what was fetched and verified for a unit, and what was refused it: one's own, or any.
    ViewUnitUses in Reach by Handler | UnitAdmin | Manager | Auditor;
    /// See and answer what holders ask of one's own unit.
    HandleRequests in Uscc by IssuerMaker | IssuerChecker;
    /// See, confirm and refuse what another member of one's unit has proposed.
    DecideProposal in Uscc by IssuerMaker | IssuerChecker | Manager;
}
