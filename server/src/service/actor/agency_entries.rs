//! Agencies entered at a counter: the legal representative of a firm, the guardian of a ward. One clerk enters what he was
//! shown, another approves it, and then the agency begins.

use liangzheng_core::time::Day;
use liangzheng_core::trust::Mask;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::agencies::{account_of, end_with_those_below};
use crate::App;
use crate::domain::access::{DecideAgency, EnterAgency, Permit, ViewAgencies};
use crate::domain::actor::agency::{Agency, AgencyEntryState, AgencyLevel, EntryDecision, comes_of_age};
use crate::domain::actor::holder::HolderNumber;
use crate::domain::actor::roles::end_of;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, AgencyEntryId, AgencyId};
use crate::domain::issuing::person::{HolderRequest, Person};
use crate::domain::text::PlainText;
use crate::service::actor::holder::{self as holders, Entry};
use crate::service::actor::person as persons;
use crate::service::issuing::tasks::{self, Claimed};
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::actor::agency as agencies;
use crate::storage::actor::agency_entry::{self as stored, Decided, EntryRow};
use crate::storage::actor::holder;
use crate::storage::change::Change;
use crate::storage::day::of_number;
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx, page};

/// What a clerk enters.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// How near.
    pub level: AgencyLevel,
    /// For whom.
    pub holder: Person,
    /// The agent's name.
    pub name: PlainText,
    /// The agent's number.
    pub number: HolderNumber,
    /// What he was shown.
    pub evidence: PlainText,
    /// The last day; `None` = none is named.
    pub until: Option<Day>,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    holder: HolderRequest,
    name: String,
    id_type: String,
    id_number: String,
    evidence: String,
}

/// An entry as it is told; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AgencyEntry {
    /// Its id.
    pub id: AgencyEntryId,
    /// How near.
    pub level: AgencyLevel,
    /// For whom.
    pub holder: Named,
    /// Who is to act.
    pub agent: Named,
    /// What was shown.
    pub evidence: String,
    /// The last day, `YYYYMMDD`; null = none is named.
    pub until: Option<String>,
    /// Where it stands.
    pub state: AgencyEntryState,
    /// Who entered it.
    pub entered_by: String,
    /// Whether that was the caller: another approves it.
    pub own: bool,
    /// When, in unix seconds.
    pub entered_at: i64,
    /// When it was decided.
    pub decided_at: Option<i64>,
    /// When it was ended at the counter.
    pub ended_at: Option<i64>,
    /// Why it was refused or ended.
    pub reason: Option<String>,
    /// Whether the agency is in force now: it may have ended by itself, or another may have taken its place.
    pub in_force: bool,
}

/// A person or organisation, as far as a list tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AgencyParty")]
pub struct Named {
    /// The name.
    pub name: String,
    /// The number, masked.
    pub id_number: String,
}

/// Why nothing was entered or decided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// No such entry of the caller's unit.
    #[error("no such entry")]
    NotFound,
    /// Members of the body are wrong.
    #[error("the agency cannot be entered as it was sent")]
    Faults(Faults),
    /// As it stands it takes no such decision.
    #[error("the entry is {0}")]
    NotNow(AgencyEntryState),
    /// Nobody approves what he entered, nor what he is to be.
    #[error("another person approves it")]
    TwoPersons,
    /// Another has taken it.
    #[error("another has the task")]
    Claimed(Claimed),
    /// The holder is known by another name.
    #[error("the holder is known by another name")]
    NameDiffers,
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for EntryError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Enters who acts for a holder.
pub async fn enter(
    app: &App,
    permit: &Permit<EnterAgency>,
    new: NewEntry,
    key: Option<Claim>,
) -> Result<Reply<AgencyEntry>, EntryError> {
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let now = work.now;
    let mut faults = Faults::default();
    faults.require(
        new.level.is_entered_for(new.holder.kind),
        "/level",
        "not-entered",
        "窗口登记法人或非法人组织的法定代表人、自然人的监护人；管理员和办事人由企业自行指定",
        "a counter enters the legal representative of an organisation or the guardian of a person: a firm names its managers and handlers itself",
    );
    faults.require(
        new.until.is_none_or(|day| day >= Day::of(now) && end_of(day).is_some()),
        "/until",
        "past",
        "截止日期不能早于今天",
        "the last day must not lie in the past",
    );
    if new.level == AgencyLevel::Guardian {
        faults.require(
            comes_of_age(&new.holder.number).is_none_or(|adult| adult > now),
            "/holder/id_number",
            "of-age",
            "被监护人已满十八周岁",
            "this person is of age",
        );
    }
    account_of(app, &mut work.tx, &new.name, &new.number, "/agent", &mut faults).await?;
    faults.none().map_err(EntryError::Faults)?;
    let id = AgencyEntryId::generate(now, &*app.entropy);
    let said = Said {
        holder: HolderRequest::from(&new.holder),
        name: new.name.as_str().to_owned(),
        id_type: new.number.id_type().to_owned(),
        id_number: new.number.number().to_owned(),
        evidence: new.evidence.as_str().to_owned(),
    };
    let plain = serde_json::to_vec(&said).map_err(|_| inconsistent(id, "said"))?;
    let row = EntryRow {
        id,
        unit: permit.scope(),
        level: new.level.as_str().to_owned(),
        said: app.secrets.seal(&stored::place(id), &plain, &*app.entropy),
        ends_on: None,
        state: AgencyEntryState::Entered.as_str().to_owned(),
        entered_by: permit.account(),
        entered_at: now.0,
        decided_by: None,
        decided_at: None,
        reason: None,
        agency: None,
        ended_at: None,
    };
    stored::insert(&mut work.tx, &row, new.until).await?;
    work.audit("enter agency", &id.to_string(), None).await?;
    let row = EntryRow { ends_on: new.until.map(crate::storage::day::number), ..row };
    let told = told(app, &mut work.tx, permit.account(), &row).await?;
    Ok(work.commit(told).await?)
}

/// Approves an entry, with which the agency begins, refuses it, or ends the agency that began.
pub async fn decide(
    app: &App,
    permit: &Permit<DecideAgency>,
    id: AgencyEntryId,
    decision: EntryDecision,
    reason: Option<&PlainText>,
) -> Result<AgencyEntry, EntryError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let row = stored::find_and_hold(&mut work.tx, permit.scope(), id).await?.ok_or(EntryError::NotFound)?;
    let state = state_of(&row)?;
    if !state.takes(decision) {
        return Err(EntryError::NotNow(state));
    }
    let task = id.to_string();
    if decision != EntryDecision::End {
        let taken =
            tasks::refuse_anothers(app, &mut work.tx, &task, permit.scope(), permit.account()).await?;
        if let Some(claim) = taken {
            return Err(EntryError::Claimed(claim));
        }
    }
    let place = stored::place_of_reason(id);
    let sealed = reason.map(|reason| app.secrets.seal_text(&place, reason.as_str(), &*app.entropy));
    let (state, agency, action) = match decision {
        EntryDecision::Approve => {
            if persons::is_same(&mut work.tx, row.entered_by, permit.account()).await? {
                return Err(EntryError::TwoPersons);
            }
            let agency = begin(app, &mut work, permit, &row).await?;
            (AgencyEntryState::Approved, Some(agency), "approve agency")
        }
        EntryDecision::Refuse => (AgencyEntryState::Refused, None, "refuse agency"),
        EntryDecision::End => {
            end(app, &mut work, permit, &row, sealed.as_deref().unwrap_or_default()).await?;
            work.audit("end agency", &task, reason.map(PlainText::as_str)).await?;
            let state = AgencyEntryState::Ended.as_str().to_owned();
            let row = EntryRow { state, ended_at: Some(now.0), reason: sealed, ..row };
            let told = told(app, &mut work.tx, permit.account(), &row).await?;
            work.finish().await?;
            return Ok(told);
        }
    };
    let decided = Decided { state, by: permit.account(), at: now, reason: sealed.as_deref(), agency };
    if !stored::decide(&mut work.tx, id, decided).await? {
        return Err(StorageError::Conflict.into());
    }
    tasks::over(&mut work.tx, &task, permit.scope()).await?;
    work.audit(action, &task, reason.map(PlainText::as_str)).await?;
    let row = EntryRow {
        state: state.as_str().to_owned(),
        decided_by: Some(permit.account()),
        decided_at: Some(now.0),
        reason: sealed,
        agency,
        ..row
    };
    let told = told(app, &mut work.tx, permit.account(), &row).await?;
    work.finish().await?;
    Ok(told)
}

/// A page of the unit's entries, newest first, and where the next one begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewAgencies>,
    state: Option<AgencyEntryState>,
    before: Option<AgencyEntryId>,
    limit: i64,
) -> Result<(Vec<AgencyEntry>, Option<AgencyEntryId>), StorageError> {
    let mut tx = app.db.begin_read().await?;
    let mut rows = stored::list(&mut tx, permit.scope(), state, before, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        entries.push(told(app, &mut tx, permit.account(), row).await?);
    }
    tx.commit().await?;
    Ok((entries, next))
}

/// Entries of a unit that wait for a second person, who is not `account`, the newest first; with since when.
pub async fn waiting(
    tx: &mut Tx,
    unit: Uscc,
    account: AccountId,
    limit: i64,
) -> Result<Vec<(AgencyEntryId, i64)>, StorageError> {
    let mut found = Vec::new();
    for row in stored::list(tx, unit, Some(AgencyEntryState::Entered), None, limit).await? {
        if !persons::is_same(tx, row.entered_by, account).await? {
            found.push((row.id, row.entered_at));
        }
    }
    Ok(found)
}

/// Whether an entry of a unit waits for a second person; it is held, so that it stays so.
pub async fn waits(tx: &mut Tx, unit: Uscc, id: AgencyEntryId) -> Result<bool, StorageError> {
    let row = stored::find_and_hold(tx, unit, id).await?;
    Ok(row.is_some_and(|row| row.state == AgencyEntryState::Entered.as_str()))
}

/// Begins the agency of an entry. A firm has one legal representative: the one before goes, with those he named.
async fn begin(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<DecideAgency>,
    row: &EntryRow,
) -> Result<AgencyId, EntryError> {
    let now = work.now;
    let said = said(app, row)?;
    let level: AgencyLevel = row.level.parse().map_err(|_| inconsistent(row.id, "level"))?;
    let mut faults = Faults::default();
    let person = said.holder.person("/holder", &mut faults).ok_or_else(|| inconsistent(row.id, "said"))?;
    let number =
        HolderNumber::new(&said.id_type, &said.id_number).map_err(|_| inconsistent(row.id, "said"))?;
    let name = PlainText::line(&said.name, MAX_NAME).map_err(|_| inconsistent(row.id, "said"))?;
    let account = account_of(app, &mut work.tx, &name, &number, "/agent", &mut faults).await?;
    faults.none().map_err(EntryError::Faults)?;
    let account = account.ok_or(EntryError::NotFound)?;
    if persons::is_same(&mut work.tx, account, permit.account()).await? {
        return Err(EntryError::TwoPersons);
    }
    let holder_id = match holders::enter(app, work, &person, false).await? {
        Entry::Held(id) => id,
        Entry::OtherName => return Err(EntryError::NameDiffers),
    };
    holder::hold(&mut work.tx, holder_id).await?;
    for before in agencies::of_holder(&mut work.tx, holder_id, now).await? {
        let is_replaced = level == AgencyLevel::LegalRepresentative && before.level == level.as_str();
        // One person acts for one holder in one way.
        if is_replaced || before.account == account {
            end_with_those_below(app, work, before.id).await?;
        }
    }
    let until = row.ends_on.and_then(of_number).and_then(end_of);
    let of_age = comes_of_age(&person.number).filter(|_| level == AgencyLevel::Guardian);
    let agency = Agency {
        id: AgencyId::generate(now, &*app.entropy),
        holder: holder_id,
        level,
        acts: Vec::new(),
        ends_at: until.into_iter().chain(of_age).min(),
    };
    agencies::insert(&mut work.tx, account, &agency, None, now).await?;
    work.changed(Change::Account(account)).await?;
    Ok(agency.id)
}

/// Ends what began with an entry, with those below it; told as over if it had ended otherwise.
async fn end(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<DecideAgency>,
    row: &EntryRow,
    reason: &[u8],
) -> Result<(), EntryError> {
    let over = || EntryError::NotNow(AgencyEntryState::Ended);
    let id = row.agency.ok_or_else(over)?;
    let now = work.now;
    let found = agencies::find(&mut work.tx, id, now).await?.ok_or_else(over)?;
    holder::hold(&mut work.tx, found.holder).await?;
    end_with_those_below(app, work, id).await?;
    if !stored::end(&mut work.tx, row.id, permit.account(), now, reason).await? {
        return Err(StorageError::Conflict.into());
    }
    Ok(())
}

async fn told(
    app: &App,
    tx: &mut Tx,
    caller: AccountId,
    row: &EntryRow,
) -> Result<AgencyEntry, StorageError> {
    let said = said(app, row)?;
    let masked = |name: String, number: &str| Named { name, id_number: Mask::IdNumber.apply(number) };
    let reason = row.reason.as_deref().map(|sealed| {
        app.secrets
            .open_text(&stored::place_of_reason(row.id), sealed)
            .map_err(|_| inconsistent(row.id, "reason"))
    });
    let in_force = match row.agency {
        Some(id) => agencies::find(tx, id, app.now()).await?.is_some(),
        None => false,
    };
    Ok(AgencyEntry {
        id: row.id,
        level: row.level.parse().map_err(|_| inconsistent(row.id, "level"))?,
        holder: masked(said.holder.name, &said.holder.id_number),
        agent: masked(said.name, &said.id_number),
        evidence: said.evidence,
        until: row.ends_on.and_then(of_number).map(|day| day.to_text()),
        state: state_of(row)?,
        entered_by: persons::name(tx, &app.secrets, row.entered_by).await?.unwrap_or_default(),
        own: persons::is_same(tx, row.entered_by, caller).await?,
        entered_at: row.entered_at,
        decided_at: row.decided_at,
        ended_at: row.ended_at,
        reason: reason.transpose()?,
        in_force,
    })
}

fn said(app: &App, row: &EntryRow) -> Result<Said, StorageError> {
    let plain = app.secrets.open(&stored::place(row.id), &row.said);
    let plain = plain.map_err(|_| inconsistent(row.id, "said"))?;
    serde_json::from_slice(&plain).map_err(|_| inconsistent(row.id, "said"))
}

fn state_of(row: &EntryRow) -> Result<AgencyEntryState, StorageError> {
    row.state.parse().map_err(|_| inconsistent(row.id, "state"))
}

fn inconsistent(id: AgencyEntryId, column: &'static str) -> StorageError {
    StorageError::Inconsistent { table: "actor_agency_entry", column, row: id.to_string() }
}

/// Characters of a name, as of an account's.
const MAX_NAME: usize = 50;
