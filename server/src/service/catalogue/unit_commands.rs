//! Units: entered by the manager, or let in after they applied (R56); changed, ended.
//!
//! Who is responsible in a unit its own administrator says (R86); all else, and above all what it may do, the manager.
//! Verifiers read units in the signed catalogue, which follows within five seconds.

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;

use super::succession;
use super::units::{EnteredUnit, InUse, UnitError};
use crate::App;
use crate::domain::access::{EditUnit, ManageUnits, Permit, Reach};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::{Capacity, Contact, Unit, UnitAct, UnitActRefused, UnitState};
use crate::domain::catalogue::unit_rules;
use crate::domain::fault::Faults;
use crate::domain::text::PlainText;
use crate::service::actor::members;
use crate::service::work::{Reply, Work};
use crate::storage::catalogue::entry;
use crate::storage::catalogue::unit::{self as stored, KeptUnit};
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx};

/// What is said of a unit when it is entered or applies.
#[derive(Clone, Debug)]
pub struct UnitContent {
    /// Its unified social credit code.
    pub id: Uscc,
    /// Its names.
    pub names: Text,
    /// Codes of the regions it works in.
    pub regions: Vec<String>,
    /// What it may do.
    pub capacities: Vec<Capacity>,
    /// Audience classes of scenes that it may verify as.
    pub audiences: Vec<String>,
    /// Who is responsible.
    pub contact: Contact,
    /// The unit above.
    pub parent: Option<Uscc>,
}

/// What of a unit is to be something else; `None` = as it is.
#[derive(Clone, Debug, Default)]
pub struct UnitChange {
    /// Its names.
    pub names: Option<Text>,
    /// Codes of the regions it works in.
    pub regions: Option<Vec<String>>,
    /// What it may do.
    pub capacities: Option<Vec<Capacity>>,
    /// Audience classes of scenes that it may verify as.
    pub audiences: Option<Vec<String>>,
    /// Who is responsible.
    pub contact: Option<Contact>,
    /// The unit above; `Some(None)` = none.
    pub parent: Option<Option<Uscc>>,
    /// Whether its counter restores accounts.
    pub recovers: Option<bool>,
}

impl UnitChange {
    /// Whether it is nothing but who is responsible.
    const fn is_of_contact_only(&self) -> bool {
        self.names.is_none()
            && self.regions.is_none()
            && self.capacities.is_none()
            && self.audiences.is_none()
            && self.parent.is_none()
            && self.recovers.is_none()
    }
}

/// Enters a unit; false if there is one with its code. For `init` and for those who have their own check.
pub async fn register(work: &mut Work<'_>, unit: &Unit) -> Result<bool, StorageError> {
    let now = work.now;
    let is_new = stored::insert(&mut work.tx, unit, now).await?;
    if is_new {
        work.audit("register unit", unit.id.as_str(), None).await?;
    }
    Ok(is_new)
}

/// Enters a unit that works from now on.
pub async fn create(
    app: &App,
    permit: &Permit<ManageUnits>,
    content: UnitContent,
    key: Option<Claim>,
) -> Result<Reply<EnteredUnit>, UnitError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let entered = enter(app, &mut work, content, UnitState::Active).await?;
    refuse_full(app, &mut work.tx).await?;
    Ok(work.commit(entered).await?)
}

/// Takes the application of a unit that wants to verify (R56): it does nothing until the manager lets it in. One that
/// was refused may apply again.
pub async fn apply(app: &App, content: UnitContent) -> Result<EnteredUnit, UnitError> {
    let mut work = Work::of_server(app).await?;
    if stored::count(&mut work.tx, UnitState::Applied).await? >= MAX_APPLICATIONS {
        return Err(UnitError::TooMany);
    }
    let entered = enter(app, &mut work, content, UnitState::Applied).await?;
    work.finish().await?;
    Ok(entered)
}

async fn enter(
    app: &App,
    work: &mut Work<'_>,
    content: UnitContent,
    state: UnitState,
) -> Result<EnteredUnit, UnitError> {
    let UnitContent { id, names, regions, capacities, audiences, contact, parent } = content;
    let unit = Unit { id, names, regions, capacities, audiences, parent, successor: None, state };
    let mut faults = unit_rules::faults(&unit, Some(&contact));
    faults.require(
        !unit.capacities.is_empty(),
        "/capacities",
        "length",
        "请至少选择一种职能：issuing、using 或 social",
        "give at least one of issuing, using, social",
    );
    parent_faults(&mut work.tx, &unit, &mut faults).await?;
    faults.none().map_err(UnitError::Faults)?;
    let now = work.now;
    if !stored::insert(&mut work.tx, &unit, now).await? {
        let before = stored::find_kept_and_hold(&mut work.tx, &app.secrets, id).await?;
        // Refused before, and never worked: nothing hangs on the row.
        let refused =
            before.filter(|before| before.unit.state == UnitState::Closed && before.worked_at.is_none());
        if refused.is_none() {
            return Err(UnitError::Taken);
        }
    }
    let before = stored::find_kept(&mut work.tx, &app.secrets, id).await?.ok_or(UnitError::NotFound)?;
    let kept = KeptUnit {
        unit,
        contact: Some(contact),
        changes: before.changes + 1,
        worked_at: (state == UnitState::Active).then_some(now.0),
        ..before.clone()
    };
    stored::replace(&mut work.tx, &app.secrets, &*app.entropy, &before, &kept).await?;
    if state == UnitState::Active {
        entry::advance(&mut work.tx).await?;
    }
    let action = if state == UnitState::Active { "register unit" } else { "apply as unit" };
    work.audit(action, id.as_str(), None).await?;
    Ok(kept.into())
}

/// Changes what is said of a unit.
pub async fn change(
    app: &App,
    permit: &Permit<EditUnit>,
    id: Uscc,
    change: UnitChange,
    if_tag: Option<Vec<i64>>,
) -> Result<EnteredUnit, UnitError> {
    let mut work = Work::begin(app, permit).await?;
    let before = stored::find_kept_and_hold(&mut work.tx, &app.secrets, id).await?;
    let before = before.ok_or(UnitError::NotFound)?;
    match permit.scope() {
        Reach::Province => {}
        Reach::Unit(own) if own != id => return Err(UnitError::NotFound),
        Reach::Unit(_) if !change.is_of_contact_only() => return Err(UnitError::ManagersOnly),
        Reach::Unit(_) => {}
    }
    refuse_stale(&before, if_tag)?;
    if before.unit.state == UnitState::Closed {
        return Err(UnitActRefused { from: UnitState::Closed, act: UnitAct::Approve }.into());
    }
    let is_of_contact_only = change.is_of_contact_only();
    let UnitChange { names, regions, capacities, audiences, contact, parent, recovers } = change;
    let unit = Unit {
        names: names.unwrap_or_else(|| before.unit.names.clone()),
        regions: regions.unwrap_or_else(|| before.unit.regions.clone()),
        capacities: capacities.unwrap_or_else(|| before.unit.capacities.clone()),
        audiences: audiences.unwrap_or_else(|| before.unit.audiences.clone()),
        parent: parent.unwrap_or(before.unit.parent),
        ..before.unit.clone()
    };
    let contact = contact.or_else(|| before.contact.clone());
    let mut faults = unit_rules::faults(&unit, contact.as_ref());
    if is_of_contact_only {
        // Its administrator cannot mend the rest.
        faults.0.retain(|fault| fault.pointer.starts_with("/contact"));
    }
    if unit.parent != before.unit.parent {
        parent_faults(&mut work.tx, &unit, &mut faults).await?;
    }
    faults.none().map_err(UnitError::Faults)?;
    let now = work.now;
    refuse_lost_capacity(&mut work.tx, &before.unit, &unit, now).await?;
    let kept = KeptUnit {
        unit,
        contact,
        recovers: recovers.unwrap_or(before.recovers),
        changes: before.changes + 1,
        ..before.clone()
    };
    stored::replace(&mut work.tx, &app.secrets, &*app.entropy, &before, &kept).await?;
    if kept.unit.names != before.unit.names {
        entry::advance(&mut work.tx).await?;
        refuse_full(app, &mut work.tx).await?;
    }
    work.audit("change unit", id.as_str(), None).await?;
    work.finish().await?;
    Ok(kept.into())
}

/// What is done with a unit.
#[derive(Clone, Debug)]
pub enum UnitCommand {
    /// It is let in.
    Approve,
    /// It is not, for this reason.
    Refuse(PlainText),
    /// It ends, for this reason.
    Close(PlainText),
    /// Others take its work over.
    Succeed(succession::Plan),
}

impl UnitCommand {
    const fn act(&self) -> UnitAct {
        match self {
            Self::Approve => UnitAct::Approve,
            Self::Refuse(_) => UnitAct::Refuse,
            Self::Close(_) => UnitAct::Close,
            Self::Succeed(_) => UnitAct::Succeed,
        }
    }
}

/// Lets a unit in, refuses it, ends it, or has others take its work over.
pub async fn act(
    app: &App,
    permit: &Permit<ManageUnits>,
    id: Uscc,
    command: UnitCommand,
    if_tag: Option<Vec<i64>>,
) -> Result<EnteredUnit, UnitError> {
    let mut work = Work::begin(app, permit).await?;
    let before = stored::find_kept_and_hold(&mut work.tx, &app.secrets, id).await?;
    let before = before.ok_or(UnitError::NotFound)?;
    refuse_stale(&before, if_tag)?;
    let state = before.unit.state.after(command.act())?;
    let kept = match command {
        UnitCommand::Succeed(plan) => {
            let kept = succession::begin(app, &mut work, before, plan).await?;
            refuse_full(app, &mut work.tx).await?;
            kept
        }
        UnitCommand::Approve => {
            let worked_at = Some(work.now.0);
            let kept = put(app, &mut work, &before, state, worked_at).await?;
            entry::advance(&mut work.tx).await?;
            refuse_full(app, &mut work.tx).await?;
            work.audit("approve unit", id.as_str(), None).await?;
            kept
        }
        UnitCommand::Refuse(reason) => {
            let kept = put(app, &mut work, &before, state, None).await?;
            work.audit("refuse unit", id.as_str(), Some(reason.as_str())).await?;
            kept
        }
        UnitCommand::Close(reason) => {
            refuse_in_use(&mut work.tx, id).await?;
            let kept = put(app, &mut work, &before, state, before.worked_at).await?;
            entry::advance(&mut work.tx).await?;
            members::unit_changed(&mut work, id).await?;
            work.audit("close unit", id.as_str(), Some(reason.as_str())).await?;
            kept
        }
    };
    work.finish().await?;
    Ok(kept.into())
}

/// What makes the signed catalogue longer must fit into it. A unit is refused or closed however full it is.
async fn refuse_full(app: &App, tx: &mut Tx) -> Result<(), UnitError> {
    if super::content::is_too_large(app, tx).await? { Err(UnitError::Full) } else { Ok(()) }
}

async fn put(
    app: &App,
    work: &mut Work<'_>,
    before: &KeptUnit,
    state: UnitState,
    worked_at: Option<i64>,
) -> Result<KeptUnit, StorageError> {
    let unit = Unit { state, ..before.unit.clone() };
    // A unit that ends now has no plan to end.
    let kept = KeptUnit {
        unit,
        worked_at,
        changes: before.changes + 1,
        ends_on: None,
        succession: None,
        ..before.clone()
    };
    stored::replace(&mut work.tx, &app.secrets, &*app.entropy, before, &kept).await?;
    Ok(kept)
}

fn refuse_stale(kept: &KeptUnit, if_tag: Option<Vec<i64>>) -> Result<(), UnitError> {
    match if_tag {
        Some(tags) if !tags.contains(&kept.changes) => Err(UnitError::Stale { now: kept.changes }),
        _ => Ok(()),
    }
}

/// The unit above is there, works, and is not below.
async fn parent_faults(tx: &mut Tx, unit: &Unit, faults: &mut Faults) -> Result<(), StorageError> {
    let mut above = unit.parent;
    let mut is_right = true;
    for tier in 0..MAX_TIERS {
        let Some(id) = above else { break };
        let found = stored::find(tx, id).await?;
        is_right &= id != unit.id;
        is_right &= found.as_ref().is_some_and(|found| tier > 0 || found.state == UnitState::Active);
        above = found.filter(|_| is_right).and_then(|found| found.parent);
    }
    faults.require(
        is_right && above.is_none(),
        "/parent",
        "not-above",
        "上级单位须存在且正常，不能是本单位或其下级",
        "the unit above must be there and active, and neither this one nor below it",
    );
    Ok(())
}

/// A capacity is not taken away under those who work by it.
async fn refuse_lost_capacity(
    tx: &mut Tx,
    before: &Unit,
    after: &Unit,
    now: UnixTime,
) -> Result<(), UnitError> {
    let lost = before.capacities.iter().filter(|capacity| !after.capacities.contains(capacity));
    for capacity in lost {
        if *capacity == Capacity::Issuing && succession::has_entries(tx, before.id).await? {
            return Err(UnitError::InUse { what: InUse::Entries });
        }
        if members::any_with_role_of(tx, before.id, *capacity, now).await? {
            return Err(UnitError::InUse { what: InUse::Members });
        }
    }
    Ok(())
}

async fn refuse_in_use(tx: &mut Tx, id: Uscc) -> Result<(), UnitError> {
    if crate::storage::licence::record::any_open_of_unit(tx, id).await? {
        return Err(UnitError::InUse { what: InUse::Licences });
    }
    if succession::has_entries(tx, id).await? {
        return Err(UnitError::InUse { what: InUse::Entries });
    }
    Ok(())
}

/// Applications that wait at most: more than a manager reads in a month.
const MAX_APPLICATIONS: i64 = 2_000;
/// County, city, province, and room for more.
const MAX_TIERS: usize = 16;
