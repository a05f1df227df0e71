//! Cases: opened, ended, and what is owed of them (R15, R17).

use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::Serialize;

use super::calendar;
use super::case_view::{Belonging, CaseView, view};
use crate::App;
use crate::config::DeadlinesConfig;
use crate::domain::access::{ManageCases, Permit, Scope, ViewCases, WithdrawConsent};
use crate::domain::actor::membership::Role;
use crate::domain::calendar::year_of;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::matter::{Matter, MatterType};
use crate::domain::catalogue::unit::UnitState;
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, CaseId, ConsentId};
use crate::domain::issuing::case::{Case, CaseAct, CaseMode, CaseRefused, CaseState, ConsentMeans, DueDays};
use crate::domain::issuing::person::Person;
use crate::domain::text::PlainText;
use crate::service::catalogue::reading;
use crate::service::licence::notices;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::idempotency::Claim;
use crate::storage::issuing::case::{self as stored, Consent, Listing};
use crate::storage::issuing::number;
use crate::storage::{self, StorageError, Tx, page};

/// A case to be opened.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// Whether licences come of it or are used in it.
    pub case_type: MatterType,
    /// Code of the matter.
    pub matter: String,
    /// Its number with its unit; given if absent.
    pub number: Option<String>,
    /// Whom it is for.
    pub person: Person,
    /// How its licences are made; `None` for a using case.
    pub mode: Option<CaseMode>,
}

/// A case that was opened; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseOpened {
    /// Its id.
    pub id: CaseId,
    /// Its number with its unit.
    pub number: String,
    /// When its licences are due; null before 办结.
    pub due_at: Option<i64>,
}

/// What is done with a case.
#[derive(Clone, Debug)]
pub enum Doing {
    /// 办结.
    Conclude,
    /// It ends without a licence.
    CloseWithout(PlainText),
    /// The holder agrees to the use of his licences.
    Consent {
        /// Of the text that he agreed to.
        wording_version: PlainText,
        /// How he agreed.
        means: ConsentMeans,
        /// What shows it.
        evidence: PlainText,
    },
    /// He takes that back.
    WithdrawConsent(PlainText),
}

/// Which cases are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaseFilter {
    /// Of this type only.
    pub case_type: Option<MatterType>,
    /// In this state only.
    pub state: Option<CaseState>,
    /// Only the overdue.
    pub overdue: bool,
    /// Cases older than this one.
    pub before: Option<CaseId>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// No such case of the caller's unit.
    #[error("no such case")]
    NotFound,
    /// Cases of this type are for another role.
    #[error("cases of type {0} are for another role")]
    NotYours(MatterType),
    /// The unit has been closed.
    #[error("the unit is closed")]
    UnitClosed,
    /// Members of the body are wrong.
    #[error("the case cannot be opened as it is")]
    Faults(Faults),
    /// There is a case with this number.
    #[error("there is a case with this number")]
    Taken(CaseId),
    /// The act is not done.
    #[error(transparent)]
    Refused(#[from] CaseRefused),
    /// There is no consent to be withdrawn.
    #[error("no consent holds")]
    NoConsent,
    /// The caller saw another version.
    #[error("the case has version {now}")]
    Stale {
        /// Its version now.
        now: i64,
    },
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for CaseError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

impl From<&DeadlinesConfig> for DueDays {
    fn from(config: &DeadlinesConfig) -> Self {
        Self {
            offline: config.offline_days,
            bulk: config.bulk_days,
            stock: config.stock_days,
            exempt: config.exempt_days,
        }
    }
}

/// Opens a case.
pub async fn open(
    app: &App,
    permit: &Permit<ManageCases>,
    new: NewCase,
    key: Option<Claim>,
) -> Result<Reply<CaseOpened>, CaseError> {
    must_have_role(permit, new.case_type)?;
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let opened = opened(app, &mut work, permit.scope(), permit.account(), new).await?;
    Ok(work.commit(opened).await?)
}

/// Opens a case within a command; the caller has asked whether `account` may.
pub(super) async fn opened(
    app: &App,
    work: &mut Work<'_>,
    unit: Uscc,
    account: AccountId,
    new: NewCase,
) -> Result<CaseOpened, CaseError> {
    let own = storage::catalogue::unit::find(&mut work.tx, unit).await?;
    if own.is_none_or(|own| own.state != UnitState::Active) {
        return Err(CaseError::UnitClosed);
    }
    matter_faults(&mut work.tx, &new).await?.none().map_err(CaseError::Faults)?;
    let number = match new.number {
        Some(number) => number,
        None => given_number(work, unit, new.case_type).await?,
    };
    let case = Case {
        id: CaseId::generate(work.now, &*app.entropy),
        unit,
        case_type: new.case_type,
        number,
        matter: new.matter,
        mode: new.mode,
        person: new.person,
        state: CaseState::Open,
        concluded_at: None,
        due_at: None,
        provisional: false,
        version: 1,
        created_at: work.now,
    };
    if !stored::insert(&mut work.tx, &app.secrets, &*app.entropy, &case, account).await? {
        let other = stored::with_number(&mut work.tx, unit, case.case_type, &case.number).await?;
        return Err(other.map_or(StorageError::Conflict.into(), CaseError::Taken));
    }
    work.audit("open case", &case.id.to_string(), None).await?;
    Ok(CaseOpened { id: case.id, number: case.number, due_at: None })
}

/// Does something with a case.
pub async fn act(
    app: &App,
    permit: &Permit<ManageCases>,
    id: CaseId,
    doing: &Doing,
    if_version: Option<Vec<i64>>,
) -> Result<CaseView, CaseError> {
    let mut work = Work::begin(app, permit).await?;
    let before = stored::find_and_hold(&mut work.tx, &app.secrets, permit.scope(), id).await?;
    let before = before.ok_or(CaseError::NotFound)?;
    must_have_role(permit, before.case_type)?;
    if if_version.is_some_and(|versions| !versions.contains(&before.version)) {
        return Err(CaseError::Stale { now: before.version });
    }
    let made = stored::made(&mut work.tx, id).await?;
    let now = work.now;
    let after = match doing {
        Doing::Conclude => {
            let calendar = calendar::current(&mut work.tx).await?;
            before.concluded(made, &calendar, DueDays::from(&app.config.deadlines), now)?
        }
        Doing::CloseWithout(reason) => {
            let after = before.closed(made)?;
            stored::put_reason(&mut work.tx, &app.secrets, &*app.entropy, id, reason.as_str()).await?;
            after
        }
        Doing::Consent { wording_version, means, evidence } => {
            let after = before.consented(CaseAct::Consent)?;
            let consent = Consent {
                id: ConsentId::generate(now, &*app.entropy),
                wording_version: wording_version.as_str().to_owned(),
                means: *means,
                evidence: evidence.as_str().to_owned(),
                given_at: now.0,
                withdrawn_at: None,
            };
            let account = permit.account();
            stored::insert_consent(&mut work.tx, &app.secrets, &*app.entropy, id, &consent, account).await?;
            // Whoever has no licences here has none that could be used.
            let number = &before.person.number;
            let holder = storage::actor::holder::find_by_number(&mut work.tx, &app.secrets, number).await?;
            if let Some(holder) = holder {
                notices::of_consent(app, &mut work, holder.id, consent.id).await?;
            }
            after
        }
        Doing::WithdrawConsent(_) => {
            let after = before.consented(CaseAct::WithdrawConsent)?;
            if stored::withdraw_consents(&mut work.tx, id, now).await? == 0 {
                return Err(CaseError::NoConsent);
            }
            after
        }
    };
    stored::replace(&mut work.tx, &before, &after).await?;
    work.audit(recorded(doing), &id.to_string(), doing.reason()).await?;
    let view = view(app, &mut work.tx, after, now).await?;
    work.finish().await?;
    Ok(view)
}

/// Ends a consent at the wish of who gave it.
pub async fn withdraw_own(
    app: &App,
    permit: &Permit<WithdrawConsent>,
    id: ConsentId,
) -> Result<(), CaseError> {
    let mut work = Work::begin(app, permit).await?;
    let case = stored::case_of_consent(&mut work.tx, id).await?.ok_or(CaseError::NotFound)?;
    let before = stored::find_and_hold(&mut work.tx, &app.secrets, Scope::All, case).await?;
    let before = before.ok_or(CaseError::NotFound)?;
    let number = &before.person.number;
    let holder = storage::actor::holder::find_by_number(&mut work.tx, &app.secrets, number).await?;
    // Another's consent does not exist for him.
    if holder.is_none_or(|holder| holder.id != permit.scope()) {
        return Err(CaseError::NotFound);
    }
    let after = before.consented(CaseAct::WithdrawConsent)?;
    if !stored::withdraw_consent(&mut work.tx, id, work.now).await? {
        return Err(CaseError::NoConsent);
    }
    stored::replace(&mut work.tx, &before, &after).await?;
    work.audit("withdraw consent", &case.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// One case of the caller's unit.
pub async fn read(app: &App, permit: &Permit<ViewCases>, id: CaseId) -> Result<CaseView, CaseError> {
    let mut tx = app.db.begin_read().await?;
    let case = stored::find(&mut tx, &app.secrets, permit.scope(), id).await?;
    let case = case.filter(|case| is_seen(permit, case.case_type)).ok_or(CaseError::NotFound)?;
    let view = view(app, &mut tx, case, app.now()).await?;
    tx.commit().await?;
    Ok(view)
}

/// Cases of the caller's unit, newest first, and the one before which the next page begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewCases>,
    filter: CaseFilter,
    limit: i64,
) -> Result<(Vec<CaseView>, Option<CaseId>), CaseError> {
    let mut tx = app.db.begin_read().await?;
    // Who may see one type only gets that type, whatever he asks for.
    let types: Vec<MatterType> =
        MatterType::ALL.iter().copied().filter(|case_type| is_seen(permit, *case_type)).collect();
    let case_type = match (filter.case_type, &*types) {
        (Some(asked), seen) if !seen.contains(&asked) => return Ok((Vec::new(), None)),
        (None, [only]) => Some(*only),
        (asked, _) => asked,
    };
    let listing = Listing {
        unit: permit.scope(),
        case_type,
        state: filter.state,
        overdue_at: filter.overdue.then(|| app.now()),
        before: filter.before,
        limit: limit.saturating_add(1),
    };
    let mut cases = stored::list(&mut tx, &app.secrets, listing).await?;
    let next = page::cut(&mut cases, limit, |case| case.id);
    let mut belonging = Belonging::to(app, &mut tx, &cases).await?;
    let views = cases.into_iter().map(|case| belonging.view(case, app.now())).collect();
    tx.commit().await?;
    Ok((views, next))
}

async fn matter_faults(tx: &mut Tx, new: &NewCase) -> Result<Faults, StorageError> {
    let mut faults = Faults::default();
    match reading::in_force::<Matter>(tx, &new.matter).await? {
        None => faults.add(
            "/matter",
            "not-published",
            "没有已发布的事项使用该代码（R89）",
            "no matter with this code is published (R89)",
        ),
        Some(matter) => faults.require(
            matter.matter_type == new.case_type,
            "/matter",
            "other-type",
            "该事项的类型与办件不符",
            "the matter is of the other type",
        ),
    }
    Ok(faults)
}

/// The next number of the unit's own series that is free: a clerk may have used some by hand.
async fn given_number(
    work: &mut Work<'_>,
    unit: Uscc,
    case_type: MatterType,
) -> Result<String, StorageError> {
    let year = year_of(Day::of(work.now));
    loop {
        let next = number::next_case(&mut work.tx, unit, case_type, year).await?;
        let number = format!("{year}-{next:06}");
        if stored::with_number(&mut work.tx, unit, case_type, &number).await?.is_none() {
            return Ok(number);
        }
    }
}

fn must_have_role(permit: &Permit<ManageCases>, case_type: MatterType) -> Result<(), CaseError> {
    let role = match case_type {
        MatterType::Issuing => Role::IssuerMaker,
        MatterType::Using => Role::Handler,
    };
    if permit.principal().has_role(&[role]) { Ok(()) } else { Err(CaseError::NotYours(case_type)) }
}

/// Cases that use licences are their handlers' business, those that make them the issuers'.
fn is_seen(permit: &Permit<ViewCases>, case_type: MatterType) -> bool {
    let roles: &[Role] = match case_type {
        MatterType::Issuing => &[Role::IssuerMaker, Role::IssuerChecker],
        MatterType::Using => &[Role::Handler],
    };
    permit.principal().has_role(roles)
}

impl Doing {
    fn reason(&self) -> Option<&str> {
        match self {
            Self::CloseWithout(reason) | Self::WithdrawConsent(reason) => Some(reason.as_str()),
            Self::Conclude | Self::Consent { .. } => None,
        }
    }
}

/// As recorded in the trace.
const fn recorded(doing: &Doing) -> &'static str {
    match doing {
        Doing::Conclude => "conclude case",
        Doing::CloseWithout(_) => "close case",
        Doing::Consent { .. } => "consent to case",
        Doing::WithdrawConsent(_) => "withdraw consent",
    }
}
