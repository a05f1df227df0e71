//! `/api/v1/wallet/authorisations`: which units may use what, for what, until when.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{Authorise, ViewWallet};
use crate::domain::actor::roles::end_of;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::matter::is_code;
use crate::domain::consent::authorisation::{AuthorisationState, AuthorisedScope};
use crate::domain::ids::{AuthorisationId, LicenceId};
use crate::http::answer::{Answer, Page};
use crate::http::api::licence::cards::whose;
use crate::http::api::showing::show::Factor;
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::consent::authorisations::{
    self, AuthorisationError, Authorised, GivenAuthorisation as Given, NewAuthorisation,
};
use crate::service::consent::options::{self, Askable};
use crate::service::showing::show::Proof;

/// Body of `POST /wallet/authorisations`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationRequest {
    /// The licence.
    licence: LicenceId,
    /// The unit that may use it.
    unit: Uscc,
    /// What with it.
    scope: AuthorisedScope,
    /// Code of what for, as in the unit's using list.
    purpose: String,
    /// Until when: the last day, `YYYYMMDD`, or unix seconds; a year at the most.
    until: Until,
    /// Six digits.
    pin: String,
    /// A second factor, where the kind asks for one.
    #[serde(default)]
    factor: Option<Factor>,
}

/// Until when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Until {
    /// Unix seconds.
    At(i64),
    /// The last day, `YYYYMMDD`.
    Day(#[schemars(regex(pattern = r"^[0-9]{8}$"))] String),
}

/// Which authorisations.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisationsQuery {
    /// `own`, which is so if it is left out, or the holder one acts for.
    #[serde(default, rename = "for")]
    whose: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<AuthorisationId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// An authorisation that was given.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GivenAuthorisation {
    id: AuthorisationId,
    /// The licence, in its newest version of the same holder.
    licence: LicenceId,
    /// The licence's kind.
    kind: KindCode,
    /// The kind's names.
    kind_names: Text,
    /// The unit that may use it.
    unit: Uscc,
    /// The unit's names.
    unit_names: Text,
    scope: AuthorisedScope,
    /// Code of what for.
    purpose: String,
    /// Labels of the fields that the unit sees by its using list as it is now; none = nothing.
    fields: Vec<Text>,
    /// `own`, or `agent`: by whom it was given.
    footing: String,
    state: AuthorisationState,
    /// The state in words.
    state_label: Text,
    given_at: UnixTime,
    /// From when on it no longer holds, in unix seconds.
    until: UnixTime,
    /// When it was taken back.
    withdrawn_at: Option<UnixTime>,
}

/// A matter of a unit that asks for the licence by authorisation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AuthorisationOption {
    unit: Uscc,
    unit_names: Text,
    /// Code of the matter.
    matter: String,
    matter_names: Text,
    /// Code of what for.
    purpose: String,
    /// Exactly what the unit would see.
    fields: Vec<SeenField>,
}

/// A field as a unit sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SeenField {
    /// The short key.
    pub(in crate::http::api) key: String,
    /// Its label.
    pub(in crate::http::api) label: Text,
    /// The value, masked.
    pub(in crate::http::api) value: String,
}

/// `POST /api/v1/wallet/authorisations`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<Authorise>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<AuthorisationRequest>,
) -> Result<Answer<Authorised, 201>, Problem> {
    let AuthorisationRequest { licence, unit, scope, purpose, until, pin, factor } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    if !is_code(&purpose) {
        problem = problem.field(
            "/purpose",
            "malformed",
            "应为 1 到 64 位字母、数字、点、连字符或下划线，至少一位字母或数字",
            "must be 1 to 64 letters, digits, dots, hyphens or underscores, at least one of them a letter or digit",
        );
    }
    let ends = match until {
        Until::At(at) => Some(UnixTime(at)),
        Until::Day(day) => Day::parse(&day).and_then(end_of),
    };
    let Some(ends) = ends.filter(|_| problem.errors.is_empty()) else {
        return Err(if problem.errors.is_empty() { no_day(problem) } else { problem });
    };
    // Without the PIN: whoever learned a fingerprint must not be able to try PINs on it.
    let claim = key.claim(&app, permit.account(), &request, &(licence, unit, scope, &purpose, ends));
    let new = NewAuthorisation { licence, unit, scope, purpose, until: ends };
    let proof = Proof { pin: &pin, factor: factor.as_ref().map(|factor| factor.totp.as_str()) };
    Ok(Answer::replied(authorisations::give(&app, &permit, new, proof, claim).await?))
}

fn no_day(problem: Problem) -> Problem {
    problem.field(
        "/until",
        "range",
        "截止时间应晚于现在，且不超过一年",
        "must lie ahead, by a year at the most",
    )
}

/// `GET /api/v1/wallet/authorisations`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    query: web::Query<AuthorisationsQuery>,
) -> Result<Answer<Page<GivenAuthorisation>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let whose = whose(query.whose.as_deref())?;
    let found = authorisations::list(&app, &permit, whose, query.cursor, limit).await?;
    let (items, next) = found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `DELETE /api/v1/wallet/authorisations/{id}`
pub async fn withdraw(
    app: web::Data<App>,
    permit: Permitted<Authorise>,
    id: web::Path<AuthorisationId>,
) -> Result<Answer<(), 204>, Problem> {
    authorisations::withdraw(&app, &permit, *id).await?;
    Ok(Answer::nothing())
}

/// `GET /api/v1/wallet/licences/{id}/authorisation-options`
pub async fn options(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Page<AuthorisationOption>>, Problem> {
    let found = options::of_licence(&app, &permit, *id).await?;
    Ok(Answer::of(Page::whole(found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?)))
}

impl From<Given> for GivenAuthorisation {
    fn from(one: Given) -> Self {
        let Given { given, state, kind, unit_names, footing, fields } = one;
        Self {
            id: given.id,
            licence: given.licence,
            kind: kind.0,
            kind_names: kind.1,
            unit: given.unit,
            unit_names,
            scope: given.scope,
            purpose: given.purpose,
            fields,
            footing,
            state,
            state_label: state.label(),
            given_at: given.given_at,
            until: given.until,
            withdrawn_at: given.withdrawn_at,
        }
    }
}

impl From<Askable> for AuthorisationOption {
    fn from(one: Askable) -> Self {
        let Askable { unit, unit_names, matter, matter_names, purpose, fields } = one;
        let fields = fields.into_iter().map(SeenField::from).collect();
        Self { unit, unit_names, matter, matter_names, purpose, fields }
    }
}

impl From<options::SeenField> for SeenField {
    fn from(field: options::SeenField) -> Self {
        let options::SeenField { key, label, value } = field;
        Self { key, label, value }
    }
}

impl From<AuthorisationError> for Problem {
    fn from(error: AuthorisationError) -> Self {
        match error {
            AuthorisationError::NotFound => Self::new(&kinds::NOT_FOUND),
            AuthorisationError::NotForHandlers => {
                Self::new(&kinds::FORBIDDEN).code("not-for-handlers").detail(
                    "办事人不能授权他人用证；请由法定代表人、管理员或监护人办理",
                    "a handler authorises nobody: ask the legal representative, a manager or the guardian",
                )
            }
            AuthorisationError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            AuthorisationError::Over(status) => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("证照{}，不能授权", status.label().zh),
                format!("the licence is {}: nobody can be authorised", status.label().en.to_lowercase()),
            ),
            AuthorisationError::NotLive(state) => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("该授权{}，无须收回", state.label().zh),
                format!("the authorisation is {}: there is nothing to take back", state.label().en),
            ),
            AuthorisationError::Pin(error) => error.into(),
            AuthorisationError::Factor(error) => error.into(),
            AuthorisationError::Assurance(error) => error.into(),
            AuthorisationError::Work(error) => error.into(),
        }
    }
}
