//! Agents of a firm, named and removed by the firm's own people.
//!
//! Decided with the holder held: who may name whom, and how many managers there are, is one decision at a time.

use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ManageAgents, Permit};
use crate::domain::actor::agency::{Agency, AgencyAct, AgencyLevel, MOST_MANAGERS};
use crate::domain::actor::holder::HolderNumber;
use crate::domain::actor::roles::{end_of, last_day};
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, AgencyId, HolderId};
use crate::domain::text::PlainText;
use crate::service::actor::person as persons;
use crate::service::showing::offline_grant;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::actor::agency::{self as stored, AgencyRow};
use crate::storage::actor::{account, holder, person};
use crate::storage::change::Change;
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx};

/// An agent to be named.
#[derive(Clone, Debug)]
pub struct NewAgent {
    /// For whom.
    pub holder: HolderId,
    /// The person's name.
    pub name: PlainText,
    /// The person's number.
    pub number: HolderNumber,
    /// How near.
    pub level: AgencyLevel,
    /// What for; all if empty.
    pub acts: Vec<AgencyAct>,
    /// The last day; `None` = as long as who names him.
    pub until: Option<Day>,
}

/// Who acts for a holder, as it is told; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Agent {
    /// The agency.
    pub id: AgencyId,
    /// For whom.
    pub holder: HolderId,
    /// That holder's name.
    pub holder_name: String,
    /// The agent's name.
    pub name: String,
    /// How near.
    pub level: AgencyLevel,
    /// What for; empty = everything.
    pub acts: Vec<AgencyAct>,
    /// The last day, `YYYYMMDD`; null = none is named.
    pub until: Option<String>,
    /// Whether it is the caller himself.
    pub own: bool,
    /// Whether the caller may end it.
    pub removable: bool,
}

/// Why nobody was named or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgencyError {
    /// No such holder or agency of the caller's.
    #[error("no such agency")]
    NotFound,
    /// Who acts for this holder in this way names nobody of this level.
    #[error("an agent of this level names no {0}")]
    NotYours(AgencyLevel),
    /// Members of the body are wrong.
    #[error("the agent cannot be named as it was sent")]
    Faults(Faults),
    /// The person acts for this holder already.
    #[error("this person acts for the holder already")]
    There,
    /// There are five managers.
    #[error("there are as many managers as may be")]
    TooMany,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for AgencyError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Names an agent of a holder for whom the caller acts.
pub async fn name(
    app: &App,
    permit: &Permit<ManageAgents>,
    new: &NewAgent,
    key: Option<Claim>,
) -> Result<Reply<Agent>, AgencyError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let now = work.now;
    holder::hold(&mut work.tx, new.holder).await?;
    let own = stored::of_account(&mut work.tx, permit.account(), now).await?;
    let mut own = own.into_iter().filter(|agency| agency.holder == new.holder).peekable();
    own.peek().ok_or(AgencyError::NotFound)?;
    let by = own.find(|agency| agency.level.names(new.level)).ok_or(AgencyError::NotYours(new.level))?;
    let mut faults = Faults::default();
    let until = new.until.and_then(end_of);
    faults.require(
        new.until.is_none_or(|day| day >= Day::of(now)) && (new.until.is_none() == until.is_none()),
        "/until",
        "past",
        "截止日期不能早于今天",
        "the last day must not lie in the past",
    );
    faults.require(
        by.covers(&new.acts),
        "/acts",
        "not-yours",
        "不能授予您自己没有的权限",
        "nobody gives what he has not himself",
    );
    let account = account_of(app, &mut work.tx, &new.name, &new.number, "/agent", &mut faults).await?;
    faults.none().map_err(AgencyError::Faults)?;
    let account = account.ok_or(AgencyError::NotFound)?;
    let agents = stored::of_holder(&mut work.tx, new.holder, now).await?;
    let accounts: Vec<AccountId> = agents.iter().map(|agent| agent.account).collect();
    if persons::is_among(&mut work.tx, &accounts, account).await? {
        return Err(AgencyError::There);
    }
    let managers = agents.iter().filter(|agent| agent.level == AgencyLevel::Manager.as_str());
    if new.level == AgencyLevel::Manager && managers.count() >= MOST_MANAGERS {
        return Err(AgencyError::TooMany);
    }
    let agency = Agency {
        id: AgencyId::generate(now, &*app.entropy),
        holder: new.holder,
        level: new.level,
        acts: new.acts.clone(),
        // Nobody gives more than he has.
        ends_at: until.into_iter().chain(by.ends_at).min(),
    };
    stored::insert(&mut work.tx, account, &agency, Some(by.id), now).await?;
    work.changed(Change::Account(account)).await?;
    work.audit("name agent", &agency.id.to_string(), None).await?;
    let named = Named { account, agency };
    let agent = told(app, &mut work.tx, permit.account(), named, true).await?;
    Ok(work.commit(agent).await?)
}

/// Ends an agency with those below it: by the agent himself, or by who names agents of his level.
pub async fn remove(app: &App, permit: &Permit<ManageAgents>, id: AgencyId) -> Result<(), AgencyError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let found = stored::find(&mut work.tx, id, now).await?.ok_or(AgencyError::NotFound)?;
    holder::hold(&mut work.tx, found.holder).await?;
    let own = stored::of_account(&mut work.tx, permit.account(), now).await?;
    if !is_seen(&own, permit.account(), &found) {
        return Err(AgencyError::NotFound);
    }
    let level = found.level.parse().map_err(|_| AgencyError::NotFound)?;
    if !is_removable(&own, permit.account(), &found, level) {
        return Err(AgencyError::NotYours(level));
    }
    end_with_those_below(app, &mut work, id).await?;
    work.audit("remove agent", &id.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Ends an agency, and with it those that its agent named, and theirs, with all that they show.
pub(super) async fn end_with_those_below(
    app: &App,
    work: &mut Work<'_>,
    id: AgencyId,
) -> Result<(), StorageError> {
    let now = work.now;
    let mut ending = vec![id];
    while let Some(id) = ending.pop() {
        // Whoever has ended by himself takes along those he named all the same.
        ending.extend(stored::given_by(&mut work.tx, id).await?.iter().map(|row| row.id));
        let Some(row) = stored::find(&mut work.tx, id, now).await? else { continue };
        stored::end(&mut work.tx, id, now).await?;
        offline_grant::end_of_agent(app, work, row.account, row.holder).await?;
        work.changed(Change::Account(row.account)).await?;
    }
    Ok(())
}

/// Who acts for the holders that the caller acts for: all of them to who names agents, himself to who does not.
pub async fn list(app: &App, permit: &Permit<ManageAgents>) -> Result<Vec<Agent>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let (now, caller) = (app.now(), permit.account());
    let own = stored::of_account(&mut tx, caller, now).await?;
    let mut holders: Vec<HolderId> = own.iter().map(|agency| agency.holder).collect();
    holders.dedup();
    // Of oneself, too: who acts for a ward that one is.
    holders.extend(permit.scope().own);
    let mut agents = Vec::new();
    for holder in holders {
        for row in stored::of_holder(&mut tx, holder, now).await? {
            let is_of_self = permit.scope().own == Some(holder);
            let Some(agency) = row.agency().filter(|_| is_of_self || is_seen(&own, caller, &row)) else {
                continue;
            };
            let removable = is_removable(&own, caller, &row, agency.level);
            let named = Named { account: row.account, agency };
            agents.push(told(app, &mut tx, caller, named, removable).await?);
        }
    }
    tx.commit().await?;
    Ok(agents)
}

/// The account of a person by name and number. That there is none, and that it bears another name, is told alike.
pub(super) async fn account_of(
    app: &App,
    tx: &mut Tx,
    name: &PlainText,
    number: &HolderNumber,
    at: &str,
    faults: &mut Faults,
) -> Result<Option<AccountId>, StorageError> {
    let known = person::account_of(tx, &app.secrets, number).await?;
    let found = match known {
        Some(id) => {
            let identity = persons::identity(tx, &app.secrets, id).await?;
            let row = account::find(tx, id).await?.filter(|row| row.disabled_at.is_none());
            let is_named = identity.is_some_and(|(known, _)| known == name.as_str());
            row.filter(|_| is_named).map(|row| row.id)
        }
        None => None,
    };
    faults.require(
        found.is_some(),
        format!("{at}/id_number"),
        "no-account",
        "没有该姓名和号码的账号，请本人先登录本平台",
        "nobody of this name and number has an account: the person logs in here first",
    );
    Ok(found)
}

fn is_seen(own: &[Agency], caller: AccountId, row: &AgencyRow) -> bool {
    let names_any = |agency: &Agency| AgencyLevel::ALL.iter().any(|level| agency.level.names(*level));
    row.account == caller || own.iter().any(|agency| agency.holder == row.holder && names_any(agency))
}

fn is_removable(own: &[Agency], caller: AccountId, row: &AgencyRow, level: AgencyLevel) -> bool {
    let names = |agency: &Agency| agency.holder == row.holder && agency.level.names(level);
    row.account == caller || own.iter().any(names)
}

struct Named {
    account: AccountId,
    agency: Agency,
}

async fn told(
    app: &App,
    tx: &mut Tx,
    caller: AccountId,
    named: Named,
    removable: bool,
) -> Result<Agent, StorageError> {
    let Named { account, agency } = named;
    let holder = holder::find(tx, &app.secrets, agency.holder).await?;
    Ok(Agent {
        id: agency.id,
        holder: agency.holder,
        holder_name: holder.map(|holder| holder.name).unwrap_or_default(),
        name: persons::name(tx, &app.secrets, account).await?.unwrap_or_default(),
        level: agency.level,
        acts: agency.acts,
        until: agency.ends_at.map(|end| last_day(end).to_text()),
        own: account == caller,
        removable,
    })
}
