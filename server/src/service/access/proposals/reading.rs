//! Proposals as they are read: by those who may decide them.

use liangzheng_core::time::UnixTime;
use serde_json::Value;

use super::{standing, visible};
use crate::App;
use crate::domain::access::proposal::{LapsedBy, ProposalSort, ProposalState};
use crate::domain::access::{DecideProposal, Permit};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, ProposalId};
use crate::service::access::proposals::effects;
use crate::service::actor::person;
use crate::storage::access::proposal::{self as stored, ProposalRow};
use crate::storage::{StorageError, Tx, page};

/// One proposal.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// What it is of.
    pub sort: ProposalSort,
    /// Id of what it is about.
    pub object: String,
    /// What is to be done.
    pub act: String,
    /// Whose members see it.
    pub unit: Uscc,
    /// All that was asked.
    pub asked: Value,
    /// Who proposed it.
    pub proposer: (AccountId, Option<String>),
    /// When.
    pub proposed_at: UnixTime,
    /// From when it no longer counts.
    pub lapses_at: UnixTime,
    /// Where it stands now.
    pub state: ProposalState,
    /// Why it has lapsed, if it stands no more and nobody has decided it.
    pub lapsed_by: Option<LapsedBy>,
    /// Who decided it.
    pub decided_by: Option<(AccountId, Option<String>)>,
    /// When.
    pub decided_at: Option<UnixTime>,
    /// Why.
    pub reason: Option<String>,
    /// Whether the caller may confirm it.
    pub confirmable: bool,
}

/// One page of the proposals that the caller may decide, newest first, and where the next one begins.
pub async fn list(
    app: &App,
    permit: &Permit<DecideProposal>,
    state: Option<ProposalState>,
    before: Option<ProposalId>,
    limit: i64,
) -> Result<(Vec<Proposal>, Option<ProposalId>), StorageError> {
    let Some(member) = &permit.principal().membership else { return Ok((Vec::new(), None)) };
    let sorts: Vec<_> = ProposalSort::ALL.iter().copied().filter(|sort| sort.is_for(member)).collect();
    let mut tx = app.db.begin_read().await?;
    let mut rows = stored::list(&mut tx, permit.scope(), &sorts, state, before, limit + 1).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(open(app, permit, &mut tx, row).await?);
    }
    tx.commit().await?;
    // One that has lapsed since the job last looked is not told as open.
    items.retain(|item| state.is_none_or(|state| state == item.state));
    Ok((items, next))
}

/// One proposal that the caller may decide.
pub async fn read(
    app: &App,
    permit: &Permit<DecideProposal>,
    id: ProposalId,
) -> Result<Option<Proposal>, StorageError> {
    let Some(member) = &permit.principal().membership else { return Ok(None) };
    let mut tx = app.db.begin_read().await?;
    let found = stored::find(&mut tx, permit.scope(), id).await?;
    let proposal = match visible(found, member)? {
        Some(row) => Some(open(app, permit, &mut tx, row).await?),
        None => None,
    };
    tx.commit().await?;
    Ok(proposal)
}

async fn open(
    app: &App,
    permit: &Permit<DecideProposal>,
    tx: &mut Tx,
    row: ProposalRow,
) -> Result<Proposal, StorageError> {
    let secrets = &app.secrets;
    let plain = secrets.open(&stored::place(row.id), &row.asked).map_err(|_| row.inconsistent("asked"))?;
    let reason = match &row.reason {
        Some(sealed) => Some(
            secrets
                .open_text(&stored::place_of_reason(row.id), sealed)
                .map_err(|_| row.inconsistent("reason"))?,
        ),
        None => None,
    };
    let mut state = row.state()?;
    let (mut lapsed_by, mut confirmable) = (None, false);
    if state == ProposalState::Open {
        let version = effects::version(tx, &row).await?;
        match standing(tx, &row, version, app.now()).await? {
            Err(why) => (state, lapsed_by) = (ProposalState::Lapsed, Some(why)),
            Ok(proposer) => {
                let same = person::is_same(tx, row.proposer, permit.account()).await?;
                let member = permit.principal().membership.as_ref();
                let grounds = row.grounds()?;
                confirmable =
                    member.is_some_and(|member| grounds.confirmable(&proposer, member, same).is_ok());
            }
        }
    }
    let decided_by = match row.decided_by {
        Some(by) => Some((by, person::name(tx, secrets, by).await?)),
        None => None,
    };
    Ok(Proposal {
        id: row.id,
        sort: row.sort()?,
        asked: serde_json::from_slice(&plain).map_err(|_| row.inconsistent("asked"))?,
        proposer: (row.proposer, person::name(tx, secrets, row.proposer).await?),
        proposed_at: UnixTime(row.proposed_at),
        lapses_at: UnixTime(row.lapses_at),
        decided_at: row.decided_at.map(UnixTime),
        object: row.object,
        act: row.act,
        unit: row.unit,
        state,
        lapsed_by,
        decided_by,
        reason,
        confirmable,
    })
}
