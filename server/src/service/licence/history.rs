//! What was done to a licence, and what can be done next.

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};

use crate::App;
use crate::domain::access::{self, ActOnLicence, ChangeStatus, Permit, Scope, ViewActs, ViewWallet};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, ActId, LicenceId, ProposalId};
use crate::domain::licence::Status;
use crate::domain::licence::acts::{ActName, Doing};
use crate::service::access::proposals;
use crate::service::actor::{person, wallets};
use crate::storage::day::of_number;
use crate::storage::licence::act::{self, ActRow};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// One act that was done.
#[derive(Clone, Debug)]
pub struct DoneAct {
    /// Its id.
    pub id: ActId,
    /// Its name.
    pub act: String,
    /// The same in words.
    pub label: Text,
    /// The status before.
    pub from: String,
    /// The status after.
    pub to: String,
    /// The licence's version after it.
    pub version: i64,
    /// Why.
    pub reason: String,
    /// On what legal basis.
    pub legal_basis: String,
    /// From when it counts in law.
    pub effective_at: UnixTime,
    /// When it was recorded.
    pub at: UnixTime,
    /// For which unit.
    pub unit: Uscc,
    /// The unit's names.
    pub unit_names: Text,
    /// On what footing.
    pub footing: String,
    /// Who did it, or proposed it.
    pub by: (AccountId, Option<String>),
    /// Who confirmed it.
    pub confirmed_by: Option<(AccountId, Option<String>)>,
    /// The proposal that was confirmed.
    pub proposal: Option<ProposalId>,
    /// Last day of a seizure, or on which an inspection counts.
    pub last_day: Option<Day>,
    /// The paper licence to which the same was done.
    pub physical: Option<String>,
}

/// An act that would be done now.
#[derive(Clone, Debug)]
pub struct NextAct {
    /// Its name.
    pub act: ActName,
    /// Whether a second person must confirm.
    pub two_persons: bool,
    /// The status it leads to.
    pub to: Status,
    /// The proposal that waits for another person.
    pub proposal: Option<ProposalId>,
}

/// The acts on a licence of the caller's unit, oldest first; `None` if there is no such licence.
pub async fn of_unit(
    app: &App,
    permit: &Permit<ViewActs>,
    id: LicenceId,
) -> Result<Option<Vec<DoneAct>>, StorageError> {
    read(app, permit.scope().into(), id).await
}

/// The acts on the caller's own licence, oldest first.
pub async fn of_holder(
    app: &App,
    permit: &Permit<ViewWallet>,
    id: LicenceId,
) -> Result<Option<Vec<DoneAct>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let open = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::View, id, app.now()).await?;
    tx.commit().await?;
    match open {
        Some((_, wallet)) => read(app, wallet.holder.into(), id).await,
        None => Ok(None),
    }
}

/// What the caller could do to a licence of his unit now, with the licence's version; `None` if there is no such licence.
pub async fn next(
    app: &App,
    permit: &Permit<ActOnLicence>,
    id: LicenceId,
) -> Result<Option<(Vec<NextAct>, i64)>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let found = record::find(&mut tx, &app.secrets, permit.scope(), id).await?;
    let Some(licence) = found else { return Ok(None) };
    let is_checker = access::permit::<ChangeStatus>(permit.principal().clone()).is_ok();
    let now = app.now();
    let mut acts = Vec::new();
    for act in licence.allowed(now) {
        let two_persons = act.doing() == Doing::TwoPersons;
        let Some(to) = licence.status_by(act, now).filter(|_| two_persons || is_checker) else { continue };
        let proposal = if two_persons {
            proposals::standing_of(app, &mut tx, &id.to_string(), act.as_str(), licence.version).await?
        } else {
            None
        };
        acts.push(NextAct { act, two_persons, to, proposal });
    }
    tx.commit().await?;
    Ok(Some((acts, licence.version)))
}

async fn read(app: &App, scope: Scope, id: LicenceId) -> Result<Option<Vec<DoneAct>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let found = record::find(&mut tx, &app.secrets, scope, id).await?;
    // What is not issued is in no wallet.
    let is_seen = |status: Status| {
        matches!(scope, Scope::Unit(_)) || !matches!(status, Status::Draft | Status::PendingReview)
    };
    if !found.is_some_and(|licence| is_seen(licence.status)) {
        return Ok(None);
    }
    let mut acts = Vec::new();
    for row in act::of_licence(&mut tx, id).await? {
        acts.push(open(app, &mut tx, row).await?);
    }
    tx.commit().await?;
    Ok(Some(acts))
}

async fn open(app: &App, tx: &mut Tx, row: ActRow) -> Result<DoneAct, StorageError> {
    let name = row.act.parse::<ActName>().ok();
    let state = app.trust.current();
    let unit = state.catalogue.unit(row.unit).map(|unit| unit.names.clone());
    let confirmed_by = match row.confirmed_by {
        Some(by) => Some((by, person::name(tx, &app.secrets, by).await?)),
        None => None,
    };
    Ok(DoneAct {
        id: row.id,
        label: name.map_or_else(|| Text::new(row.act.clone(), row.act.clone()), ActName::label),
        reason: act::open_reason(&app.secrets, &row)?,
        physical: act::open_physical(&app.secrets, &row)?,
        by: (row.account, person::name(tx, &app.secrets, row.account).await?),
        confirmed_by,
        unit: row.unit,
        unit_names: unit.unwrap_or_else(|| Text::new(row.unit.to_string(), row.unit.to_string())),
        last_day: row.last_day.and_then(of_number),
        act: row.act,
        from: row.from_status,
        to: row.to_status,
        version: row.licence_version,
        legal_basis: row.legal_basis,
        effective_at: UnixTime(row.effective_at),
        at: UnixTime(row.at),
        footing: row.footing,
        proposal: row.proposal,
    })
}
