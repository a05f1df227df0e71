//! Accounts of a unit's members: given to persons, one each, with a password that its owner changes first.

use liangzheng_core::time::{Day, Seconds, UnixTime};
use schemars::JsonSchema;
use serde::Serialize;

use super::{members, roles};
use crate::App;
use crate::domain::access::{ManageAccounts, Permit, Reach, ViewAccounts};
use crate::domain::actor::agency::Agency;
use crate::domain::actor::holder::HolderNumber;
use crate::domain::actor::membership::Role;
use crate::domain::actor::roles::{NotGiven, last_day};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::{UnitAct, UnitActRefused, UnitState};
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, HolderId, ProposalId};
use crate::domain::text::PlainText;
use crate::service::actor::password::{PasswordError, invented};
use crate::service::actor::person as persons;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::actor::account::{self, AccountRow};
use crate::storage::actor::membership::{self, HeldRole, ListedMember, MemberRow};
use crate::storage::actor::{agency, person};
use crate::storage::catalogue::unit;
use crate::storage::change::Change;
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx, page};
use crate::words;

words! {
    /// Whether a member works.
    pub enum MemberState: "state of a member" {
        /// In his roles.
        Active = "active" / "正常" / "active",
        /// No role of his counts.
        Disabled = "disabled" / "已停用" / "disabled",
    }
}

/// An account that is to be given.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What its owner types.
    pub login: String,
    /// The person's name.
    pub name: PlainText,
    /// The person's number: one account a person.
    pub number: HolderNumber,
    /// The roles.
    pub roles: Vec<RoleWish>,
}

/// A role that somebody is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleWish {
    /// The role.
    pub role: Role,
    /// Its last day; `None` = until it is taken away.
    pub until: Option<Day>,
}

/// A role that somebody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GivenRole {
    /// The role.
    pub role: Role,
    /// Its last day, `YYYYMMDD`; null = until it is taken away.
    pub until: Option<String>,
}

impl MemberState {
    const fn of(is_disabled: bool) -> Self {
        if is_disabled { Self::Disabled } else { Self::Active }
    }
}

impl From<HeldRole> for GivenRole {
    fn from(held: HeldRole) -> Self {
        Self { role: held.role, until: held.ends_at.map(|end| last_day(end).to_text()) }
    }
}

/// A member's account as it is told to who administers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// What its owner types.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The unit.
    pub unit: Uscc,
    /// The roles that have not ended.
    pub roles: Vec<GivenRole>,
    /// Whether this person works.
    pub state: MemberState,
    /// The last login, or when the account was given, in unix seconds; after ninety days without one it is disabled.
    pub seen_at: i64,
    /// Whether the first password has not been changed yet.
    pub must_change_password: bool,
    /// For `If-Match`; changes with every change of roles or state.
    pub etag: String,
    /// The password to begin with, told only here; null for a person who had an account. It serves to set another one,
    /// within seven days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_password: Option<String>,
    /// The first of `proposals`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalId>,
    /// What another manager has to confirm before it counts: `POST /proposals/{id}/acts`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<ProposalId>,
}

impl Account {
    /// The number in the entity tag.
    pub fn changes(&self) -> i64 {
        self.etag.trim_matches('"').parse().unwrap_or_default()
    }
}

/// What an account may act as, with the end of each.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The account.
    pub account: Account,
    /// The holder it is.
    pub holder: Option<HolderId>,
    /// The holders it acts for.
    pub agencies: Vec<Agency>,
    /// Whether its roles count: the member works, and so does the unit.
    pub works: bool,
}

/// Why nothing was done, or nothing told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// No such unit or account, or none that the caller may see.
    #[error("no such unit or account")]
    NotFound,
    /// The unit has ended or was never let in.
    #[error(transparent)]
    UnitState(#[from] UnitActRefused),
    /// Nobody changes his own account.
    #[error("nobody changes his own roles")]
    Own,
    /// The caller does not give this role.
    #[error("{role}: {why}")]
    NotGiven {
        /// The role.
        role: Role,
        /// Why not.
        why: NotGiven,
    },
    /// It is for another to say so, too.
    #[error("it takes two managers")]
    ByTwo,
    /// Members of the body are wrong.
    #[error("the account cannot be as it was sent")]
    Faults(Faults),
    /// Somebody has this login.
    #[error("the login is taken")]
    LoginTaken,
    /// This person is a member already.
    #[error("this person works for a unit already")]
    PersonTaken {
        /// The account, if it is one of the same unit.
        account: Option<AccountId>,
    },
    /// The number is of an account with another name.
    #[error("the name differs from the account's")]
    NameDiffers,
    /// The caller saw another version.
    #[error("the account has changed")]
    Stale {
        /// Its tag now.
        now: i64,
    },
    /// An auditor looks at single rows with a reason only.
    #[error("an auditor says why he looks")]
    ReasonNeeded,
    /// Too many passwords at once.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for AccountError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Gives a person an account as a member of `unit`, or makes the account that the person has one.
pub async fn create(
    app: &App,
    permit: &Permit<ManageAccounts>,
    unit: Uscc,
    new: NewAccount,
    key: Option<Claim>,
) -> Result<Reply<Account>, AccountError> {
    if is_outside(permit.scope(), unit) {
        return Err(AccountError::NotFound);
    }
    // The hash first: the one writer must not wait for Argon2.
    let password = invented(&*app.entropy);
    let caller = app.secrets.fingerprint("account", permit.account().to_string().as_bytes());
    let hash = app.passwords.hash(&password, caller, &*app.entropy).await?;
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    let kept = unit::find_kept_and_hold(&mut work.tx, &app.secrets, unit).await?;
    let kept = kept.ok_or(AccountError::NotFound)?;
    refuse_unit(kept.unit.state)?;
    roles::wish_faults(&new.roles, work.now).none().map_err(AccountError::Faults)?;
    let giver = roles::Giving::of(&mut work, permit, &kept.unit).await?;
    giver.may_give(&new.roles)?;
    let known = person::account_of(&mut work.tx, &app.secrets, &new.number).await?;
    let (id, first_password) = match known {
        Some(id) if persons::is_same(&mut work.tx, id, permit.account()).await? => {
            return Err(AccountError::Own);
        }
        Some(id) => {
            join(app, &mut work, id, &new, unit).await?;
            (id, None)
        }
        None => (enter(app, &mut work, &new, hash, unit).await?, Some(password)),
    };
    let proposals = giver.give(app, &mut work, id, &new.roles).await?;
    work.changed(Change::Account(id)).await?;
    work.audit("give account", &id.to_string(), None).await?;
    let account = told(app, &mut work.tx, id, work.now).await?.ok_or(AccountError::NotFound)?;
    let proposal = proposals.first().copied();
    Ok(work.commit(Account { first_password, proposal, proposals, ..account }).await?)
}

/// Enters a person who has no account.
async fn enter(
    app: &App,
    work: &mut Work<'_>,
    new: &NewAccount,
    password: String,
    unit: Uscc,
) -> Result<AccountId, AccountError> {
    let now = work.now;
    let id = AccountId::generate(now, &*app.entropy);
    // No holder: that this person is that one is for himself to prove. Who gives accounts would open wallets otherwise.
    let row = AccountRow {
        password: Some(password),
        first_password_until: Some(now.plus(FIRST_PASSWORD_LASTS).0),
        ..AccountRow::new(&app.secrets, &*app.entropy, id, new.login.clone(), new.name.as_str(), now)
    };
    if !account::insert(&mut work.tx, &row).await? {
        return Err(AccountError::LoginTaken);
    }
    let name = new.name.as_str();
    if !person::insert(&mut work.tx, &app.secrets, &*app.entropy, id, name, &new.number).await? {
        return Err(AccountError::PersonTaken { account: None });
    }
    membership::insert(&mut work.tx, id, unit, now).await?;
    Ok(id)
}

/// Makes the account that the person has a member's. Who works nowhere any more may begin somewhere else.
async fn join(
    app: &App,
    work: &mut Work<'_>,
    id: AccountId,
    new: &NewAccount,
    unit: Uscc,
) -> Result<(), AccountError> {
    let row = account::find_and_hold(&mut work.tx, id).await?.ok_or(AccountError::NotFound)?;
    if account::open_name(&app.secrets, id, &row.name)? != new.name.as_str() {
        return Err(AccountError::NameDiffers);
    }
    let now = work.now;
    match membership::member(&mut work.tx, id).await? {
        None => membership::insert(&mut work.tx, id, unit, now).await.map(drop)?,
        Some(member) if member.unit == unit => {
            return Err(AccountError::PersonTaken { account: Some(id) });
        }
        Some(_) if membership::held_roles(&mut work.tx, id, now).await?.is_empty() => {
            membership::move_to(&mut work.tx, id, unit).await?;
            members::open(work, id).await?;
        }
        Some(_) => return Err(AccountError::PersonTaken { account: None }),
    }
    Ok(())
}

/// A page of the accounts of a unit's members, and where the next one begins.
pub async fn list(
    app: &App,
    permit: &Permit<ViewAccounts>,
    unit: Uscc,
    reason: Option<&PlainText>,
    after: &str,
    limit: i64,
) -> Result<(Vec<Account>, Option<AccountId>), AccountError> {
    if is_outside(permit.scope(), unit) {
        return Err(AccountError::NotFound);
    }
    let mut tx = app.db.begin_read().await?;
    unit::find(&mut tx, unit).await?.ok_or(AccountError::NotFound)?;
    let mut rows = membership::people_of_unit(&mut tx, unit, after, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.account);
    let roles = match rows.last() {
        Some(last) => membership::roles_of_unit(&mut tx, unit, after, last.account, app.now()).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    let told = |row: ListedMember| {
        let of_his = roles.iter().filter(|(account, _)| *account == row.account);
        Ok(Account {
            id: row.account,
            name: account::open_name(&app.secrets, row.account, &row.name)?,
            login: row.login,
            unit,
            roles: of_his.map(|(_, held)| GivenRole::from(*held)).collect(),
            state: MemberState::of(row.is_disabled == 1),
            seen_at: row.seen_at,
            must_change_password: row.must_change_password == 1,
            etag: format!("\"{}\"", row.changes),
            first_password: None,
            proposal: None,
            proposals: Vec::new(),
        })
    };
    let accounts = rows.into_iter().map(told).collect::<Result<_, StorageError>>()?;
    record_look(app, permit, unit.as_str(), reason).await?;
    Ok((accounts, next))
}

/// One member's account, with what it may act as.
pub async fn read(
    app: &App,
    permit: &Permit<ViewAccounts>,
    id: AccountId,
    reason: Option<&PlainText>,
) -> Result<Standing, AccountError> {
    let mut tx = app.db.begin_read().await?;
    let now = app.now();
    let member = membership::member(&mut tx, id).await?;
    let member = member.filter(|member| !is_outside(permit.scope(), member.unit));
    let member = member.ok_or(AccountError::NotFound)?;
    let account = told(app, &mut tx, id, now).await?.ok_or(AccountError::NotFound)?;
    let row = account::find(&mut tx, id).await?.ok_or(AccountError::NotFound)?;
    let agencies = agency::of_account(&mut tx, id, now).await?;
    let counts = membership::of_account(&mut tx, id, now).await?;
    tx.commit().await?;
    record_look(app, permit, &id.to_string(), reason).await?;
    let works = counts.is_some_and(|counts| counts.unit == member.unit) && row.disabled_at.is_none();
    Ok(Standing { account, holder: row.holder, agencies, works })
}

/// An auditor's look at single rows stands in the trace, with its reason; without one it is none.
async fn record_look(
    app: &App,
    permit: &Permit<ViewAccounts>,
    object: &str,
    reason: Option<&PlainText>,
) -> Result<(), AccountError> {
    if permit.principal().has_role(&[Role::UnitAdmin, Role::Manager]) {
        return Ok(());
    }
    let reason = reason.ok_or(AccountError::ReasonNeeded)?;
    let mut work = Work::begin(app, permit).await?;
    work.audit("look at account", object, Some(reason.as_str())).await?;
    Ok(work.finish().await?)
}

/// An account as it is told; `None` if it is no member's.
pub(super) async fn told(
    app: &App,
    tx: &mut Tx,
    id: AccountId,
    now: UnixTime,
) -> Result<Option<Account>, StorageError> {
    let Some(member) = membership::member(tx, id).await? else { return Ok(None) };
    let Some(row) = account::find(tx, id).await? else { return Ok(None) };
    let held = membership::held_roles(tx, id, now).await?;
    let MemberRow { unit, changes, seen_at, disabled_at, .. } = member;
    let is_disabled = disabled_at.is_some() || row.disabled_at.is_some();
    Ok(Some(Account {
        id,
        login: row.login,
        name: account::open_name(&app.secrets, id, &row.name)?,
        unit,
        roles: held.into_iter().map(GivenRole::from).collect(),
        state: MemberState::of(is_disabled),
        seen_at,
        must_change_password: row.first_password_until.is_some(),
        etag: format!("\"{changes}\""),
        first_password: None,
        proposal: None,
        proposals: Vec::new(),
    }))
}

/// Whether a unit lies outside of what the caller reaches.
pub(super) fn is_outside(reach: Reach, unit: Uscc) -> bool {
    matches!(reach, Reach::Unit(own) if own != unit)
}

/// Accounts are given and changed in units that work.
pub(super) fn refuse_unit(state: UnitState) -> Result<(), UnitActRefused> {
    if state == UnitState::Active {
        Ok(())
    } else {
        Err(UnitActRefused { from: state, act: UnitAct::Approve })
    }
}

/// Long enough for a weekend and a holiday; what was given by others should not lie about for longer.
const FIRST_PASSWORD_LASTS: Seconds = Seconds(7 * 86_400);
