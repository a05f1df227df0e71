//! What those see of all units' licences who run or audit the platform: counts; one licence for a case, or for a reason
//! that is kept. Each look at a licence stands in its holder's access log (docs/REQUIREMENTS.md D).

use super::reading::{Listed, Whole, whole};
use crate::App;
use crate::domain::access::{LookAtIssued, Permit, Reach, Scope};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::fault::Faults;
use crate::domain::ids::{CaseId, LicenceId};
use crate::domain::text::PlainText;
use crate::domain::trace::usage::Ground;
use crate::service::trace::access_log::{Use, UseKind};
use crate::service::work::{Work, WorkError};
use crate::storage::issuing::{case, draft as drafts};
use crate::storage::licence::listing;
pub use crate::storage::licence::listing::CountRow;
use crate::storage::trace::access_log;
use crate::storage::{StorageError, Tx};

/// What a look at another unit's licence is for.
#[derive(Clone, Debug, Default)]
pub struct Purpose {
    /// The case; a manager names it.
    pub case: Option<CaseId>,
    /// In words; an auditor gives it.
    pub reason: Option<PlainText>,
}

/// Why nothing was shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookError {
    /// No such licence, or not of that case.
    #[error("no such licence")]
    NotFound,
    /// The purpose is missing.
    #[error("the purpose is missing")]
    Faults(Faults),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for LookError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// How many licences and drafts there are, by unit, kind and status.
pub async fn counts(
    app: &App,
    _: &Permit<LookAtIssued>,
    kind: Option<KindCode>,
    status: Option<&str>,
) -> Result<Vec<CountRow>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let counts = listing::counts(&mut tx, kind, status).await?;
    tx.commit().await?;
    Ok(counts)
}

/// The licences and drafts of one case: of the caller's unit, or of any for who looks at all units.
pub async fn of_case(app: &App, permit: &Permit<LookAtIssued>, id: CaseId) -> Result<Vec<Listed>, LookError> {
    let mut work = Work::begin(app, permit).await?;
    let scope = match permit.scope() {
        Reach::Unit(unit) => Scope::Unit(unit),
        Reach::Province => Scope::All,
    };
    let found = case::find(&mut work.tx, &app.secrets, scope, id).await?;
    found.ok_or(LookError::NotFound)?;
    let mut items = Vec::new();
    for (_, licence, _) in case::licences(&mut work.tx, &[id]).await? {
        items.extend(listed(app, &mut work.tx, licence).await?);
    }
    work.audit("list licences of case", &id.to_string(), None).await?;
    work.finish().await?;
    Ok(items)
}

/// One licence of any unit, for a case or a reason; logged before it leaves.
pub async fn one(
    app: &App,
    permit: &Permit<LookAtIssued>,
    id: LicenceId,
    purpose: &Purpose,
) -> Result<Whole, LookError> {
    let mut work = Work::begin(app, permit).await?;
    let draft = drafts::find(&mut work.tx, &app.secrets, Scope::All, id).await?;
    let of_case = draft.as_ref().and_then(|draft| draft.case);
    let is_auditor = permit.principal().has_role(&[Role::Auditor]);
    let is_manager = permit.principal().has_role(&[Role::Manager]);
    match (purpose.case, &purpose.reason) {
        (Some(_), _) if is_manager => {}
        (_, Some(_)) if is_auditor => {}
        _ => return Err(LookError::Faults(missing(is_manager, is_auditor))),
    }
    if purpose.case.is_some_and(|case| Some(case) != of_case) {
        return Err(LookError::NotFound);
    }
    let whole = whole(app, &mut work.tx, Scope::All, id).await?.ok_or(LookError::NotFound)?;
    let reason = purpose.reason.as_ref().map(PlainText::as_str);
    if let (Some(licence), Some(membership)) = (&whole.licence, &permit.principal().membership) {
        let (looked_at, actor) = (id.to_string(), permit.account().to_string());
        let place = (&*looked_at, &*actor, work.now);
        let seal = |reason| access_log::seal_reason(&app.secrets, &*app.entropy, place, reason);
        let ground = Ground {
            case: purpose.case.map(|case| case.to_string()),
            reason: reason.map(seal),
            ..Ground::member(membership.unit)
        };
        let row = Use {
            at: work.now,
            kind: UseKind::Look,
            licence: looked_at.into(),
            actor: actor.into(),
            subject: licence.identifier.to_string().into(),
            scene: std::sync::Arc::default(),
            token: Vec::new(),
            ground: Some(Box::new(ground)),
        };
        access_log::append(&mut work.tx, &row).await?;
    }
    work.audit("look at licence", &id.to_string(), reason).await?;
    work.finish().await?;
    Ok(whole)
}

fn missing(is_manager: bool, is_auditor: bool) -> Faults {
    let mut faults = Faults::default();
    if is_manager {
        faults.add(
            "/case",
            "missing",
            "管理机构查看其他单位的证照须用 case 参数注明办件",
            "name the case for which you look at another unit's licence (?case=)",
        );
    }
    if is_auditor {
        faults.add(
            "/reason",
            "missing",
            "审计人员查看证照须用 reason 参数注明原因，该原因将留存并告知持证主体",
            "give the reason for which you look at a licence (?reason=): it is kept, and its holder sees it",
        );
    }
    faults
}

async fn listed(app: &App, tx: &mut Tx, id: LicenceId) -> Result<Option<Listed>, StorageError> {
    if let Some(row) = listing::version(tx, id).await? {
        return Ok(Some(Listed::Licence(row)));
    }
    let draft = drafts::find(tx, &app.secrets, Scope::All, id).await?;
    Ok(draft.map(|draft| Listed::Draft(Box::new(draft))))
}

/// The unit whose licences a caller sees as its issuing staff.
pub fn own_unit(permit: &Permit<LookAtIssued>) -> Option<Uscc> {
    let membership = permit.principal().membership.as_ref();
    let staff = membership.filter(|one| one.has_role(&[Role::IssuerMaker, Role::IssuerChecker]));
    staff.map(|membership| membership.unit)
}
