//! `/api/v1/wallet/delegations`: who shows a licence for its holder, in which scenes, from when until when.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, Seconds, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{Delegate, ViewWallet};
use crate::domain::actor::roles::end_of;
use crate::domain::catalogue::codes::{KindCode, SceneCode};
use crate::domain::catalogue::matter::is_code;
use crate::domain::consent::delegation::{DelegationAct, DelegationSide, DelegationState};
use crate::domain::fault::Faults;
use crate::domain::ids::{DelegationId, HolderId, LicenceId};
use crate::domain::issuing::person::HolderRequest;
use crate::http::answer::{Answer, Page};
use crate::http::api::consent::authorisations::{SeenField, Until};
use crate::http::api::licence::cards::whose;
use crate::http::api::showing::show::Factor;
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::consent::delegation_acts;
use crate::service::consent::delegation_list::{self, ToldDelegation};
use crate::service::consent::delegations::{self, Delegated, DelegationError, NewDelegation};
use crate::service::showing::show::Proof;

/// Body of `POST /wallet/delegations`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationRequest {
    /// The licence.
    licence: LicenceId,
    /// A natural person, who need not have an account yet.
    to: DelegateRequest,
    /// Codes of the scenes in which he may show it; none for paper.
    #[schemars(length(min = 1, max = 32))]
    scenes: Vec<String>,
    /// Code of the matter it is for.
    #[serde(default)]
    matter: Option<String>,
    /// From when on: a day, `YYYYMMDD`, or unix seconds; not before today.
    from: Until,
    /// Until when: the last day, `YYYYMMDD`, or unix seconds; a year at the most.
    until: Until,
    /// Six digits.
    pin: String,
    /// A second factor, where the kind or a scene asks for one.
    #[serde(default)]
    factor: Option<Factor>,
}

/// Whom a licence is delegated to.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegateRequest {
    /// 姓名, as in his document.
    #[schemars(length(min = 1, max = 100))]
    name: String,
    /// Type of document (GB/T 36903): `111` citizen number.
    id_type: String,
    /// Its number.
    id_number: String,
}

/// Which delegations.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationsQuery {
    /// `given`, which is so if it is left out, or `received`.
    #[serde(default)]
    side: Option<DelegationSide>,
    /// Of what was given: `own`, which is so if it is left out, or the holder one acts for.
    #[serde(default, rename = "for")]
    whose: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<DelegationId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// Body of `POST /wallet/delegations/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationActRequest {
    /// What is done.
    act: DelegationAct,
    /// Six digits; needed to accept.
    #[serde(default)]
    pin: Option<String>,
}

/// A delegation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Delegation {
    id: DelegationId,
    /// On which side of it the caller stands.
    side: DelegationSide,
    /// The licence, in its newest version of the same holder.
    licence: LicenceId,
    /// The licence's kind.
    kind: KindCode,
    /// The kind's names.
    kind_names: Text,
    /// Whose licence it is.
    holder: HolderId,
    /// The holder's name.
    holder_name: String,
    /// Whom it is for.
    to: DelegationPerson,
    /// In which scenes, and exactly what is seen in each.
    scenes: Vec<DelegationScene>,
    /// Code of the matter it is for.
    matter: Option<String>,
    /// The matter's names.
    matter_names: Option<Text>,
    /// From when on, in unix seconds.
    from: UnixTime,
    /// From when on no more.
    until: UnixTime,
    given_at: UnixTime,
    /// Until when it waits to be accepted.
    accept_by: UnixTime,
    /// When it was accepted or declined.
    answered_at: Option<UnixTime>,
    /// When it was taken back or given up.
    ended_at: Option<UnixTime>,
    /// `own`, or `agent`: by whom it was given.
    footing: String,
    state: DelegationState,
    /// The state in words.
    state_label: Text,
    /// What the caller can do with it now.
    acts: Vec<DelegationAct>,
}

/// A delegation after an act on it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActedDelegation {
    /// Its id.
    id: DelegationId,
    /// Where it stands now.
    state: DelegationState,
}

/// A person, as far as a list tells.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DelegationPerson {
    /// The name.
    name: String,
    /// The number, masked, as a verifier sees it.
    id_number: String,
}

/// A scene of a delegation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DelegationScene {
    /// Its code.
    code: String,
    /// Its names.
    names: Text,
    /// What a verifier sees; without values for whom it is for until he has accepted.
    fields: Vec<SeenField>,
}

/// `POST /api/v1/wallet/delegations`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<Delegate>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<DelegationRequest>,
) -> Result<Answer<Delegated, 201>, Problem> {
    let DelegationRequest { licence, to, scenes, matter, from, until, pin, factor } = body.0;
    let mut faults = Faults::default();
    let spelled = HolderRequest {
        holder_type: "natural".to_owned(),
        name: to.name.clone(),
        id_type: to.id_type.clone(),
        id_number: to.id_number.clone(),
    };
    let person = spelled.person("/to", &mut faults);
    let codes = scenes.iter().enumerate().filter_map(|(at, scene)| {
        let code: Option<SceneCode> = scene.parse().ok();
        faults.require(
            code.is_some(),
            format!("/scenes/{at}"),
            "unknown",
            "该场景不存在，或不使用此类证照",
            "there is no such scene, or it does not take this kind of licence",
        );
        code
    });
    let codes: Vec<SceneCode> = codes.collect();
    faults.require(
        matter.as_deref().is_none_or(is_code),
        "/matter",
        "unknown",
        "没有这个已发布的事项",
        "there is no such published matter",
    );
    let (begins, ends) = (from.first(), until.last());
    for (pointer, moment) in [("/from", begins), ("/until", ends)] {
        faults.require(
            moment.is_some(),
            pointer,
            "malformed",
            "应为日期（YYYYMMDD）或 unix 秒",
            "must be a day, YYYYMMDD, or unix seconds",
        );
    }
    let (Some(person), Some(begins), Some(ends), true) = (person, begins, ends, faults.0.is_empty()) else {
        return Err(Problem::new(&kinds::INVALID).faults(faults));
    };
    // Without the PIN: whoever learned a fingerprint must not be able to try PINs on it.
    let claim = key.claim(&app, permit.account(), &request, &(licence, &to, &scenes, &matter, begins, ends));
    let new = NewDelegation { licence, to: person, scenes: codes, matter, from: begins, until: ends };
    let proof = Proof { pin: &pin, factor: factor.as_ref().map(|factor| factor.totp.as_str()) };
    Ok(Answer::replied(delegations::give(&app, &permit, new, proof, claim).await?))
}

/// `GET /api/v1/wallet/delegations`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    query: web::Query<DelegationsQuery>,
) -> Result<Answer<Page<Delegation>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let whose = whose(query.whose.as_deref())?;
    let side = query.side.unwrap_or(DelegationSide::Given);
    let found = delegation_list::list(&app, &permit, side, whose, query.cursor, limit).await?;
    let (items, next) = found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `POST /api/v1/wallet/delegations/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<Delegate>,
    id: web::Path<DelegationId>,
    body: Body<DelegationActRequest>,
) -> Result<Answer<ActedDelegation>, Problem> {
    let acted = delegation_acts::act(&app, &permit, *id, body.act, body.pin.as_deref()).await?;
    let delegation_acts::ActedDelegation { id, state } = acted;
    Ok(Answer::of(ActedDelegation { id, state }))
}

impl Until {
    /// The first moment of what begins then.
    fn first(&self) -> Option<UnixTime> {
        match self {
            Self::At(at) => Some(UnixTime(*at)),
            Self::Day(day) => Day::parse(day).and_then(end_of).map(|end| end.minus(A_DAY)),
        }
    }

    /// The first moment after what ends then.
    fn last(&self) -> Option<UnixTime> {
        match self {
            Self::At(at) => Some(UnixTime(*at)),
            Self::Day(day) => Day::parse(day).and_then(end_of),
        }
    }
}

/// China has had no summer time since 1991.
const A_DAY: Seconds = Seconds(86_400);

impl From<ToldDelegation> for Delegation {
    fn from(told: ToldDelegation) -> Self {
        let ToldDelegation { delegation, state, side, kind, holder_name, to, footing, scenes, .. } = told;
        let scenes = scenes.into_iter().map(|scene| DelegationScene {
            code: scene.code,
            names: scene.names,
            fields: scene.fields.into_iter().map(SeenField::from).collect(),
        });
        Self {
            id: delegation.id,
            side,
            licence: delegation.licence,
            kind: kind.0,
            kind_names: kind.1,
            holder: delegation.holder,
            holder_name,
            to: DelegationPerson { name: to.0, id_number: to.1 },
            scenes: scenes.collect(),
            accept_by: delegation.accept_by(),
            matter: delegation.matter,
            matter_names: told.matter_names,
            from: delegation.from,
            until: delegation.until,
            given_at: delegation.given_at,
            answered_at: delegation.answer.map(|(_, at)| at),
            ended_at: delegation.ended.map(|(_, at)| at),
            footing,
            state,
            state_label: state.label(),
            acts: told.acts.to_vec(),
        }
    }
}

impl From<DelegationError> for Problem {
    fn from(error: DelegationError) -> Self {
        match error {
            DelegationError::NotFound => Self::new(&kinds::NOT_FOUND),
            DelegationError::NotForHandlers => Self::new(&kinds::FORBIDDEN).code("not-for-handlers").detail(
                "办事人不能委托他人用证；请由法定代表人、管理员或监护人办理",
                "a handler delegates to nobody: ask the legal representative, a manager or the guardian",
            ),
            DelegationError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            DelegationError::Over(status) => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("证照{}，不能委托", status.label().zh),
                format!(
                    "the licence is {}: nobody can be asked to show it",
                    status.label().en.to_lowercase()
                ),
            ),
            DelegationError::TooMany => Self::new(&kinds::CONFLICT).code("too-many-delegations").detail(
                "委托过多，请先收回不用的委托",
                "too many delegations: take back one that is not needed",
            ),
            DelegationError::NotNow(state) => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("该委托{}，不能这样办理", state.label().zh),
                format!("the delegation is {}: this cannot be done with it", state.label().en),
            ),
            DelegationError::Pin(error) => error.into(),
            DelegationError::Factor(error) => error.into(),
            DelegationError::Assurance(error) => error.into(),
            DelegationError::Work(error) => error.into(),
        }
    }
}
