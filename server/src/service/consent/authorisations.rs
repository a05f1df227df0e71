//! Authorisations 授权用证: given by a holder, or his agent, with the PIN; listed; taken back (R59).
//!
//! The other holders of a licence are told. What is taken back is refused from the next request on: a fetch reads it in the
//! transaction that logs the use.

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{Authorise, Permit, Scope, ViewWallet};
use crate::domain::actor::agency::{AgencyAct, AgencyLevel};
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::unit::UnitState;
use crate::domain::consent::authorisation::{Authorisation, AuthorisationState, AuthorisedScope, may_last};
use crate::domain::fault::Faults;
use crate::domain::ids::{AccountId, AuthorisationId, HolderId, LicenceId};
use crate::domain::licence::{Licence, Status};
use crate::service::actor::pin::{self, PinError};
use crate::service::actor::recovery;
use crate::service::actor::wallets::{self, Chosen, For, Wallet};
use crate::service::catalogue::names::kind_names;
use crate::service::consent::options;
use crate::service::licence::notices;
use crate::service::showing::assurance::{self, AssuranceError, FactorError};
use crate::service::showing::show::Proof;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::actor::agency;
use crate::storage::catalogue::unit;
use crate::storage::consent::authorisation::{self as stored, AuthorisationRow};
use crate::storage::idempotency::Claim;
use crate::storage::licence::co_holder;
use crate::storage::{StorageError, Tx, page};

/// What is to be given.
#[derive(Clone, Debug)]
pub struct NewAuthorisation {
    /// The licence.
    pub licence: LicenceId,
    /// Who may use it.
    pub unit: Uscc,
    /// What with it.
    pub scope: AuthorisedScope,
    /// Code of what for.
    pub purpose: String,
    /// From when on it no longer holds.
    pub until: UnixTime,
}

/// What was given; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Authorised {
    /// Its id.
    pub id: AuthorisationId,
    /// The licence.
    pub licence: LicenceId,
    /// Who may use it.
    pub unit: Uscc,
    /// What with it.
    pub scope: AuthorisedScope,
    /// Code of what for.
    pub purpose: String,
    /// From when on it no longer holds, in unix seconds.
    pub until: UnixTime,
    /// `live`.
    pub state: AuthorisationState,
}

/// An authorisation as its holder reads it.
#[derive(Clone, Debug)]
pub struct GivenAuthorisation {
    /// The authorisation.
    pub given: Authorisation,
    /// Where it stands.
    pub state: AuthorisationState,
    /// The licence's kind, and the kind's names.
    pub kind: (KindCode, Text),
    /// The unit's names.
    pub unit_names: Text,
    /// On what footing it was given: own, agent.
    pub footing: String,
    /// Labels of the fields that the unit gets by its using list as it is now.
    pub fields: Vec<Text>,
}

/// Why nothing was given or taken back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorisationError {
    /// No such licence or authorisation in a wallet that is open to the caller.
    #[error("no such object")]
    NotFound,
    /// A handler of a firm does not give its licences to others.
    #[error("only the legal representative, a manager or a guardian authorises")]
    NotForHandlers,
    /// Members of the body are wrong.
    #[error("the authorisation cannot be given as it is")]
    Faults(Faults),
    /// The licence has ended.
    #[error("the licence is {0:?}")]
    Over(Status),
    /// It was taken back before.
    #[error("the authorisation does not hold")]
    NotLive(AuthorisationState),
    /// The PIN.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The second factor.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The second factor could not be looked at.
    #[error(transparent)]
    Assurance(#[from] AssuranceError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for AuthorisationError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Lets a unit use a licence. The same request again gets the same answer, after the PIN as before.
pub async fn give(
    app: &App,
    permit: &Permit<Authorise>,
    new: NewAuthorisation,
    proof: Proof<'_>,
    claim: Option<Claim>,
) -> Result<Reply<Authorised>, AuthorisationError> {
    let Proof { pin, factor } = proof;
    let mut tx = app.db.begin_read().await?;
    let found = wallets::find(&mut tx, &app.secrets, permit, AgencyAct::Show, new.licence, app.now()).await?;
    tx.commit().await?;
    found.ok_or(AuthorisationError::NotFound)?;
    let pin = pin::check(app, permit.account(), pin).await?;
    let mut work = Work::begin(app, permit).await?;
    pin.take(&mut work).await?;
    if let Some(before) = work.claim(claim).await? {
        work.finish().await?;
        return Ok(before);
    }
    let now = work.now;
    let (secrets, act) = (&app.secrets, AgencyAct::Show);
    let found = wallets::find_and_hold(&mut work.tx, secrets, permit, act, new.licence, now).await?;
    let (licence, wallet) = found.ok_or(AuthorisationError::NotFound)?;
    work.acts_as(wallet.footing);
    if !directs(&mut work.tx, permit.account(), wallet, now).await? {
        return Err(AuthorisationError::NotForHandlers);
    }
    if let Some(until) = recovery::shut_until(&mut work.tx, permit.account(), now).await? {
        work.finish().await?;
        return Err(FactorError::Restored { until }.into());
    }
    check(&mut work.tx, &new, &licence, now).await?;
    match assurance::prove(app, &mut work, permit.account(), &licence, None, factor).await? {
        Ok(None) => {}
        Ok(Some(used)) => work.audit(used, &licence.id.to_string(), None).await?,
        Err(refused) => {
            // A wrong code was counted, and the PIN was right.
            work.finish().await?;
            return Err(refused.into());
        }
    }
    let given = Authorisation {
        id: AuthorisationId::generate(now, &*app.entropy),
        licence: licence.id,
        holder: wallet.holder,
        unit: new.unit,
        scope: new.scope,
        case: None,
        purpose: new.purpose,
        given_at: now,
        // An agent lets others use nothing for longer than he himself may.
        until: wallet.until.map_or(new.until, |end| end.min(new.until)),
        withdrawn_at: None,
    };
    stored::insert(&mut work.tx, &given, permit.account(), wallet.footing).await?;
    let others = others(&mut work.tx, &licence, wallet.holder).await?;
    notices::of_authorisation(app, &mut work, &others, licence.id, given.id).await?;
    work.audit("authorise", &given.id.to_string(), None).await?;
    let Authorisation { id, licence, unit, scope, purpose, until, .. } = given;
    let state = AuthorisationState::Live;
    Ok(work.commit(Authorised { id, licence, unit, scope, purpose, until, state }).await?)
}

/// Takes an authorisation back.
pub async fn withdraw(
    app: &App,
    permit: &Permit<Authorise>,
    id: AuthorisationId,
) -> Result<(), AuthorisationError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let row = stored::find(&mut work.tx, Scope::All, id).await?.ok_or(AuthorisationError::NotFound)?;
    let open = wallets::open(&mut work.tx, permit, AgencyAct::Show, now).await?;
    let wallet = open.into_iter().find(|wallet| wallet.holder == row.holder);
    let wallet = wallet.ok_or(AuthorisationError::NotFound)?;
    work.acts_as(wallet.footing);
    if !directs(&mut work.tx, permit.account(), wallet, now).await? {
        return Err(AuthorisationError::NotForHandlers);
    }
    let state = row.read()?.state(now);
    if state != AuthorisationState::Live || !stored::withdraw(&mut work.tx, id, now).await? {
        return Err(AuthorisationError::NotLive(state));
    }
    work.audit("withdraw authorisation", &id.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// A page of what the holder of a wallet has given, newest first, and where the next begins; `None` if the wallet is not open
/// to the caller.
pub async fn list(
    app: &App,
    permit: &Permit<ViewWallet>,
    whose: For,
    before: Option<AuthorisationId>,
    limit: i64,
) -> Result<Option<(Vec<GivenAuthorisation>, Option<AuthorisationId>)>, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let now = app.now();
    let wallet = match wallets::choose(&mut tx, permit, AgencyAct::View, whose, now).await? {
        Chosen::Open(wallet) => wallet,
        Chosen::Empty => return Ok(Some((Vec::new(), None))),
        Chosen::Shut => return Ok(None),
    };
    let mut rows = stored::of_holder(&mut tx, wallet.holder, before, limit.saturating_add(1)).await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(open(app, &mut tx, row, now).await?);
    }
    tx.commit().await?;
    Ok(Some((items, next)))
}

async fn open(
    app: &App,
    tx: &mut Tx,
    row: AuthorisationRow,
    now: UnixTime,
) -> Result<GivenAuthorisation, StorageError> {
    let given = row.read()?;
    let known = unit::find(tx, given.unit).await?.map(|unit| unit.names);
    let asked = options::fields(tx, given.unit, row.licence_kind, &given.purpose).await?;
    Ok(GivenAuthorisation {
        state: given.state(now),
        kind: (row.licence_kind, kind_names(app, row.licence_kind)),
        unit_names: known.unwrap_or_else(|| Text::new(given.unit.to_string(), given.unit.to_string())),
        fields: asked.into_iter().map(|field| field.labels).collect(),
        footing: row.footing,
        given,
    })
}

/// Whether somebody lets others use what lies in a wallet: who acts for a firm as its handler shows its licences, and gives
/// them to nobody.
pub(super) async fn directs(
    tx: &mut Tx,
    account: AccountId,
    wallet: Wallet,
    now: UnixTime,
) -> Result<bool, StorageError> {
    if wallet.footing == Footing::Own {
        return Ok(true);
    }
    let agencies = agency::of_account(tx, account, now).await?;
    let directs = |level| level != AgencyLevel::Handler;
    Ok(agencies.iter().any(|agency| agency.holder == wallet.holder && directs(agency.level)))
}

async fn check(
    tx: &mut Tx,
    new: &NewAuthorisation,
    licence: &Licence,
    now: UnixTime,
) -> Result<(), AuthorisationError> {
    if licence.status.is_final() || matches!(licence.status, Status::Draft | Status::PendingReview) {
        return Err(AuthorisationError::Over(licence.status));
    }
    let mut faults = Faults::default();
    let unit = unit::find(tx, new.unit).await?;
    faults.require(
        unit.is_some_and(|unit| unit.state == UnitState::Active),
        "/unit",
        "unknown",
        "没有这个单位，或该单位已关闭",
        "there is no such unit, or it is closed",
    );
    faults.require(
        may_last(now, new.until),
        "/until",
        "range",
        "截止时间应晚于现在，且不超过一年",
        "must lie ahead, by a year at the most",
    );
    faults.none().map_err(AuthorisationError::Faults)
}

/// The holders of a licence beside one.
pub(super) async fn others(
    tx: &mut Tx,
    licence: &Licence,
    one: HolderId,
) -> Result<Vec<HolderId>, StorageError> {
    let mut all = co_holder::of_licence(tx, licence.id).await?;
    all.push(licence.holder);
    all.retain(|holder| *holder != one);
    Ok(all)
}

/// A new version takes a licence's place: what its holder has given counts for that one.
pub(in crate::service) async fn follow(
    tx: &mut Tx,
    from: LicenceId,
    to: LicenceId,
) -> Result<(), StorageError> {
    stored::follow(tx, from, to).await
}
