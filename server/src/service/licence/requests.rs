//! What a holder asks of the unit that issued a licence: 挂失 is done at once, 注销 is put on the unit's desk. He is
//! not one of the two persons who cancel it.

use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{AskOfUnit, HandleRequests, Permit, ViewWallet};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::{HolderId, LicenceId, RequestId};
use crate::domain::licence::acts::ActName;
use crate::domain::licence::lifecycle::Act;
use crate::domain::licence::request::{RequestState, RequestedAct};
use crate::domain::licence::{Licence, Status};
use crate::domain::text::PlainText;
use crate::service::actor::wallets;
use crate::service::issuing::tasks::{self, Claimed};
use crate::service::licence::acts::{ActError, AskedAct, Parties, done};
use crate::service::licence::notices;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::idempotency::Claim;
use crate::storage::licence::request::{self as stored, AskedOfUnit, RequestRow};
use crate::storage::licence::{listing, record};
use crate::storage::{StorageError, Tx, page};

/// What became of a request; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Requested {
    /// The request.
    pub id: RequestId,
    /// What was asked.
    pub act: RequestedAct,
    /// `done` of 挂失; `open` of 注销, which two people of the unit must agree to.
    pub state: RequestState,
    /// How many of its holders have not asked for the same yet: 注销 needs all of them.
    pub others_missing: usize,
    /// The licence.
    pub licence: LicenceId,
    /// Its status now.
    pub status: &'static str,
    /// Its version now.
    pub version: i64,
}

/// A request as it is read.
#[derive(Clone, Debug)]
pub struct HolderRequest {
    /// Its id.
    pub id: RequestId,
    /// The licence.
    pub licence: LicenceId,
    /// Its number under GB/T 36904; not told to the holder.
    pub identifier: Option<String>,
    /// Its kind; not told to the holder.
    pub kind: Option<KindCode>,
    /// What was asked.
    pub act: RequestedAct,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: RequestState,
    /// How many of its holders have not asked for the same, while it is open.
    pub others_missing: usize,
    /// When it was asked.
    pub at: UnixTime,
    /// When it was answered.
    pub answered_at: Option<UnixTime>,
    /// Why it was refused.
    pub answer: Option<String>,
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// No such request of the caller's unit.
    #[error("no such request")]
    NotFound,
    /// It was answered before.
    #[error("the request is {0}")]
    Over(RequestState),
    /// Another has it.
    #[error("another has the request")]
    Claimed(Claimed),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for AnswerError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Asks for an act on an own licence.
pub async fn ask(
    app: &App,
    permit: &Permit<AskOfUnit>,
    licence: LicenceId,
    asked: RequestedAct,
    reason: &PlainText,
    key: Option<Claim>,
) -> Result<Reply<Requested>, ActError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let now = work.now;
    let (secrets, act) = (&app.secrets, AgencyAct::Ask);
    let found = wallets::find_and_hold(&mut work.tx, secrets, permit, act, licence, now).await?;
    let is_issued = |licence: &Licence| !matches!(licence.status, Status::Draft | Status::PendingReview);
    let found = found.filter(|(licence, _)| is_issued(licence));
    let (before, wallet) = found.ok_or(ActError::NotFound)?;
    work.acts_as(wallet.footing);
    let outcome = |id, state, others_missing, licence: &Licence| Requested {
        id,
        act: asked,
        state,
        others_missing,
        licence: licence.id,
        status: licence.status.as_str(),
        version: licence.version,
    };
    let open = stored::open_of(&mut work.tx, licence, asked).await?;
    if let Some(own) = open.iter().find(|row| row.holder == wallet.holder) {
        let missing = missing(&mut work.tx, licence, asked).await?.len();
        return Ok(work.commit(outcome(own.id, RequestState::Open, missing, &before)).await?);
    }
    let id = RequestId::generate(work.now, &*app.entropy);
    let (state, after) = match asked {
        RequestedAct::ReportLoss => {
            let of_act = AskedAct::by_holder(asked.act(), reason.as_str());
            let parties = Parties { by: permit.account(), footing: wallet.footing, confirmed: None };
            let after = done(app, &mut work, &before, Act::ReportLoss, &of_act, parties).await;
            (RequestState::Done, after.map_err(told_to_holder)?)
        }
        RequestedAct::Cancel => {
            before.after(Act::Cancel, work.now).map_err(|refused| ActError::Forbidden {
                refused,
                allowed: allowed(&before, work.now),
                last: None,
            })?;
            (RequestState::Open, before.clone())
        }
    };
    let row = RequestRow {
        id,
        licence,
        unit: record::unit_of(&mut work.tx, &before).await?,
        holder: wallet.holder,
        account: permit.account(),
        act: asked.as_str().to_owned(),
        reason: app.secrets.seal_text(&stored::place(id), reason.as_str(), &*app.entropy),
        state: state.as_str().to_owned(),
        at: work.now.0,
        answered_at: (state == RequestState::Done).then_some(work.now.0),
        answer: None,
    };
    stored::insert(&mut work.tx, &row).await?;
    if state == RequestState::Open {
        work.audit("ask to cancel", &licence.to_string(), Some(reason.as_str())).await?;
    }
    let missing = match state {
        RequestState::Open => missing(&mut work.tx, licence, asked).await?,
        _ => Vec::new(),
    };
    notices::of_request(app, &mut work, &missing, licence, id).await?;
    Ok(work.commit(outcome(id, state, missing.len(), &after)).await?)
}

/// What was asked for an own licence, newest first; `None` if there is no such licence.
pub async fn of_holder(
    app: &App,
    permit: &Permit<ViewWallet>,
    licence: LicenceId,
) -> Result<Option<Vec<HolderRequest>>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let found = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::View, licence, app.now()).await?;
    let Some((_, wallet)) = found else { return Ok(None) };
    let rows = stored::of_licence(&mut tx, licence).await?;
    let mut items = Vec::new();
    // What another of its holders wrote is for the unit.
    for row in rows.iter().filter(|row| row.holder == wallet.holder) {
        let missing = missing_of(&mut tx, row).await?;
        items.push(open(app, row, None, missing)?);
    }
    tx.commit().await?;
    Ok(Some(items))
}

/// What was asked of the caller's unit, newest first, and where the next page begins.
pub async fn of_unit(
    app: &App,
    permit: &Permit<HandleRequests>,
    state: Option<RequestState>,
    before: Option<RequestId>,
    limit: i64,
) -> Result<(Vec<HolderRequest>, Option<RequestId>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let mut rows = stored::of_unit(&mut tx, permit.scope(), state, before, limit + 1).await?;
    let next = page::cut(&mut rows, limit, |asked| asked.request.id);
    let mut items = Vec::with_capacity(rows.len());
    for AskedOfUnit { request: row, identifier, kind } in rows {
        let missing = missing_of(&mut tx, &row).await?;
        items.push(open(app, &row, Some((identifier, kind)), missing)?);
    }
    tx.commit().await?;
    Ok((items, next))
}

/// One request to the caller's unit; `None` if there is no such request.
pub async fn one(
    app: &App,
    permit: &Permit<HandleRequests>,
    id: RequestId,
) -> Result<Option<HolderRequest>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let Some(row) = stored::find(&mut tx, permit.scope(), id).await? else { return Ok(None) };
    let missing = missing_of(&mut tx, &row).await?;
    let request = open(app, &row, of_licence(&mut tx, &row).await?, missing)?;
    tx.commit().await?;
    Ok(Some(request))
}

/// Refuses what was asked, with a reason that the holder reads. What is granted is proposed as an act.
pub async fn refuse(
    app: &App,
    permit: &Permit<HandleRequests>,
    id: RequestId,
    reason: &PlainText,
) -> Result<HolderRequest, AnswerError> {
    let mut work = Work::begin(app, permit).await?;
    let row = stored::find(&mut work.tx, permit.scope(), id).await?.ok_or(AnswerError::NotFound)?;
    let task = id.to_string();
    if let Some(claim) = tasks::refuse_anothers(app, &mut work.tx, &task, row.unit, permit.account()).await? {
        return Err(AnswerError::Claimed(claim));
    }
    let sealed = app.secrets.seal_text(&stored::place_of_answer(id), reason.as_str(), &*app.entropy);
    if !stored::answer(&mut work.tx, id, RequestState::Refused, Some(&sealed), work.now).await? {
        let now = stored::find(&mut work.tx, permit.scope(), id).await?.unwrap_or(row);
        return Err(AnswerError::Over(state_of(&now)?));
    }
    tasks::over(&mut work.tx, &task, row.unit).await?;
    work.audit("refuse request", &task, Some(reason.as_str())).await?;
    let row = stored::find(&mut work.tx, permit.scope(), id).await?.ok_or(AnswerError::NotFound)?;
    let request = open(app, &row, of_licence(&mut work.tx, &row).await?, 0)?;
    work.finish().await?;
    Ok(request)
}

/// Answers what was asked for a licence that has just ended: part of the act that ended it.
pub(super) async fn ended(work: &mut Work<'_>, licence: &Licence) -> Result<(), StorageError> {
    let state = match licence.status {
        Status::Cancelled => RequestState::Done,
        status if status.is_final() => RequestState::Lapsed,
        _ => return Ok(()),
    };
    for row in stored::open_of(&mut work.tx, licence.id, RequestedAct::Cancel).await? {
        tasks::over(&mut work.tx, &row.id.to_string(), row.unit).await?;
    }
    stored::end_all_of(&mut work.tx, licence.id, state, work.now).await
}

/// The holders of a licence of several who have not asked for an act that needs all of them; nobody of any other.
pub(super) async fn missing(
    tx: &mut Tx,
    licence: LicenceId,
    asked: RequestedAct,
) -> Result<Vec<HolderId>, StorageError> {
    match asked {
        RequestedAct::Cancel => stored::missing(tx, licence, asked).await,
        RequestedAct::ReportLoss => Ok(Vec::new()),
    }
}

async fn missing_of(tx: &mut Tx, row: &RequestRow) -> Result<usize, StorageError> {
    if state_of(row)? != RequestState::Open {
        return Ok(0);
    }
    let asked = row.act.parse().map_err(|_| broken(row, "act"))?;
    Ok(missing(tx, row.licence, asked).await?.len())
}

/// What a holder is told of a refusal: what he himself could ask for, and not which of the unit's people did what.
fn told_to_holder(error: ActError) -> ActError {
    match error {
        ActError::Forbidden { refused, mut allowed, .. } => {
            allowed.retain(|act| RequestedAct::ALL.iter().any(|asked| asked.act() == *act));
            ActError::Forbidden { refused, allowed, last: None }
        }
        other => other,
    }
}

fn allowed(licence: &Licence, now: UnixTime) -> Vec<ActName> {
    let mut allowed = licence.allowed(now);
    allowed.retain(|act| RequestedAct::ALL.iter().any(|asked| asked.act() == *act));
    allowed
}

/// What the licence is, as the unit is told.
async fn of_licence(tx: &mut Tx, row: &RequestRow) -> Result<Option<(String, KindCode)>, StorageError> {
    Ok(listing::version(tx, row.licence).await?.map(|licence| (licence.identifier, licence.kind)))
}

fn open(
    app: &App,
    row: &RequestRow,
    licence: Option<(String, KindCode)>,
    others_missing: usize,
) -> Result<HolderRequest, StorageError> {
    let (identifier, kind) = licence.unzip();
    let reason = app.secrets.open_text(&stored::place(row.id), &row.reason);
    let answer = row.answer.as_ref().map(|sealed| {
        app.secrets.open_text(&stored::place_of_answer(row.id), sealed).map_err(|_| broken(row, "answer"))
    });
    Ok(HolderRequest {
        id: row.id,
        licence: row.licence,
        identifier,
        kind,
        act: row.act.parse().map_err(|_| broken(row, "act"))?,
        reason: reason.map_err(|_| broken(row, "reason"))?,
        state: state_of(row)?,
        others_missing,
        at: UnixTime(row.at),
        answered_at: row.answered_at.map(UnixTime),
        answer: answer.transpose()?,
    })
}

fn state_of(row: &RequestRow) -> Result<RequestState, StorageError> {
    row.state.parse().map_err(|_| broken(row, "state"))
}

fn broken(row: &RequestRow, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "licence_request", column, row: row.id.to_string() }
}
