//! Acts on licences: by one `issuer_checker` of the licence's unit, or proposed by one person and confirmed by another.
//!
//! Licence, act record, status indexes, change feed and the stored reply are one transaction: after a crash either all
//! of it happened or none, and a repeated request finds the first one's answer.

mod refusal;

use liangzheng_core::time::{Day, Seconds, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::proposal::ProposalSort;
use crate::domain::access::{self, ActOnLicence, ChangeStatus, Permit, Scope};
use crate::domain::actor::membership::Footing;
use crate::domain::ids::{AccountId, ActId, LicenceId, ProposalId};
use crate::domain::licence::Licence;
use crate::domain::licence::acts::{ActName, Doing};
use crate::domain::licence::lifecycle::Act;
use crate::domain::licence::request::RequestedAct;
use crate::domain::text::PlainText;
use crate::service::access::proposals::{self, Asked};
use crate::service::licence::{annual_inspection, notices, parts, requests};
use crate::service::publication::publisher;
use crate::service::work::{Reply, Work};
use crate::storage::change::Change;
use crate::storage::day::number;
use crate::storage::idempotency::Claim;
use crate::storage::licence::act::{self, ActRow};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

pub use refusal::{ActError, LastAct};

/// What is asked.
#[derive(Clone, Debug)]
pub struct ActRequest {
    /// The act.
    pub act: ActName,
    /// Why.
    pub reason: PlainText,
    /// On what legal basis.
    pub legal_basis: PlainText,
    /// From when it counts in law; `None` = now.
    pub effective_at: Option<UnixTime>,
    /// Last day of a seizure.
    pub until: Option<Day>,
    /// Last day on which a passed inspection counts; `None` = as its kind says.
    pub due: Option<Day>,
    /// Number of the paper licence to which the same was done.
    pub physical: Option<PlainText>,
    /// The versions the caller agrees to, from `If-Match`; `None` = any.
    pub if_version: Option<Vec<i64>>,
}

/// What is kept of a request until another person confirms it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskedAct {
    act: ActName,
    reason: String,
    legal_basis: String,
    effective_at: Option<UnixTime>,
    physical: Option<String>,
}

impl AskedAct {
    /// What a member of a unit asks for.
    fn of(request: &ActRequest) -> Self {
        Self {
            act: request.act,
            reason: request.reason.as_str().to_owned(),
            legal_basis: request.legal_basis.as_str().to_owned(),
            effective_at: request.effective_at,
            physical: request.physical.as_ref().map(|number| number.as_str().to_owned()),
        }
    }

    /// What a holder asks for himself.
    pub(super) fn by_holder(act: ActName, reason: &str) -> Self {
        Self {
            act,
            reason: reason.to_owned(),
            legal_basis: "持证主体申请".to_owned(),
            effective_at: None,
            physical: None,
        }
    }
}

/// What became of the licence; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActOutcome {
    /// The licence as it is now.
    #[serde(flatten)]
    pub licence: LicenceNow,
    /// Under 202: nothing has been done yet, another person is to confirm this proposal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalId>,
}

/// A licence after an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LicenceNow {
    /// The licence.
    pub id: LicenceId,
    /// Its status now.
    pub status: &'static str,
    /// Its version now.
    pub version: i64,
    /// `stuck` while no status list is published: the act is done and holds online, verifiers without a network learn of
    /// it only when lists are published again. Left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_list: Option<&'static str>,
}

/// Who did an act.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties {
    /// Who did it, or proposed it.
    pub by: AccountId,
    /// On what footing.
    pub footing: Footing,
    /// What another person confirmed.
    pub confirmed: Option<Confirmed>,
}

/// The proposal behind an act of two persons.
#[derive(Clone, Copy, Debug)]
pub struct Confirmed {
    /// The proposal.
    pub proposal: ProposalId,
    /// Who proposed it.
    pub proposer: AccountId,
    /// Who confirmed it.
    pub confirmer: AccountId,
}

/// Performs an act, or puts it forward for another person to confirm.
pub async fn perform(
    app: &App,
    permit: &Permit<ActOnLicence>,
    id: LicenceId,
    request: &ActRequest,
    key: Option<Claim>,
) -> Result<Reply<ActOutcome>, ActError> {
    if request.effective_at.is_some_and(|at| at.since(app.now()) > CLOCKS_DIFFER) {
        return Err(ActError::Future);
    }
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let before = record::find_and_hold(&mut work.tx, &app.secrets, permit.scope(), id).await?;
    let before = before.ok_or(ActError::NotFound)?;
    // He may see it, as all issuing staff of its unit may.
    let is_checker = access::permit::<ChangeStatus>(permit.principal().clone()).is_ok();
    if request.act.doing() == Doing::OnePerson && !is_checker {
        return Err(ActError::ForCheckers { act: request.act });
    }
    if request.if_version.as_ref().is_some_and(|versions| !versions.contains(&before.version)) {
        let last = LastAct::of(app, &mut work.tx, id).await?;
        return Err(ActError::Stale { now: before.version, last });
    }
    let act = told(&mut work.tx, &before, request, Day::of(work.now)).await?;
    let asked = AskedAct::of(request);
    if request.act.doing() == Doing::TwoPersons {
        refused_as_it_is(app, &mut work.tx, &before, act, work.now).await?;
        let proposal = proposals::propose(
            app,
            &mut work,
            permit.account(),
            &Asked {
                sort: ProposalSort::LicenceAct,
                object: &id.to_string(),
                version: before.version,
                act: request.act.as_str(),
                unit: permit.scope(),
                body: &asked,
            },
        )
        .await?;
        let outcome = ActOutcome { licence: now(app, &before), proposal: Some(proposal) };
        return Ok(work.accept(outcome).await?);
    }
    let parties = Parties { by: permit.account(), footing: permit.footing(), confirmed: None };
    let after = done(app, &mut work, &before, act, &asked, parties).await?;
    Ok(work.commit(ActOutcome { licence: now(app, &after), proposal: None }).await?)
}

/// Whether a licence would take an act that was asked for.
pub(in crate::service) async fn examine(
    app: &App,
    tx: &mut Tx,
    before: &Licence,
    request: &ActRequest,
) -> Result<(), ActError> {
    let now = app.now();
    let act = told(tx, before, request, Day::of(now)).await?;
    refused_as_it_is(app, tx, before, act, now).await.map(drop)
}

/// Does what one person prepared and another confirmed, on a licence that the caller holds: of acts that take two persons
/// a proposal is left, decided in the same moment.
pub(in crate::service) async fn carry_out_prepared(
    app: &App,
    work: &mut Work<'_>,
    before: &Licence,
    request: &ActRequest,
    (preparer, committer): (AccountId, AccountId),
) -> Result<(), ActError> {
    let act = told(&mut work.tx, before, request, Day::of(work.now)).await?;
    let asked = AskedAct::of(request);
    let parties = if request.act.doing() == Doing::TwoPersons {
        let id = before.id.to_string();
        let proposed = Asked {
            sort: ProposalSort::LicenceAct,
            object: &id,
            version: before.version,
            act: request.act.as_str(),
            unit: record::unit_of(&mut work.tx, before).await?,
            body: &asked,
        };
        let proposal = proposals::propose_and_confirm(app, work, preparer, committer, &proposed).await?;
        let confirmed = Confirmed { proposal, proposer: preparer, confirmer: committer };
        Parties { by: preparer, footing: Footing::Member, confirmed: Some(confirmed) }
    } else {
        Parties { by: committer, footing: Footing::Member, confirmed: None }
    };
    done(app, work, before, act, &asked, parties).await.map(drop)
}

/// The act with all it needs: of a passed inspection the day on which the next is due, as its kind says where nobody did.
async fn told(tx: &mut Tx, before: &Licence, request: &ActRequest, today: Day) -> Result<Act, ActError> {
    let due = match request.act {
        ActName::PassInspection if request.due.is_none() => {
            annual_inspection::next_due(tx, before.kind(), today).await?
        }
        _ => request.due,
    };
    Ok(request.act.told(request.until, due, today)?)
}

/// Does what one person proposed and another confirmed; the caller holds the licence.
pub(in crate::service) async fn carry_out(
    app: &App,
    work: &mut Work<'_>,
    id: LicenceId,
    asked: AskedAct,
    confirmed: Confirmed,
) -> Result<LicenceNow, ActError> {
    let before = record::find(&mut work.tx, &app.secrets, Scope::All, id).await?;
    let before = before.ok_or(ActError::NotFound)?;
    let act = asked.act.told(None, None, Day::of(work.now))?;
    let parties = Parties { by: confirmed.proposer, footing: Footing::Member, confirmed: Some(confirmed) };
    let after = done(app, work, &before, act, &asked, parties).await?;
    Ok(now(app, &after))
}

/// Does an act on a licence that the caller holds, and all that follows from it.
pub(super) async fn done(
    app: &App,
    work: &mut Work<'_>,
    before: &Licence,
    act: Act,
    asked: &AskedAct,
    parties: Parties,
) -> Result<Licence, ActError> {
    let after = refused_as_it_is(app, &mut work.tx, before, act, work.now).await?;
    let id = before.id;
    record::replace(&mut work.tx, before, &after).await?;
    let (until, due) = match act {
        Act::Seize { until } => (until, None),
        Act::PassInspection { due } => (None, Some(due)),
        _ => (None, None),
    };
    let act_id = ActId::generate(work.now, &*app.entropy);
    let seal = |text: &str| act::seal_reason(&app.secrets, &*app.entropy, act_id, text);
    let row = ActRow {
        id: act_id,
        licence: id,
        licence_version: after.version,
        act: asked.act.as_str().to_owned(),
        from_status: before.status.as_str().to_owned(),
        to_status: after.status.as_str().to_owned(),
        reason: seal(&asked.reason),
        legal_basis: asked.legal_basis.clone(),
        account: parties.by,
        footing: parties.footing.as_str().to_owned(),
        unit: record::unit_of(&mut work.tx, before).await?,
        effective_at: asked.effective_at.unwrap_or(work.now).0,
        at: work.now.0,
        confirmed_by: parties.confirmed.map(|confirmed| confirmed.confirmer),
        proposal: parties.confirmed.map(|confirmed| confirmed.proposal),
        last_day: until.or(due).map(number),
        physical: asked
            .physical
            .as_deref()
            .map(|number| act::seal_physical(&app.secrets, &*app.entropy, act_id, number)),
    };
    act::append(&mut work.tx, &row).await?;
    follow(app, work, &after, act_id, parties.footing).await?;
    work.audit(asked.act.as_str(), &id.to_string(), Some(&asked.reason)).await?;
    Ok(after)
}

/// What follows from an act that has just been recorded: verifiers learn of it, the holder is told what the unit did, what
/// he asked of a licence that has ended is answered, and what was proposed on it as it was lapses.
pub(in crate::service) async fn follow(
    app: &App,
    work: &mut Work<'_>,
    after: &Licence,
    act: ActId,
    footing: Footing,
) -> Result<(), StorageError> {
    parts::changed(work, &app.secrets, after).await?;
    if footing == Footing::Member {
        notices::of_act(app, work, after, act).await?;
    }
    requests::ended(work, after).await?;
    proposals::lapse_all_of(work, ProposalSort::LicenceAct, &after.id.to_string()).await?;
    work.changed(Change::Licence(after.id)).await.map(drop)
}

/// The licence after the act, or who has brought it to where the act is not allowed.
async fn refused_as_it_is(
    app: &App,
    tx: &mut Tx,
    before: &Licence,
    act: Act,
    now: UnixTime,
) -> Result<Licence, ActError> {
    let after = match before.after(act, now) {
        Ok(after) => after,
        Err(refused) => {
            let last = LastAct::of(app, tx, before.id).await?;
            return Err(ActError::Forbidden { refused, allowed: before.allowed(now), last });
        }
    };
    if matches!(act, Act::Cancel) {
        all_holders_asked(tx, before).await?;
    }
    Ok(after)
}

/// What several people hold is cancelled when all of them ask. The unit's own acts (吊销, 撤销, 撤回) need nobody's wish.
async fn all_holders_asked(tx: &mut Tx, licence: &Licence) -> Result<(), ActError> {
    match requests::missing(tx, licence.id, RequestedAct::Cancel).await?.len() {
        0 => Ok(()),
        missing => Err(ActError::HoldersMissing { missing }),
    }
}

fn now(app: &App, licence: &Licence) -> LicenceNow {
    LicenceNow {
        id: licence.id,
        status: licence.status.as_str(),
        version: licence.version,
        status_list: publisher::trouble(app).map(|_| "stuck"),
    }
}

/// An instant this far ahead is a clerk's clock, not a plan.
const CLOCKS_DIFFER: Seconds = Seconds(60);
