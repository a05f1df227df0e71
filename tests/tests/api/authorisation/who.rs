//! Who asks, who may do what, and so what each is told.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::actor::session::Proof;
use liangzheng_server::http::routes::RouteEntry;
use liangzheng_server::storage::actor::session;
use liangzheng_server::storage::change::Change;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::make::UNIT;

use super::World;

/// What a route's parameters name in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// Nothing: it is about the caller, or makes something new.
    None,
    /// A licence of [`UNIT`] and of `lin`, in each state in turn.
    Licence,
    /// Something else of [`UNIT`] that others do not see.
    OfUnit,
    /// An entry of [`UNIT`] in force: others see it and may not touch it.
    InForce,
    /// A proposal to revoke a licence of [`UNIT`]: its issuing staff's alone.
    OfIssuers,
    /// Something that is not there: who may look is told so.
    Absent,
    /// Something of `lin`'s account.
    OfAccount,
    /// Something else of `lin`'s.
    OfHolder,
    /// The session itself, which ends.
    Session,
}

/// Within what an action is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// The own account.
    Account,
    /// The own wallet.
    Wallet,
    /// The own unit.
    Unit,
    /// The own unit; everything for the province's manager and auditor.
    Province,
    /// The own wallet, or the own unit.
    File,
}

const ISSUERS: &[Role] = &[Role::IssuerMaker, Role::IssuerChecker];
const MAKER: &[Role] = &[Role::IssuerMaker];
const MANAGER: &[Role] = &[Role::Manager];
const SCANNERS: &[Role] = &[Role::Inspector, Role::Verifier, Role::Handler];
const WRITERS: &[Role] = &[Role::IssuerMaker, Role::IssuerChecker, Role::UnitAdmin];
const USERS: &[Role] = &[Role::Handler, Role::UnitAdmin];
const HOLDERS: &[Role] = &[];

/// Who may do what (docs/REQUIREMENTS.md D), written down here once more, so that a slip in `domain/access` shows. An
/// action without a line fails: add it here as the contract has it.
const PERMITS: &[(&str, Within, &[Role])] = &[
    ("ManageOwnAccount", Within::Account, &[]),
    ("ViewOwnLicences", Within::Wallet, HOLDERS),
    ("ViewWallet", Within::Wallet, HOLDERS),
    ("ManageAgents", Within::Wallet, HOLDERS),
    ("EnterAgency", Within::Unit, MAKER),
    ("ViewAgencies", Within::Unit, ISSUERS),
    ("DecideAgency", Within::Unit, &[Role::IssuerChecker]),
    ("OpenShow", Within::Wallet, HOLDERS),
    ("ManageDevices", Within::Wallet, HOLDERS),
    ("FetchOfflineGrant", Within::Wallet, HOLDERS),
    ("ViewOwnUses", Within::Wallet, HOLDERS),
    ("OpenOwnFace", Within::Wallet, HOLDERS),
    ("MakeOwnFile", Within::Wallet, HOLDERS),
    ("AskOfUnit", Within::Wallet, HOLDERS),
    ("WithdrawConsent", Within::Wallet, HOLDERS),
    ("ReadFile", Within::File, ISSUERS),
    ("ManageClients", Within::Unit, &[Role::Manager, Role::Operator]),
    ("WorkOutbox", Within::Unit, &[Role::Manager, Role::Operator]),
    ("ReportScans", Within::Unit, SCANNERS),
    ("EditEntry", Within::Unit, WRITERS),
    (
        "ActOnEntry",
        Within::Province,
        &[Role::IssuerMaker, Role::IssuerChecker, Role::UnitAdmin, Role::Manager],
    ),
    ("ViewUnits", Within::Province, Role::ALL),
    ("ManageUnits", Within::Province, MANAGER),
    ("EditUnit", Within::Province, &[Role::UnitAdmin, Role::Manager]),
    ("ViewAccounts", Within::Province, &[Role::UnitAdmin, Role::Manager, Role::Auditor]),
    ("ManageAccounts", Within::Province, &[Role::UnitAdmin, Role::Manager]),
    (
        "RecoverAccount",
        Within::Unit,
        &[Role::IssuerMaker, Role::IssuerChecker, Role::Handler, Role::UnitAdmin],
    ),
    (
        "ViewRecoveries",
        Within::Unit,
        &[Role::IssuerMaker, Role::IssuerChecker, Role::Handler, Role::UnitAdmin],
    ),
    ("ManageCases", Within::Unit, &[Role::IssuerMaker, Role::Handler]),
    ("ViewCases", Within::Unit, &[Role::IssuerMaker, Role::IssuerChecker, Role::Handler]),
    ("WorkTasks", Within::Unit, &[Role::IssuerMaker, Role::IssuerChecker, Role::Manager]),
    ("EnterCalendar", Within::Province, MANAGER),
    ("WriteDraft", Within::Unit, MAKER),
    ("ViewIssued", Within::Unit, ISSUERS),
    ("SendImport", Within::Unit, MAKER),
    ("ViewImports", Within::Unit, ISSUERS),
    ("ActOnImport", Within::Unit, ISSUERS),
    (
        "LookAtIssued",
        Within::Province,
        &[Role::IssuerMaker, Role::IssuerChecker, Role::Manager, Role::Auditor],
    ),
    ("Submit", Within::Unit, MAKER),
    ("DecideSuspect", Within::Unit, ISSUERS),
    ("Reconcile", Within::Unit, ISSUERS),
    ("ActOnLicence", Within::Unit, ISSUERS),
    ("ViewActs", Within::Unit, ISSUERS),
    ("Authorise", Within::Wallet, HOLDERS),
    ("Delegate", Within::Wallet, HOLDERS),
    ("ApplyForDuty", Within::Unit, USERS),
    (
        "ViewDutyApplications",
        Within::Unit,
        &[Role::IssuerMaker, Role::IssuerChecker, Role::Handler, Role::UnitAdmin],
    ),
    ("ActOnDutyApplication", Within::Unit, &[Role::IssuerChecker, Role::Handler, Role::UnitAdmin]),
    ("ApplyForAnalysis", Within::Unit, &[Role::UnitAdmin]),
    ("ViewAnalyses", Within::Province, &[Role::IssuerChecker, Role::UnitAdmin, Role::Manager, Role::Auditor]),
    ("ActOnAnalysis", Within::Province, &[Role::IssuerChecker, Role::UnitAdmin, Role::Manager]),
    ("FetchForCase", Within::Unit, &[Role::Handler]),
    ("LookUpAtCounter", Within::Unit, MAKER),
    ("KeepPrints", Within::Unit, ISSUERS),
    ("ViewUnitUses", Within::Province, &[Role::Handler, Role::UnitAdmin, Role::Manager, Role::Auditor]),
    ("HandleRequests", Within::Unit, ISSUERS),
    ("DecideProposal", Within::Unit, &[Role::IssuerMaker, Role::IssuerChecker, Role::Manager]),
];

/// The status of a permitted request that a licence's state decides; `None` where more than the state does.
pub(super) fn by_state(route: &RouteEntry, who: Who, state: &str) -> Option<u16> {
    let shown = matches!(state, "ACTIVE" | "REPORTED_LOST");
    let at_an_end = matches!(state, "CANCELLED" | "REVOKED" | "WITHDRAWN" | "ANNULLED");
    Some(match (route.method, route.path.trim_start_matches("/api/v1")) {
        ("POST", "/wallet/licences/{id}/show" | "/wallet/licences/{id}/grant") if shown => 201,
        ("POST", "/wallet/licences/{id}/show" | "/wallet/licences/{id}/grant") => 409,
        // What one of several holders asks is not done before all have: only the first is asked about here.
        ("POST", "/wallet/licences/{id}/requests") if who == Who::Lin => {
            if at_an_end {
                409
            } else {
                201
            }
        }
        ("POST", "/licences/{id}/acts") if matches!(state, "ACTIVE" | "ON_HOLD" | "SEIZED") => 202,
        ("POST", "/licences/{id}/acts") => 409,
        // They were made by hand and bear no seal.
        ("POST", "/licences/{id}/prints") => 409,
        (_, "/licences/{id}/file.ofd" | "/licences/{id}/file.pdf" | "/wallet/licences/{id}/file") => 409,
        // Who is of no issuing unit names the case, or gives a reason.
        ("GET", "/licences/{id}") if matches!(who, Who::Own(role) | Who::Other(role) if is_of_province(role)) => {
            422
        }
        ("GET", _) | ("POST", "/wallet/licences/{id}/face") => 200,
        _ => return None,
    })
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    /// Logged in, and nothing else.
    Idle,
    /// The holder whose objects they are, another holder of the licences, and another holder.
    Lin,
    Tang,
    Chen,
    /// To whom `lin` has delegated his licences, in one scene: he has their cards and shows them, and nothing else.
    Delegate,
    /// A program that is the maker of [`UNIT`].
    Program,
    /// A holder with every role of [`UNIT`], by the identity provider: good for his own affairs only.
    ByProvider,
    /// Every role of [`UNIT`], and disabled.
    Disabled,
    /// Every role of [`UNIT`] in one person.
    Everything,
    Own(Role),
    Other(Role),
}

/// What somebody is.
struct Standing {
    is_holder: bool,
    roles: Vec<Role>,
    in_own_unit: bool,
    /// Has roles, in a session that is not good for them.
    is_barred: bool,
}

pub(crate) fn own(role: Role) -> String {
    format!("own.{role}")
}

pub(super) fn other(role: Role) -> String {
    format!("other.{role}")
}

/// Logs in, and has the session say that it came by the identity provider: what that takes is told by `actor/oidc.rs`.
pub(super) fn came_by_provider(app: &TestApp) -> Caller {
    let (account, _) = app.holder("provider");
    app.wait(app.make.join(account, Role::ALL, UNIT));
    let caller = app.log_in("provider");
    app.wait(async {
        let mut tx = app.app.db.begin_write().await.unwrap();
        let open = session::of_account(&mut tx, account, app.app.now()).await.unwrap();
        for one in open {
            session::set_proof(&mut tx, one.id, Proof::OpenIdConnect).await.unwrap();
        }
        tx.commit().await.unwrap();
    });
    // The login has put it into memory.
    app.app.sessions.apply(&Change::Account(account));
    assert_eq!(caller.get("/api/v1/me").must(200)["session"]["proof"], "oidc");
    caller
}

/// Logs in, asks once, and is disabled.
pub(super) fn disabled_since(app: &TestApp) -> Caller {
    let account = app.wait(app.make.member("disabled", Role::ALL, UNIT));
    let caller = app.log_in("disabled");
    caller.get("/api/v1/me").must(200);
    app.wait(liangzheng_server::service::actor::session::disable(&app.app, account)).unwrap();
    caller
}

impl Who {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let roles = || Role::ALL.iter().copied();
        [
            Self::Nobody,
            Self::Disabled,
            Self::Idle,
            Self::Lin,
            Self::Tang,
            Self::Chen,
            Self::Delegate,
            Self::Program,
            Self::ByProvider,
            Self::Everything,
        ]
        .into_iter()
        .chain(roles().map(Self::Own))
        .chain(roles().map(Self::Other))
    }

    pub(super) fn caller(self, world: &World) -> Caller {
        let app = &world.app;
        match self {
            Self::Nobody => app.anyone(),
            Self::Idle => app.as_("idle"),
            Self::Lin => app.as_("lin"),
            Self::Tang => app.as_("tang"),
            Self::Chen => app.as_("chen"),
            Self::Delegate => app.as_("delegate"),
            Self::Program => world.program.clone(),
            Self::ByProvider => world.by_provider.clone(),
            Self::Disabled => world.disabled.clone(),
            Self::Everything => app.as_("everything"),
            Self::Own(role) => app.as_(&own(role)),
            Self::Other(role) => app.as_(&other(role)),
        }
    }

    fn standing(self) -> Standing {
        let roles = match self {
            Self::Own(role) | Self::Other(role) => vec![role],
            Self::Program => MAKER.to_vec(),
            Self::Everything | Self::ByProvider => Role::ALL.to_vec(),
            _ => Vec::new(),
        };
        Standing {
            is_holder: matches!(
                self,
                Self::Lin | Self::Tang | Self::Chen | Self::Delegate | Self::ByProvider
            ),
            roles,
            in_own_unit: !matches!(self, Self::Other(_)),
            is_barred: self == Self::ByProvider,
        }
    }

    /// What the table says: status and code of a refusal, or `None` for what is permitted.
    pub(super) fn refused(self, route: &RouteEntry, object: Object) -> Option<(u16, &'static str)> {
        const FORBIDDEN: Option<(u16, &str)> = Some((403, "forbidden"));
        const NOT_FOUND: Option<(u16, &str)> = Some((404, "not-found"));
        if matches!(self, Self::Nobody | Self::Disabled) {
            return Some((401, "unauthenticated"));
        }
        let (within, roles) = permit_of(route.action)?;
        let standing = self.standing();
        let holds = match (self, object) {
            (Self::Lin, _) | (_, Object::None) => true,
            // His own phone and his own shows are not hers.
            (Self::Tang, Object::Licence) => !route.path.ends_with("/grant"),
            (Self::Delegate, Object::Licence) => {
                matches!(route.path, "/api/v1/wallet/licences/{id}" | "/api/v1/wallet/licences/{id}/show")
            }
            _ => false,
        };
        let has_role = standing.roles.iter().any(|role| roles.contains(role));
        match within {
            Within::Account => {
                if object == Object::OfAccount && self != Self::Lin {
                    NOT_FOUND
                } else {
                    None
                }
            }
            Within::Wallet if !standing.is_holder => FORBIDDEN,
            Within::Wallet if object == Object::Absent => NOT_FOUND,
            Within::Wallet => {
                if holds && object != Object::Absent {
                    None
                } else {
                    NOT_FOUND
                }
            }
            Within::File if standing.is_holder => {
                if holds {
                    None
                } else {
                    NOT_FOUND
                }
            }
            _ if !has_role => FORBIDDEN,
            _ if standing.is_barred => Some((403, "password-login-needed")),
            _ if object == Object::Absent => NOT_FOUND,
            // What a maker proposed, no other maker confirms: one of the two must be a checker.
            _ if self == Self::Program && object == Object::OfIssuers && route.method == "POST" => FORBIDDEN,
            _ if standing.in_own_unit => {
                let sees =
                    object != Object::OfIssuers || standing.roles.iter().any(|role| ISSUERS.contains(role));
                if sees { None } else { NOT_FOUND }
            }
            Within::Province
                if roles.iter().any(|role| is_of_province(*role) && standing.roles.contains(role)) =>
            {
                None
            }
            _ => match object {
                Object::OfUnit | Object::OfIssuers | Object::Licence => NOT_FOUND,
                Object::InForce => FORBIDDEN,
                _ => None,
            },
        }
    }
}

fn is_of_province(role: Role) -> bool {
    matches!(role, Role::Manager | Role::Auditor)
}

pub(super) fn permit_of(action: &str) -> Option<(Within, &'static [Role])> {
    PERMITS.iter().find(|(known, ..)| *known == action).map(|(_, within, roles)| (*within, *roles))
}
