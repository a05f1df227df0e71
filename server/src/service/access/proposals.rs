//! Proposals: put forward by one person, decided by another, carried out in the transaction of the decision.
//!
//! An area puts forward with [`propose`] what two persons must do, and says in [`effects`] what a confirmed one does.

pub mod effects;
mod reading;

use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::proposal::{
    Decision, LapsedBy, NotConfirmable, Present, ProposalSort, ProposalState, lapses_at,
};
use crate::domain::access::{DecideProposal, Permit};
use crate::domain::actor::membership::Membership;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, ProposalId};
use crate::domain::text::PlainText;
use crate::service::actor::person;
use crate::service::issuing::calendar;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::access::proposal::{self as stored, ProposalRow};
use crate::storage::idempotency::Claim;
use crate::storage::{self, StorageError, Tx};

pub use effects::{CarryOutError, Effect};
pub use reading::{Proposal, list, read};

/// What is put forward.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a, B> {
    /// What it is of.
    pub sort: ProposalSort,
    /// Id of what it is about. The caller holds it until the transaction ends.
    pub object: &'a str,
    /// The version of the object: with any other, the proposal has lapsed.
    pub version: i64,
    /// What is to be done to it.
    pub act: &'a str,
    /// Whose members see it.
    pub unit: Uscc,
    /// All that carrying it out needs.
    pub body: &'a B,
}

/// What was decided, and what has become of its object; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decided {
    /// The proposal.
    pub proposal: ProposalId,
    /// `confirmed`, and carried out, or `refused`.
    pub state: ProposalState,
    /// What was carried out.
    #[serde(flatten)]
    pub effect: Effect,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// No such proposal of the caller's unit and roles.
    #[error("no such proposal")]
    NotFound,
    /// It was decided before.
    #[error("the proposal is {state}")]
    Over {
        /// What it is.
        state: ProposalState,
        /// Who decided, if somebody did.
        by: Option<String>,
        /// When.
        at: UnixTime,
    },
    /// It has lapsed.
    #[error("the proposal has lapsed: {0}")]
    Lapsed(LapsedBy),
    /// Not by this person.
    #[error(transparent)]
    NotConfirmable(#[from] NotConfirmable),
    /// It cannot be carried out.
    #[error(transparent)]
    CarryOut(#[from] CarryOutError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for DecideError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Puts forward what another person is to confirm. What was put forward already, and still stands, is that proposal.
pub async fn propose<B: Serialize>(
    app: &App,
    work: &mut Work<'_>,
    proposer: AccountId,
    asked: &Asked<'_, B>,
) -> Result<ProposalId, StorageError> {
    let Asked { sort, object, version, act, unit, body } = *asked;
    if let Some(open) = stored::open_of(&mut work.tx, sort, object, act).await? {
        match standing(&mut work.tx, &open, Some(version), work.now).await? {
            Ok(_) => return Ok(open.id),
            Err(_) => lapse(&mut work.tx, open.id, work.now).await?,
        }
    }
    let calendar = calendar::current(&mut work.tx).await?;
    let id = ProposalId::generate(work.now, &*app.entropy);
    let plain = serde_json::to_vec(body).map_err(|_| StorageError::Inconsistent {
        table: "access_proposal",
        column: "asked",
        row: id.to_string(),
    })?;
    let row = ProposalRow {
        id,
        sort: sort.as_str().to_owned(),
        object: object.to_owned(),
        version,
        act: act.to_owned(),
        unit,
        asked: app.secrets.seal(&stored::place(id), &plain, &*app.entropy),
        proposer,
        proposed_at: work.now.0,
        lapses_at: lapses_at(work.now, &calendar).0,
        state: ProposalState::Open.as_str().to_owned(),
        decided_by: None,
        decided_at: None,
        reason: None,
    };
    if !stored::insert(&mut work.tx, &row).await? {
        return Err(StorageError::Conflict);
    }
    work.audit("propose", &id.to_string(), None).await?;
    Ok(id)
}

/// Puts forward what another person has confirmed already, as with all of a file. What somebody has put forward for the
/// same object lapses with the act itself.
pub async fn propose_and_confirm<B: Serialize>(
    app: &App,
    work: &mut Work<'_>,
    proposer: AccountId,
    confirmer: AccountId,
    asked: &Asked<'_, B>,
) -> Result<ProposalId, StorageError> {
    lapse_all_of(work, asked.sort, asked.object).await?;
    let id = propose(app, work, proposer, asked).await?;
    let decided =
        stored::Decided { state: ProposalState::Confirmed, by: Some(confirmer), at: work.now, reason: None };
    if !stored::decide(&mut work.tx, id, &decided).await? {
        return Err(StorageError::Conflict);
    }
    work.audit("confirm proposal", &id.to_string(), None).await?;
    Ok(id)
}

/// Confirms a proposal, which carries it out, or refuses it.
pub async fn decide(
    app: &App,
    permit: &Permit<DecideProposal>,
    id: ProposalId,
    decision: Decision,
    reason: Option<PlainText>,
    key: Option<Claim>,
) -> Result<Reply<Decided>, DecideError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let member = permit.principal().membership.as_ref().ok_or(DecideError::NotFound)?;
    let seen = stored::find(&mut work.tx, permit.scope(), id).await?;
    let seen = visible(seen, member)?.ok_or(DecideError::NotFound)?;
    // The object before the proposal, in which order an act takes them, too.
    let version = effects::hold(&mut work.tx, &seen).await?;
    let row = stored::find_and_hold(&mut work.tx, permit.scope(), id).await?.ok_or(DecideError::NotFound)?;
    let state = row.state()?;
    if state != ProposalState::Open {
        let by = match row.decided_by {
            Some(by) => person::name(&mut work.tx, &app.secrets, by).await?,
            None => None,
        };
        return Err(DecideError::Over { state, by, at: UnixTime(row.decided_at.unwrap_or_default()) });
    }
    let proposer = match standing(&mut work.tx, &row, version, work.now).await? {
        Ok(proposer) => proposer,
        // Written by the job: what fails here leaves nothing, not even an answer under its key.
        Err(why) => return Err(DecideError::Lapsed(why)),
    };
    let (state, action) = match decision {
        Decision::Refuse => (ProposalState::Refused, "refuse proposal"),
        Decision::Confirm => {
            let same = person::is_same(&mut work.tx, row.proposer, permit.account()).await?;
            row.grounds()?.confirmable(&proposer, member, same)?;
            (ProposalState::Confirmed, "confirm proposal")
        }
    };
    let sealed = reason
        .as_ref()
        .map(|reason| app.secrets.seal_text(&stored::place_of_reason(id), reason.as_str(), &*app.entropy));
    let decided =
        stored::Decided { state, by: Some(permit.account()), at: work.now, reason: sealed.as_deref() };
    if !stored::decide(&mut work.tx, id, &decided).await? {
        return Err(StorageError::Conflict.into());
    }
    work.audit(action, &id.to_string(), reason.as_ref().map(PlainText::as_str)).await?;
    // Decided before it is carried out: what is left open then lapses, since the object changes.
    let effect = match decision {
        Decision::Refuse => Effect::default(),
        Decision::Confirm => effects::carry_out(app, &mut work, &row, permit.account()).await?,
    };
    Ok(work.commit(Decided { proposal: id, state, effect }).await?)
}

/// The proposal of an act on a licence that waits for another person, if there is one that stands.
pub async fn standing_of(
    app: &App,
    tx: &mut Tx,
    object: &str,
    act: &str,
    version: i64,
) -> Result<Option<ProposalId>, StorageError> {
    let Some(open) = stored::open_of(tx, ProposalSort::LicenceAct, object, act).await? else {
        return Ok(None);
    };
    let stands = standing(tx, &open, Some(version), app.now()).await?;
    Ok(stands.is_ok().then_some(open.id))
}

/// Lets every open proposal about an object lapse: part of every command that changes it.
pub async fn lapse_all_of(work: &mut Work<'_>, sort: ProposalSort, object: &str) -> Result<(), StorageError> {
    stored::lapse_of(&mut work.tx, sort, object, work.now).await
}

/// Puts the proposals of a unit whose work moves before who takes over what they are about: part of that command.
pub async fn move_all(work: &mut Work<'_>, from: Uscc, to: Uscc) -> Result<(), StorageError> {
    stored::move_all(&mut work.tx, from, to).await
}

/// Lets proposals lapse that stand no more, some at a time; returns whether there may be more.
pub async fn lapse_overdue(app: &App, after: &mut Option<ProposalId>) -> Result<bool, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let waiting = stored::waiting(&mut tx, *after, AT_ONCE).await?;
    let mut lapsed = Vec::new();
    for row in &waiting {
        let version = effects::version(&mut tx, row).await?;
        if standing(&mut tx, row, version, app.now()).await?.is_err() {
            lapsed.push(row.id);
        }
    }
    tx.commit().await?;
    *after = waiting.last().map(|row| row.id);
    if !lapsed.is_empty() {
        let mut work = Work::of_server(app).await?;
        for id in lapsed {
            lapse(&mut work.tx, id, work.now).await?;
        }
        work.finish().await?;
    }
    Ok(waiting.len() == usize::try_from(AT_ONCE).unwrap_or(usize::MAX))
}

/// Whether a proposal still stands, with what its proposer is now.
async fn standing(
    tx: &mut Tx,
    row: &ProposalRow,
    version: Option<i64>,
    now: UnixTime,
) -> Result<Result<Membership, LapsedBy>, StorageError> {
    let account = storage::actor::account::find(tx, row.proposer).await?;
    let is_enabled = account.is_some_and(|account| account.disabled_at.is_none());
    let proposer = storage::actor::membership::of_account(tx, row.proposer, now).await?;
    let proposer = proposer.filter(|_| is_enabled);
    let stands = row.grounds()?.stand(&Present { now, version, proposer: proposer.as_ref() });
    Ok(stands.and_then(|()| proposer.ok_or(LapsedBy::Role)))
}

async fn lapse(tx: &mut Tx, id: ProposalId, now: UnixTime) -> Result<(), StorageError> {
    let lapsed = stored::Decided { state: ProposalState::Lapsed, by: None, at: now, reason: None };
    stored::decide(tx, id, &lapsed).await.map(drop)
}

/// A proposal, if its sort is for this member.
fn visible(row: Option<ProposalRow>, member: &Membership) -> Result<Option<ProposalRow>, StorageError> {
    let Some(row) = row else { return Ok(None) };
    Ok(row.sort()?.is_for(member).then_some(row))
}

/// Proposals per look: few are open at any time.
const AT_ONCE: i64 = 100;
