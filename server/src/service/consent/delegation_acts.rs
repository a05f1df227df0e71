//! What becomes of a delegation: whom it is for is told, accepts or declines; the holder takes it back, or the delegate gives
//! it up. With its end everything that the delegate shows is over, and nothing of the holder's own (R60).

use liangzheng_core::time::Day;

use crate::App;
use crate::domain::access::{Delegate, Permit};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::actor::membership::Footing;
use crate::domain::consent::delegation::{
    Delegation, DelegationAct, DelegationAnswer, DelegationSide, DelegationState,
};
use crate::domain::fault::Faults;
use crate::domain::ids::{DelegationId, HolderId};
use crate::domain::licence::notice::NoticeKind;
use crate::service::actor::pin;
use crate::service::actor::{person, wallets};
use crate::service::consent::authorisations::directs;
use crate::service::consent::delegations::DelegationError;
use crate::service::licence::notices;
use crate::service::publication::status::{self, ShownBy};
use crate::service::showing::{reach, show};
use crate::service::work::Work;
use crate::storage::actor::holder;
use crate::storage::consent::delegation::{self as stored, DelegationRow};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// A delegation after an act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActedDelegation {
    /// Its id.
    pub id: DelegationId,
    /// Where it stands now.
    pub state: DelegationState,
}

/// Accepts, declines or ends a delegation. To accept needs the PIN of whom it is for.
pub async fn act(
    app: &App,
    permit: &Permit<Delegate>,
    id: DelegationId,
    act: DelegationAct,
    pin: Option<&str>,
) -> Result<ActedDelegation, DelegationError> {
    match act {
        DelegationAct::Accept => accept(app, permit, id, pin).await,
        DelegationAct::Decline => decline(app, permit, id).await,
        DelegationAct::Withdraw => withdraw(app, permit, id).await,
    }
}

async fn accept(
    app: &App,
    permit: &Permit<Delegate>,
    id: DelegationId,
    pin: Option<&str>,
) -> Result<ActedDelegation, DelegationError> {
    let mut tx = app.db.begin_read().await?;
    let received = received(app, &mut tx, permit, id).await?;
    tx.commit().await?;
    let (_, delegation) = received.ok_or(DelegationError::NotFound)?;
    let Some(pin) = pin else {
        let mut faults = Faults::default();
        faults.add("/pin", "required", "接受委托须输入亮证密码", "to accept needs the PIN");
        return Err(DelegationError::Faults(faults));
    };
    let pin = pin::check(app, permit.account(), pin).await?;
    let mut work = Work::begin(app, permit).await?;
    pin.take(&mut work).await?;
    record::hold(&mut work.tx, delegation.licence).await?;
    let (row, delegation) = received_and_takes(app, &mut work.tx, permit, id, DelegationAct::Accept).await?;
    let now = work.now;
    if !stored::answer(&mut work.tx, id, DelegationAnswer::Accepted, permit.account(), now).await? {
        return Err(StorageError::Conflict.into());
    }
    // Its index is given out now: the lists that verifiers hold know it before the first code is shown.
    if let Some(licence) = reach::open(&mut work.tx, &app.secrets, &row).await?
        && let Some(value) = licence.wire_status(Day::of(now))
    {
        let shown_by = ShownBy { device: None, delegation: Some(id), print: None };
        status::index_for(&mut work, licence.id, shown_by, value, &*app.entropy).await?;
    }
    notices::of_delegation(app, &mut work, NoticeKind::DelegationAccepted, &[row.holder], &delegation)
        .await?;
    work.acts_as(Footing::Delegate);
    work.audit("accept delegation", &id.to_string(), None).await?;
    let state = Delegation { answer: Some((DelegationAnswer::Accepted, now)), ..delegation }.state(now);
    work.finish().await?;
    Ok(ActedDelegation { id, state })
}

async fn decline(
    app: &App,
    permit: &Permit<Delegate>,
    id: DelegationId,
) -> Result<ActedDelegation, DelegationError> {
    let mut work = Work::begin(app, permit).await?;
    let (row, delegation) = received_and_takes(app, &mut work.tx, permit, id, DelegationAct::Decline).await?;
    let now = work.now;
    if !stored::answer(&mut work.tx, id, DelegationAnswer::Declined, permit.account(), now).await? {
        return Err(StorageError::Conflict.into());
    }
    notices::of_delegation(app, &mut work, NoticeKind::DelegationDeclined, &[row.holder], &delegation)
        .await?;
    work.acts_as(Footing::Delegate);
    work.audit("decline delegation", &id.to_string(), None).await?;
    work.finish().await?;
    Ok(ActedDelegation { id, state: DelegationState::Declined })
}

async fn withdraw(
    app: &App,
    permit: &Permit<Delegate>,
    id: DelegationId,
) -> Result<ActedDelegation, DelegationError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let mut row = stored::find(&mut work.tx, id).await?.ok_or(DelegationError::NotFound)?;
    // A show that is being opened holds the licence: it is seen here, or finds the delegation ended. Meanwhile the next
    // version may have taken the licence's place.
    loop {
        record::hold(&mut work.tx, row.licence).await?;
        let again = stored::find(&mut work.tx, id).await?.ok_or(DelegationError::NotFound)?;
        let is_same = again.licence == row.licence;
        row = again;
        if is_same {
            break;
        }
    }
    let open = wallets::open(&mut work.tx, permit, AgencyAct::Show, now).await?;
    let side = match open.into_iter().find(|wallet| wallet.holder == row.holder) {
        Some(wallet) => {
            work.acts_as(wallet.footing);
            if !directs(&mut work.tx, permit.account(), wallet, now).await? {
                return Err(DelegationError::NotForHandlers);
            }
            DelegationSide::Given
        }
        None => {
            received(app, &mut work.tx, permit, id).await?.ok_or(DelegationError::NotFound)?;
            work.acts_as(Footing::Delegate);
            DelegationSide::Received
        }
    };
    let delegation = row.read()?;
    takes(&delegation, side, DelegationAct::Withdraw, &work)?;
    if !stored::end(&mut work.tx, id, side, now).await? {
        return Err(StorageError::Conflict.into());
    }
    status::delegation_ended(&mut work, id).await?;
    show::end_of_delegation(&mut work, id).await?;
    let (kind, told) = match side {
        // Who has not accepted is told, too, if he was told of it.
        DelegationSide::Given if row.told == 0 && delegation.answer.is_none() => {
            (NoticeKind::DelegationWithdrawn, None)
        }
        DelegationSide::Given => {
            (NoticeKind::DelegationWithdrawn, delegate_of(app, &mut work.tx, &row).await?)
        }
        DelegationSide::Received => (NoticeKind::DelegationGivenUp, Some(row.holder)),
    };
    notices::of_delegation(app, &mut work, kind, &Vec::from_iter(told), &delegation).await?;
    let word = match side {
        DelegationSide::Given => "withdraw delegation",
        DelegationSide::Received => "give up delegation",
    };
    work.audit(word, &id.to_string(), None).await?;
    let state = Delegation { ended: Some((side, now)), ..delegation }.state(now);
    work.finish().await?;
    Ok(ActedDelegation { id, state })
}

/// Tells whom delegations are for that they wait for him, and who gave one that nobody accepted it in time; some at a time.
/// Returns whether there may be more. Whoever was told is not told again.
pub async fn tell(app: &App, after: &mut Option<DelegationId>) -> Result<bool, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let rows = stored::untold(&mut tx, *after, app.now(), AT_ONCE).await?;
    let mut due = Vec::new();
    for row in &rows {
        let delegation = row.read()?;
        let told = match delegation.state(app.now()) {
            DelegationState::Lapsed => Some((NoticeKind::DelegationLapsed, row.holder)),
            DelegationState::Waiting => {
                let delegate = delegate_of(app, &mut tx, row).await?;
                delegate.map(|delegate| (NoticeKind::DelegationOffered, delegate))
            }
            _ => None,
        };
        due.extend(told.map(|told| (delegation, told)));
    }
    tx.commit().await?;
    *after = rows.last().map(|row| row.id);
    if !due.is_empty() {
        let mut work = Work::of_server(app).await?;
        for (delegation, (kind, holder)) in due {
            if stored::told(&mut work.tx, delegation.id, kind == NoticeKind::DelegationLapsed).await? {
                notices::of_delegation(app, &mut work, kind, &[holder], &delegation).await?;
            }
        }
        work.finish().await?;
    }
    Ok(i64::try_from(rows.len()).is_ok_and(|found| found >= AT_ONCE))
}

/// A delegation for the caller: for his number, and for his name.
pub(super) async fn received(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<Delegate>,
    id: DelegationId,
) -> Result<Option<(DelegationRow, Delegation)>, StorageError> {
    let Some(row) = stored::find_for(tx, permit.account(), id).await? else { return Ok(None) };
    let identity = person::identity(tx, &app.secrets, permit.account()).await?;
    let is_named = is_for(app, &row, identity.as_ref().map(|(name, _)| name.as_str()))?;
    let delegation = row.read()?;
    Ok(is_named.then_some((row, delegation)))
}

/// Whether a delegation is for somebody of this name: one for another's name is as one for nobody, so that a slip in the
/// number gives a licence to no stranger.
pub(super) fn is_for(app: &App, row: &DelegationRow, name: Option<&str>) -> Result<bool, StorageError> {
    Ok(name.is_some() && Some(row.delegate(&app.secrets)?.name.as_str()) == name)
}

async fn received_and_takes(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<Delegate>,
    id: DelegationId,
    act: DelegationAct,
) -> Result<(DelegationRow, Delegation), DelegationError> {
    let found = received(app, tx, permit, id).await?.ok_or(DelegationError::NotFound)?;
    let state = found.1.state(app.now());
    if state.takes(DelegationSide::Received).contains(&act) {
        Ok(found)
    } else {
        Err(DelegationError::NotNow(state))
    }
}

fn takes(
    delegation: &Delegation,
    side: DelegationSide,
    act: DelegationAct,
    work: &Work<'_>,
) -> Result<(), DelegationError> {
    let state = delegation.state(work.now);
    if state.takes(side).contains(&act) { Ok(()) } else { Err(DelegationError::NotNow(state)) }
}

/// The holder that whom a delegation is for is here, if he is one.
async fn delegate_of(app: &App, tx: &mut Tx, row: &DelegationRow) -> Result<Option<HolderId>, StorageError> {
    let person = row.delegate(&app.secrets)?;
    let Some(number) = person.number() else { return Ok(None) };
    let found = holder::find_by_number(tx, &app.secrets, &number).await?;
    Ok(found.filter(|holder| holder.name == person.name).map(|holder| holder.id))
}

/// Delegations per transaction.
const AT_ONCE: i64 = 200;
