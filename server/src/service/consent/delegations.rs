//! Delegations 委托用证: given by a holder, or who acts for him in all, with the PIN (R60).
//!
//! Whom one is for is not looked up here: whether he has an account makes no difference to the answer, nor to what is done for
//! it. He is told afterwards ([`super::delegation_acts::tell`]).

use std::collections::HashSet;

use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::trust::Medium;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{Delegate, Permit};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::actor::holder::HolderNumber;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::catalogue::matter::Matter;
use crate::domain::consent::authorisation::may_last;
use crate::domain::consent::delegation::{Delegation, DelegationState, MOST_OPEN, MOST_SCENES};
use crate::domain::fault::Faults;
use crate::domain::ids::{DelegationId, HolderId, LicenceId};
use crate::domain::issuing::person::Person;
use crate::domain::licence::notice::NoticeKind;
use crate::domain::licence::{Licence, Status};
use crate::service::actor::pin::{self, PinError};
use crate::service::actor::recovery;
use crate::service::actor::wallets;
use crate::service::catalogue::reading;
use crate::service::consent::authorisations::{directs, others};
use crate::service::licence::notices;
use crate::service::showing::assurance::{self, AssuranceError, FactorError};
use crate::service::showing::show::Proof;
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::actor::holder;
use crate::storage::consent::delegation::{self as stored, Parties};
use crate::storage::idempotency::Claim;
use crate::storage::{StorageError, Tx};

/// What is to be delegated.
#[derive(Clone, Debug)]
pub struct NewDelegation {
    /// The licence.
    pub licence: LicenceId,
    /// To whom.
    pub to: Person,
    /// In which scenes.
    pub scenes: Vec<SceneCode>,
    /// Code of the matter it is for.
    pub matter: Option<String>,
    /// From when on.
    pub from: UnixTime,
    /// From when on no more.
    pub until: UnixTime,
}

/// What was delegated; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Delegated {
    /// Its id.
    pub id: DelegationId,
    /// The licence.
    pub licence: LicenceId,
    /// In which scenes.
    #[schemars(with = "Vec<String>")]
    pub scenes: Vec<SceneCode>,
    /// From when on, in unix seconds.
    pub from: UnixTime,
    /// From when on no more.
    pub until: UnixTime,
    /// Until when it waits to be accepted.
    pub accept_by: UnixTime,
    /// `waiting`.
    pub state: DelegationState,
}

/// Why nothing was delegated, answered or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DelegationError {
    /// No such licence in a wallet open to the caller, or no such delegation by him or for him.
    #[error("no such object")]
    NotFound,
    /// A handler of a firm does not give its licences to others.
    #[error("only the legal representative, a manager or a guardian delegates")]
    NotForHandlers,
    /// Members of the body are wrong.
    #[error("the delegation cannot be given as it is")]
    Faults(Faults),
    /// The licence has ended.
    #[error("the licence is {0:?}")]
    Over(Status),
    /// So many wait or hold.
    #[error("there are as many delegations as may be")]
    TooMany,
    /// As it stands it takes no such act.
    #[error("the delegation is {0}")]
    NotNow(DelegationState),
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

impl From<StorageError> for DelegationError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// Delegates a licence. The same request again gets the same answer, after the PIN as before.
pub async fn give(
    app: &App,
    permit: &Permit<Delegate>,
    new: NewDelegation,
    proof: Proof<'_>,
    claim: Option<Claim>,
) -> Result<Reply<Delegated>, DelegationError> {
    let Proof { pin, factor } = proof;
    let (secrets, act) = (&app.secrets, AgencyAct::Show);
    let mut tx = app.db.begin_read().await?;
    let found = wallets::find(&mut tx, secrets, permit, act, new.licence, app.now()).await?;
    tx.commit().await?;
    found.ok_or(DelegationError::NotFound)?;
    let pin = pin::check(app, permit.account(), pin).await?;
    let mut work = Work::begin(app, permit).await?;
    pin.take(&mut work).await?;
    if let Some(before) = work.claim(claim).await? {
        work.finish().await?;
        return Ok(before);
    }
    let now = work.now;
    // What was delegated to the caller lies in no wallet of his: he delegates it to nobody.
    let found = wallets::find_and_hold(&mut work.tx, secrets, permit, act, new.licence, now).await?;
    let (licence, wallet) = found.ok_or(DelegationError::NotFound)?;
    work.acts_as(wallet.footing);
    if !directs(&mut work.tx, permit.account(), wallet, now).await? {
        return Err(DelegationError::NotForHandlers);
    }
    if let Some(until) = recovery::shut_until(&mut work.tx, permit.account(), now).await? {
        work.finish().await?;
        return Err(FactorError::Restored { until }.into());
    }
    check(app, &mut work.tx, &new, (&licence, wallet.holder), now).await?;
    // One at a time, or two at once would be one more than may be.
    holder::hold(&mut work.tx, wallet.holder).await?;
    if stored::open_of(&mut work.tx, wallet.holder, now).await? >= MOST_OPEN {
        return Err(DelegationError::TooMany);
    }
    match prove(app, &mut work, permit, (&licence, &new.scenes), factor).await? {
        Ok(None) => {}
        Ok(Some(used)) => work.audit(used, &licence.id.to_string(), None).await?,
        Err(refused) => {
            // A wrong code was counted, and the PIN was right.
            work.finish().await?;
            return Err(refused.into());
        }
    }
    let given = Delegation {
        id: DelegationId::generate(now, &*app.entropy),
        licence: licence.id,
        holder: wallet.holder,
        scenes: new.scenes,
        matter: new.matter,
        from: new.from,
        // An agent lets others show nothing for longer than he himself may.
        until: wallet.until.map_or(new.until, |end| end.min(new.until)),
        given_at: now,
        answer: None,
        ended: None,
    };
    if given.until <= given.from {
        let mut faults = Faults::default();
        no_window(&mut faults, false);
        return Err(DelegationError::Faults(faults));
    }
    let (account, number) = (permit.account(), &new.to.number);
    let parties = Parties { account, footing: wallet.footing, name: &new.to.name, number };
    stored::insert(&mut work.tx, secrets, &*app.entropy, &given, parties).await?;
    let others = others(&mut work.tx, &licence, wallet.holder).await?;
    notices::of_delegation(app, &mut work, NoticeKind::DelegatedByCoHolder, &others, &given).await?;
    work.audit("delegate", &given.id.to_string(), None).await?;
    let accept_by = given.accept_by();
    let Delegation { id, licence, scenes, from, until, .. } = given;
    let state = DelegationState::Waiting;
    Ok(work.commit(Delegated { id, licence, scenes, from, until, accept_by, state }).await?)
}

/// Takes the second factor where the kind, or one of the scenes, asks for one. A code is taken once, so it is proved once.
async fn prove(
    app: &App,
    work: &mut Work<'_>,
    permit: &Permit<Delegate>,
    (licence, scenes): (&Licence, &[SceneCode]),
    factor: Option<&str>,
) -> Result<Result<Option<&'static str>, FactorError>, AssuranceError> {
    for scene in scenes {
        match assurance::prove(app, work, permit.account(), licence, Some(scene), factor).await? {
            Ok(None) => {}
            Ok(Some(_)) => return Ok(Ok(Some("delegate by PIN and authenticator"))),
            Err(refused) => return Ok(Err(refused)),
        }
    }
    Ok(Ok(None))
}

async fn check(
    app: &App,
    tx: &mut Tx,
    new: &NewDelegation,
    (licence, holder): (&Licence, HolderId),
    now: UnixTime,
) -> Result<(), DelegationError> {
    if licence.status.is_final() || matches!(licence.status, Status::Draft | Status::PendingReview) {
        return Err(DelegationError::Over(licence.status));
    }
    let mut faults = Faults::default();
    let giver = holder::find(tx, &app.secrets, holder).await?;
    faults.require(
        giver.is_none_or(|giver| !is_same(&giver.number, &new.to.number)),
        "/to/id_number",
        "own",
        "不能委托给持证主体本人",
        "nobody delegates to the holder himself",
    );
    check_scenes(app, &new.scenes, licence, &mut faults);
    if let Some(matter) = &new.matter {
        let known: Option<Matter> = reading::in_force(tx, matter).await?;
        faults.require(
            known.is_some(),
            "/matter",
            "unknown",
            "没有这个已发布的事项",
            "there is no such published matter",
        );
    }
    faults.require(
        Day::of(new.from) >= Day::of(now),
        "/from",
        "past",
        "开始时间不能早于今天",
        "must not begin before today",
    );
    no_window(&mut faults, new.from < new.until && may_last(now, new.until));
    faults.none().map_err(DelegationError::Faults)
}

fn no_window(faults: &mut Faults, is_right: bool) {
    faults.require(
        is_right,
        "/until",
        "range",
        "截止时间应晚于现在和开始时间，且自今日起不超过一年",
        "must lie after now and after the beginning, and within a year from today",
    );
}

/// Each scene takes the kind, on a screen, with what stands on the face.
fn check_scenes(app: &App, scenes: &[SceneCode], licence: &Licence, faults: &mut Faults) {
    faults.require(
        (1..=MOST_SCENES).contains(&scenes.len()),
        "/scenes",
        "length",
        "请选择 1 到 32 个场景",
        "choose 1 to 32 scenes",
    );
    let state = app.trust.current();
    let mut seen = HashSet::new();
    for (at, scene) in scenes.iter().enumerate() {
        let pointer = format!("/scenes/{at}");
        if !seen.insert(scene) {
            faults.add(pointer, "twice", "场景重复", "this scene stands here twice");
            continue;
        }
        match state.catalogue.rule(scene, licence.kind()) {
            Ok(rule) if rule.scene.medium == Medium::Paper => faults.add(
                pointer,
                "paper",
                "该场景用于打印件，不能委托",
                "the scene is for printed copies, which nobody delegates",
            ),
            Ok(rule) if rule.shown(&licence.face).is_ok() => {}
            _ => faults.add(
                pointer,
                "unknown",
                "该场景不存在，或不使用此类证照",
                "there is no such scene, or it does not take this kind of licence",
            ),
        }
    }
}

fn is_same(one: &HolderNumber, other: &HolderNumber) -> bool {
    one.id_type() == other.id_type() && one.number() == other.number()
}

/// A new version takes a licence's place: what its holder has delegated counts for that one.
pub(in crate::service) async fn follow(
    tx: &mut Tx,
    from: LicenceId,
    to: LicenceId,
) -> Result<(), StorageError> {
    stored::follow(tx, from, to).await
}
