//! What a holder sees of what a counter asks of him, and his answer (platform contract, "Counter request").
//!
//! It is his, or an agent's who may show for him; for everybody else there is no such request. Agreeing is the authorisation
//! of each chosen licence and the fetch of it, in one transaction: what may not be asked any more, because the case has
//! ended or the list has changed, ends the request and gives nothing.

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::Mask;

use super::attempt::{self, Try, attempt};
use super::counter_requests::{asked, meaning};
use crate::App;
use crate::domain::access::{Action, Authorise, Permit, ViewWallet, Wallets};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::actor::membership::Role;
use crate::domain::casework::counter_request::{CounterAnswer, CounterRequestState, READABLE};
use crate::domain::casework::fetch::ScopeRule;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::matter::Matter;
use crate::domain::fault::Faults;
use crate::domain::ids::{CounterRequestId, HolderId, LicenceId};
use crate::domain::issuing::case::{Case, CaseState};
use crate::domain::licence::Licence;
use crate::domain::trace::usage::UseKind;
use crate::service::actor::pin::{self, PinError, RightPin};
use crate::service::actor::wallets::{self, Wallet};
use crate::service::catalogue::names::{kind_names, unit_names};
use crate::service::catalogue::reading;
use crate::service::consent::at_counter::{self, ChosenError, Offered};
use crate::service::showing::assurance::{AssuranceError, FactorError};
use crate::service::showing::show::Proof;
use crate::service::work::{Work, WorkError};
use crate::storage::actor::{account, holder, membership};
use crate::storage::casework::counter_request::{self as stored, CounterRequestRow, GivenRow};
use crate::storage::issuing::case;
use crate::storage::{StorageError, Tx};

/// A request as the holder sees it.
#[derive(Debug)]
pub struct SeenRequest {
    /// The unit that asks, and its names.
    pub unit: (Uscc, Text),
    /// Code of the matter, and its names.
    pub matter: (String, Text),
    /// Number of the case with the unit.
    pub case_number: String,
    /// Code of what for.
    pub purpose: String,
    /// From when on it can be answered no more.
    pub expires_at: UnixTime,
    /// Whose licences are asked for, where that is not the caller himself.
    pub on_behalf_of: Option<HolderId>,
    /// The kinds, and what he has of each.
    pub materials: Vec<AskedMaterial>,
}

/// One kind that is asked for.
#[derive(Debug)]
pub struct AskedMaterial {
    /// Its code.
    pub kind: KindCode,
    /// Its names.
    pub names: Text,
    /// The licences that can answer it, each with exactly what the unit would see.
    pub licences: Vec<Offered>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answered {
    /// The request.
    pub id: CounterRequestId,
    /// Where it stands now.
    pub state: CounterRequestState,
    /// What was given.
    pub given: Vec<GivenRow>,
}

/// Why a request cannot be answered any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It was answered, or its time is over.
    State(CounterRequestState),
    /// What was asked may not be asked any more.
    Rule(ScopeRule),
    /// Who asked works at that counter no more.
    Clerk,
}

/// Why nothing was shown or answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CounterAnswerError {
    /// No such request for a wallet that is open to the caller.
    #[error("no such request")]
    NotFound,
    /// It cannot be answered any more.
    #[error("the request is over: {0:?}")]
    Over(Over),
    /// Members of the body are wrong.
    #[error("the answer cannot be taken as it is")]
    Faults(Faults),
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

impl From<StorageError> for CounterAnswerError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// A request that may be answered, with its case, and the wallet that it asks.
struct Answerable {
    row: CounterRequestRow,
    case: Case,
    wallet: Wallet,
}

/// What a counter asks of the holder of a wallet that is open to the caller.
pub async fn see(
    app: &App,
    permit: &Permit<ViewWallet>,
    code: &[u8; 16],
) -> Result<SeenRequest, CounterAnswerError> {
    let mut tx = app.db.begin_read().await?;
    let now = app.now();
    let Answerable { row, case, wallet } = answerable(app, &mut tx, permit, code, now, false).await?;
    let mut materials = Vec::new();
    for kind in row.kinds()? {
        let fields = may_still_ask(app, &mut tx, &row, &case, kind, now).await?;
        materials.push(AskedMaterial {
            kind,
            names: kind_names(app, kind),
            licences: at_counter::offered(app, &mut tx, wallet.holder, kind, &fields, now).await?,
        });
    }
    let matter = reading::in_force::<Matter>(&mut tx, &case.matter).await?;
    let matter_names =
        matter.map_or_else(|| Text::new(case.matter.clone(), case.matter.clone()), |it| it.names);
    let unit = (row.unit, unit_names(&mut tx, row.unit).await?);
    tx.commit().await?;
    Ok(SeenRequest {
        unit,
        matter: (case.matter, matter_names),
        case_number: case.number,
        purpose: row.purpose,
        expires_at: UnixTime(row.expires_at),
        on_behalf_of: Some(wallet.holder).filter(|holder| permit.scope().own != Some(*holder)),
        materials,
    })
}

/// The holder does not agree: the unit gets nothing.
pub async fn refuse(
    app: &App,
    permit: &Permit<Authorise>,
    code: &[u8; 16],
) -> Result<Answered, CounterAnswerError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let Answerable { row, wallet, .. } = answerable(app, &mut work.tx, permit, code, now, true).await?;
    answered(work, permit, &row, wallet, CounterAnswer::Refuse, Vec::new()).await
}

/// The holder agrees: the chosen licences are authorised, and fetched by who asked.
pub async fn agree(
    app: &App,
    permit: &Permit<Authorise>,
    code: &[u8; 16],
    licences: &[LicenceId],
    proof: Proof<'_>,
) -> Result<Answered, CounterAnswerError> {
    let mut tx = app.db.begin_read().await?;
    answerable(app, &mut tx, permit, code, app.now(), false).await?;
    tx.commit().await?;
    let pin: RightPin = pin::check(app, permit.account(), proof.pin).await?;
    let mut work = Work::begin(app, permit).await?;
    pin.take(&mut work).await?;
    let now = work.now;
    let Answerable { row, case, wallet } = answerable(app, &mut work.tx, permit, code, now, true).await?;
    work.acts_as(wallet.footing);
    must_work_there(&mut work.tx, &row, now).await?;
    let kinds = row.kinds()?;
    for kind in &kinds {
        may_still_ask(app, &mut work.tx, &row, &case, *kind, now).await?;
    }
    let chosen =
        match at_counter::choose(app, &mut work, permit, wallet, &kinds, licences, proof.factor).await {
            Ok(chosen) => chosen,
            Err(ChosenError::Factor(refused)) => {
                // A wrong code was counted, and the PIN was right.
                work.finish().await?;
                return Err(refused.into());
            }
            Err(ChosenError::Faults(faults)) => return Err(CounterAnswerError::Faults(faults)),
            Err(ChosenError::Assurance(error)) => return Err(error.into()),
        };
    let mut given = Vec::with_capacity(chosen.len());
    for one in chosen {
        given.push(give(app, &mut work, permit, &row, &case, wallet, one).await?);
    }
    answered(work, permit, &row, wallet, CounterAnswer::Agree, given).await
}

/// Authorises one chosen licence, and fetches it.
async fn give(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<Authorise>,
    row: &CounterRequestRow,
    case: &Case,
    wallet: Wallet,
    licence: Licence,
) -> Result<GivenRow, CounterAnswerError> {
    let until = work.now.plus(READABLE);
    let kind = licence.kind();
    at_counter::authorise(app, work, permit, wallet, &licence, row.unit, case.id, &row.purpose, until)
        .await?;
    let one = Try {
        account: row.account,
        case: case.id,
        asked: asked(case, kind, &row.purpose),
        kind: UseKind::Fetch,
        only: Some(licence.id),
    };
    match attempt(app, work, one).await? {
        Ok(got) => {
            let given = GivenRow { kind, licence: licence.id, log_seq: got.use_id };
            stored::give(&mut work.tx, row.id, given).await?;
            Ok(given)
        }
        // What may be asked, and was authorised in this transaction, is in scope.
        Err((rule, _)) => Err(CounterAnswerError::Over(Over::Rule(rule))),
    }
}

async fn answered(
    mut work: Work<'_>,
    permit: &Permit<Authorise>,
    row: &CounterRequestRow,
    wallet: Wallet,
    answer: CounterAnswer,
    given: Vec<GivenRow>,
) -> Result<Answered, CounterAnswerError> {
    let (now, footing) = (work.now, wallet.footing);
    work.acts_as(footing);
    let (state, recorded) = match answer {
        CounterAnswer::Agree => (CounterRequestState::Agreed, "agree to counter request"),
        CounterAnswer::Refuse => (CounterRequestState::Refused, "refuse counter request"),
    };
    if !stored::answer(&mut work.tx, row.id, answer, permit.account(), footing, now).await? {
        return Err(StorageError::Conflict.into());
    }
    work.audit(recorded, &row.id.to_string(), None).await?;
    work.finish().await?;
    Ok(Answered { id: row.id, state, given })
}

/// The request that a code stands for, if it asks the holder of a wallet that is open to the caller for showing, and can be
/// answered at `now`. Held, with its case, if it is to be.
async fn answerable<A: Action<Scope = Wallets>>(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<A>,
    code: &[u8; 16],
    now: UnixTime,
    held: bool,
) -> Result<Answerable, CounterAnswerError> {
    let row = meaning(app, tx, code, held).await?.ok_or(CounterAnswerError::NotFound)?;
    if held {
        case::hold(tx, row.case_id).await?;
    }
    // The case may have gone to the unit that took over: it does not show this code.
    let case =
        case::find(tx, &app.secrets, row.unit, row.case_id).await?.ok_or(CounterAnswerError::NotFound)?;
    let asked = holder::find_by_number(tx, &app.secrets, &case.person.number).await?;
    let asked = asked.ok_or(CounterAnswerError::NotFound)?;
    let open = wallets::open(tx, permit, AgencyAct::Show, now).await?;
    let wallet = open.into_iter().find(|wallet| wallet.holder == asked.id);
    let wallet = wallet.ok_or(CounterAnswerError::NotFound)?;
    match row.asking()?.state(now) {
        CounterRequestState::Open if case.state == CaseState::Open => Ok(Answerable { row, case, wallet }),
        CounterRequestState::Open => Err(CounterAnswerError::Over(Over::Rule(ScopeRule::Case))),
        over => Err(CounterAnswerError::Over(Over::State(over))),
    }
}

/// What the unit would see of a kind, if it may still ask for it.
async fn may_still_ask(
    app: &App,
    tx: &mut Tx,
    row: &CounterRequestRow,
    case: &Case,
    kind: KindCode,
    now: UnixTime,
) -> Result<Vec<(String, Mask)>, CounterAnswerError> {
    let one = Try {
        account: row.account,
        case: case.id,
        asked: asked(case, kind, &row.purpose),
        kind: UseKind::Fetch,
        only: None,
    };
    let fields = attempt::may_still_ask(app, tx, one, now).await?;
    fields.map_err(|rule| CounterAnswerError::Over(Over::Rule(rule)))
}

/// Who asked must still be let in, and be a handler there: what is given goes to him.
async fn must_work_there(
    tx: &mut Tx,
    row: &CounterRequestRow,
    now: UnixTime,
) -> Result<(), CounterAnswerError> {
    let is_let_in = account::find(tx, row.account).await?.is_some_and(|clerk| clerk.disabled_at.is_none());
    let clerk = membership::of_account(tx, row.account, now).await?;
    let works = clerk.is_some_and(|member| member.unit == row.unit && member.has_role(&[Role::Handler]));
    if is_let_in && works { Ok(()) } else { Err(CounterAnswerError::Over(Over::Clerk)) }
}
