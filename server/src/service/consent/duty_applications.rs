//! Duty applications 履职共享申请: written by a using unit, decided by the issuer, ended by either (R58).

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ActOnDutyApplication, ApplyForDuty, Permit, ViewDutyApplications};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::unit::UnitState;
use crate::domain::catalogue::using_list::{MaterialFooting, UsingList};
use crate::domain::consent::duty::{DutyAct, DutyState};
use crate::domain::fault::Faults;
use crate::domain::ids::DutyApplicationId;
use crate::domain::text::PlainText;
use crate::service::catalogue::names::{kind_names, unit_names};
use crate::service::catalogue::reading;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::catalogue::unit;
use crate::storage::consent::duty::{self as stored, DutyRow, Listing};
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx, page};

/// What is applied for.
#[derive(Clone, Debug)]
pub struct NewDutyApplication {
    /// Whose licences; the only issuer of the kind if left out.
    pub issuer: Option<Uscc>,
    /// Of which kind.
    pub kind: KindCode,
    /// Code of what for.
    pub purpose: String,
    /// The same in words.
    pub need: PlainText,
}

/// What was applied for; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DutyApplied {
    /// Its id.
    pub id: DutyApplicationId,
    /// To whom.
    pub issuer: Uscc,
    /// `applied`.
    pub state: DutyState,
}

/// An application as its two units read it.
#[derive(Clone, Debug)]
pub struct DutyApplication {
    /// Its id.
    pub id: DutyApplicationId,
    /// Who applied, and its names.
    pub unit: (Uscc, Text),
    /// To whom, and its names.
    pub issuer: (Uscc, Text),
    /// The kind and its names.
    pub kind: (KindCode, Text),
    /// Code of what for.
    pub purpose: String,
    /// The same in words.
    pub need: String,
    /// Where it stands.
    pub state: DutyState,
    /// What the caller can do with it.
    pub acts: Vec<DutyAct>,
    /// When it was made.
    pub at: UnixTime,
    /// When it was granted or refused.
    pub decided_at: Option<UnixTime>,
    /// When it was ended or withdrawn.
    pub ended_at: Option<UnixTime>,
    /// Why the last act was done.
    pub reason: Option<String>,
}

/// Of which side applications are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The caller's unit made them.
    Applied,
    /// They were made to it.
    Received,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DutyError {
    /// No such application of the caller's unit or to it.
    #[error("no such application")]
    NotFound,
    /// The act is for another role, or for the other unit.
    #[error("{0} is for another")]
    NotYours(DutyAct),
    /// Members of the body are wrong.
    #[error("the application cannot be made as it is")]
    Faults(Faults),
    /// There is one for the same, which waits or was granted.
    #[error("there is such an application")]
    Taken,
    /// Its state does not allow the act.
    #[error("{from} does not allow {act}")]
    State {
        /// Where it stands.
        from: DutyState,
        /// What was asked.
        act: DutyAct,
    },
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for DutyError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Applies to an issuer.
pub async fn apply(
    app: &App,
    permit: &Permit<ApplyForDuty>,
    new: NewDutyApplication,
    claim: Option<Claim>,
) -> Result<Reply<DutyApplied>, DutyError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(claim).await? {
        return Ok(answered);
    }
    let issuer = issuer_of(&mut work.tx, permit.scope(), &new).await?;
    let id = DutyApplicationId::generate(work.now, &*app.entropy);
    let row = DutyRow {
        id,
        unit: permit.scope(),
        issuer,
        kind: new.kind,
        purpose: new.purpose,
        need: app.secrets.seal_text(&stored::place_of_need(id), new.need.as_str(), &*app.entropy),
        state: DutyState::Applied.as_str().to_owned(),
        account: permit.account(),
        at: work.now.0,
        decided_at: None,
        ended_at: None,
        reason: None,
    };
    if !stored::insert(&mut work.tx, &row).await? {
        return Err(DutyError::Taken);
    }
    work.audit("apply for duty sharing", &id.to_string(), None).await?;
    Ok(work.commit(DutyApplied { id, issuer, state: DutyState::Applied }).await?)
}

/// The issuer that is applied to: the unit's list asks for the kind by duty, and the issuer issues it.
async fn issuer_of(tx: &mut Tx, own: Uscc, new: &NewDutyApplication) -> Result<Uscc, DutyError> {
    let mut faults = Faults::default();
    let kind = reading::in_force::<Kind>(tx, new.kind.as_str()).await?;
    faults.require(
        kind.is_some(),
        "/kind",
        "not-published",
        "没有已发布的这种证照",
        "no kind with this code is published",
    );
    let list = reading::in_force::<UsingList>(tx, own.as_str()).await?;
    let mut listed = list.iter().flat_map(|list| &list.matters).filter(|one| one.purpose == new.purpose);
    let is_listed = listed.any(|one| {
        let mut materials = one.materials.iter();
        materials.any(|one| one.kind == new.kind && one.footing == MaterialFooting::Duty)
    });
    faults.require(
        is_listed,
        "/purpose",
        "not-listed",
        "本单位的用证清单没有以履职共享为依据、按此用途使用这种证照；请先修改用证清单",
        "the unit's using list has no such kind by duty for this purpose: have it on the list first",
    );
    let units = kind.map(|kind| kind.units).unwrap_or_default();
    let issuer = new.issuer.or(match &*units {
        [only] => Some(*only),
        _ => None,
    });
    match issuer {
        None if !units.is_empty() => faults.add(
            "/issuer",
            "missing",
            "这种证照由多个单位签发，请写明向哪个单位申请",
            "several units issue this kind: name the one you apply to",
        ),
        None => {}
        Some(issuer) => {
            let known = unit::find(tx, issuer).await?;
            let is_there = known.is_some_and(|known| known.state == UnitState::Active);
            faults.require(
                is_there && (units.is_empty() || units.contains(&issuer)),
                "/issuer",
                "not-issuing",
                "该单位不签发这种证照",
                "the unit does not issue this kind",
            );
            faults.require(
                issuer != own,
                "/issuer",
                "own",
                "本单位签发的证照无须申请",
                "the unit needs no consent to what it issues itself",
            );
        }
    }
    faults.none().map_err(DutyError::Faults)?;
    issuer.ok_or(DutyError::NotFound)
}

/// Grants, refuses, ends or withdraws an application.
pub async fn act(
    app: &App,
    permit: &Permit<ActOnDutyApplication>,
    id: DutyApplicationId,
    act: DutyAct,
    reason: Option<&PlainText>,
) -> Result<DutyApplication, DutyError> {
    let mut work = Work::begin(app, permit).await?;
    let row = stored::find_and_hold(&mut work.tx, permit.scope(), id).await?.ok_or(DutyError::NotFound)?;
    if !acts_of(permit.scope(), |role| permit.principal().has_role(&[role]), &row).contains(&act) {
        return Err(DutyError::NotYours(act));
    }
    let from = row.state()?;
    let to = from.after(act).ok_or(DutyError::State { from, act })?;
    let sealed = reason
        .map(|reason| app.secrets.seal_text(&stored::place_of_reason(id), reason.as_str(), &*app.entropy));
    let (by, now) = (permit.account(), work.now);
    if !stored::act(&mut work.tx, id, from, act, to, by, sealed.as_deref(), now).await? {
        return Err(StorageError::Conflict.into());
    }
    let recorded = match act {
        DutyAct::Grant => "grant duty sharing",
        DutyAct::Refuse => "refuse duty sharing",
        DutyAct::End => "end duty sharing",
        DutyAct::Withdraw => "withdraw duty application",
    };
    work.audit(recorded, &id.to_string(), reason.map(PlainText::as_str)).await?;
    let row = stored::find(&mut work.tx, permit.scope(), id).await?.ok_or(DutyError::NotFound)?;
    let has = |role| permit.principal().has_role(&[role]);
    let application = open(app, &mut work.tx, permit.scope(), has, row).await?;
    work.finish().await?;
    Ok(application)
}

/// One application of the caller's unit, or to it; `None` if there is no such.
pub async fn one(
    app: &App,
    permit: &Permit<ViewDutyApplications>,
    id: DutyApplicationId,
) -> Result<Option<DutyApplication>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let Some(row) = stored::find(&mut tx, permit.scope(), id).await? else { return Ok(None) };
    let has = |role| permit.principal().has_role(&[role]);
    let application = open(app, &mut tx, permit.scope(), has, row).await?;
    tx.commit().await?;
    Ok(Some(application))
}

/// A page of the applications of the caller's unit, or of those to it, newest first, and where the next begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewDutyApplications>,
    side: Side,
    state: Option<DutyState>,
    before: Option<DutyApplicationId>,
    limit: i64,
) -> Result<(Vec<DutyApplication>, Option<DutyApplicationId>), StorageError> {
    let unit = permit.scope();
    let (applied_by, issuer) = match side {
        Side::Applied => (Some(unit), None),
        Side::Received => (None, Some(unit)),
    };
    let mut tx = app.db.begin_read().await?;
    let listing = Listing { applied_by, issuer, state, before, limit: limit.saturating_add(1) };
    let mut rows = stored::list(&mut tx, listing).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let has = |role| permit.principal().has_role(&[role]);
        items.push(open(app, &mut tx, unit, has, row).await?);
    }
    tx.commit().await?;
    Ok((items, next))
}

/// What a member of a unit may do with an application, whatever its state.
fn acts_of(unit: Uscc, has: impl Fn(Role) -> bool, row: &DutyRow) -> Vec<DutyAct> {
    let may = |act: &DutyAct| {
        if act.is_issuers() {
            row.issuer == unit && has(Role::IssuerChecker)
        } else {
            row.unit == unit && (has(Role::Handler) || has(Role::UnitAdmin))
        }
    };
    DutyAct::ALL.iter().copied().filter(may).collect()
}

async fn open(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    has: impl Fn(Role) -> bool,
    row: DutyRow,
) -> Result<DutyApplication, StorageError> {
    let state = row.state()?;
    let broken =
        |column| StorageError::Inconsistent { table: "consent_duty", column, row: row.id.to_string() };
    let need = app.secrets.open_text(&stored::place_of_need(row.id), &row.need);
    let reason = row.reason.as_ref().map(|sealed| {
        let place = stored::place_of_reason(row.id);
        app.secrets.open_text(&place, sealed).map_err(|_| broken("reason"))
    });
    Ok(DutyApplication {
        id: row.id,
        unit: (row.unit, unit_names(tx, row.unit).await?),
        issuer: (row.issuer, unit_names(tx, row.issuer).await?),
        kind: (row.kind, kind_names(app, row.kind)),
        need: need.map_err(|_| broken("need"))?,
        acts: acts_of(unit, has, &row).into_iter().filter(|act| state.after(*act).is_some()).collect(),
        state,
        at: UnixTime(row.at),
        decided_at: row.decided_at.map(UnixTime),
        ended_at: row.ended_at.map(UnixTime),
        reason: reason.transpose()?,
        purpose: row.purpose,
    })
}
