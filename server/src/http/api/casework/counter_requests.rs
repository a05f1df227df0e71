//! `/api/v1/cases/{id}/requests`: what a counter asks of the holder before it.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fetches::{FetchedLicence, out_of_scope};
use crate::App;
use crate::domain::access::FetchForCase;
use crate::domain::casework::counter_request::CounterRequestState;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::{CaseId, CounterRequestId};
use crate::http::answer::Answer;
use crate::http::api::showing::qr_image;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::casework::counter_requests::{self, CounterRequest as Request, CounterRequestError};

/// Body of `POST /cases/{id}/requests`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterRequestRequest {
    /// Kinds that the unit's using list has for the case's matter by authorisation: one to eight.
    #[schemars(length(min = 1, max = 8))]
    kinds: Vec<KindCode>,
    /// Code of what for, as in the unit's using list.
    purpose: String,
}

/// A request that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CounterRequested {
    id: CounterRequestId,
    /// `ER1:…`, for the screen that the holder sees.
    qr_text: String,
    /// The same as a QR code.
    qr_svg: String,
    /// From when on nobody can answer it, in unix seconds.
    expires_at: UnixTime,
}

/// A request, and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CounterRequest {
    id: CounterRequestId,
    state: CounterRequestState,
    /// The state in words.
    state_label: Text,
    /// Code of what for.
    purpose: String,
    /// From when on nobody can answer it, in unix seconds.
    expires_at: UnixTime,
    /// `ER1:…`; null once it waits no more.
    qr_text: Option<String>,
    /// The same as a QR code.
    qr_svg: Option<String>,
    /// When it was answered; null = not yet.
    answered_at: Option<UnixTime>,
    /// Until when what was agreed to may be read here, by who asked; null = nothing was.
    readable_until: Option<UnixTime>,
    /// The kinds that were asked for, and what was given of each.
    materials: Vec<CounterMaterial>,
}

/// One kind that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CounterMaterial {
    kind: KindCode,
    kind_names: Text,
    /// What the holder gave, as it was fetched; null = nothing, or its time is over, or another clerk asked.
    licence: Option<FetchedLicence>,
    /// Why what was given is not shown any more; null = it is.
    reason: Option<Text>,
}

/// `POST /api/v1/cases/{id}/requests`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<FetchForCase>,
    case: web::Path<CaseId>,
    body: Body<CounterRequestRequest>,
) -> Result<Answer<CounterRequested, 201>, Problem> {
    let CounterRequestRequest { kinds, purpose } = body.0;
    let made = counter_requests::ask(&app, &permit, *case, &kinds, &purpose).await?;
    let counter_requests::CounterRequested { id, qr_text, expires_at } = made;
    let qr_svg = drawn(&qr_text)?;
    Ok(Answer::of(CounterRequested { id, qr_text, qr_svg, expires_at }).private())
}

/// `GET /api/v1/cases/{id}/requests/{request}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<FetchForCase>,
    path: web::Path<(CaseId, CounterRequestId)>,
) -> Result<Answer<CounterRequest>, Problem> {
    let (case, id) = path.into_inner();
    let Request { id, state, purpose, expires_at, qr_text, answered_at, readable_until, materials } =
        counter_requests::read(&app, &permit, case, id).await?;
    let qr_svg = qr_text.as_deref().map(drawn).transpose()?;
    let state_label = state.label();
    let materials = materials.into_iter().map(CounterMaterial::from).collect();
    Ok(Answer::of(CounterRequest {
        id,
        state,
        state_label,
        purpose,
        expires_at,
        qr_text,
        qr_svg,
        answered_at,
        readable_until,
        materials,
    })
    .private())
}

/// A code of some thirty characters: drawn in a fraction of a millisecond.
fn drawn(qr_text: &str) -> Result<String, Problem> {
    qr_image::svg(qr_text).map_err(|error| Problem::internal(&error))
}

impl From<counter_requests::CounterMaterial> for CounterMaterial {
    fn from(one: counter_requests::CounterMaterial) -> Self {
        let counter_requests::CounterMaterial { kind, names, licence, refused } = one;
        let reason = refused.map(|rule| rule.label());
        Self { kind, kind_names: names, licence: licence.map(FetchedLicence::from), reason }
    }
}

impl From<CounterRequestError> for Problem {
    fn from(error: CounterRequestError) -> Self {
        match error {
            CounterRequestError::NotFound => Self::new(&kinds::NOT_FOUND),
            CounterRequestError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            CounterRequestError::OutOfScope(rule) => out_of_scope(rule),
            CounterRequestError::Work(error) => error.into(),
        }
    }
}
