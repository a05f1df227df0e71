//! What a holder asks of the issuing unit: `/api/v1/wallet/licences/{id}/requests`, and the unit's `/api/v1/requests`.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{AskOfUnit, HandleRequests, ViewWallet};
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::{LicenceId, RequestId};
use crate::domain::licence::request::{RequestState, RequestedAct};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::api::issuing::tasks::claimed;
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::licence::requests::{self, AnswerError, HolderRequest, Requested};
use crate::words;

/// Body of `POST …/requests`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    /// `report_loss` is done at once; `cancel` is put on the unit's desk.
    act: RequestedAct,
    /// Why; the unit reads it.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

words! {
    /// What a unit answers by itself. What it grants, it proposes as an act.
    pub enum RequestAnswer: "answer to a request" {
        /// With a reason.
        Refuse = "refuse" / "不予办理" / "refuse",
    }
}

/// Body of `POST /requests/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    /// `refuse`. To grant a `cancel`, propose it at the licence's acts: its confirmation answers the request.
    act: RequestAnswer,
    /// Why; the holder reads it.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// Which requests.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<RequestId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Only those that stand so.
    #[serde(default)]
    state: Option<RequestState>,
}

/// What a holder asked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LicenceRequest {
    id: RequestId,
    /// The licence.
    licence: LicenceId,
    /// Its number under GB/T 36904; null in the holder's own list.
    identifier: Option<String>,
    /// Its kind; null in the holder's own list.
    kind: Option<KindCode>,
    /// What was asked.
    act: RequestedAct,
    /// The same in words.
    act_label: Text,
    /// Why.
    reason: String,
    /// Where it stands.
    state: RequestState,
    /// The same in words.
    state_label: Text,
    /// How many of the licence's holders have not asked for the same, while it is open: a cancellation needs all.
    others_missing: usize,
    /// When it was asked, in unix seconds.
    at: UnixTime,
    /// When it was answered.
    answered_at: Option<UnixTime>,
    /// Why it was refused.
    answer: Option<String>,
}

/// `POST /api/v1/wallet/licences/{id}/requests`
pub async fn ask(
    app: web::Data<App>,
    permit: Permitted<AskOfUnit>,
    request: HttpRequest,
    id: web::Path<LicenceId>,
    key: IdempotencyKey,
    body: Body<AskRequest>,
) -> Result<Answer<Requested, 201>, Problem> {
    let reason = reason(&body.0.reason)?;
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    Ok(Answer::replied(requests::ask(&app, &permit, *id, body.0.act, &reason, claim).await?))
}

/// `GET /api/v1/wallet/licences/{id}/requests`
pub async fn own(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Page<LicenceRequest>>, Problem> {
    let asked = requests::of_holder(&app, &permit, *id).await?;
    Ok(Answer::of(Page::whole(asked.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?)))
}

/// `GET /api/v1/requests`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<HandleRequests>,
    query: web::Query<RequestsQuery>,
) -> Result<Answer<Page<LicenceRequest>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = requests::of_unit(&app, &permit, query.state, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/requests/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<HandleRequests>,
    id: web::Path<RequestId>,
) -> Result<Answer<LicenceRequest>, Problem> {
    let request = requests::one(&app, &permit, *id).await?;
    Ok(Answer::of(request.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?.into()))
}

/// `POST /api/v1/requests/{id}/acts`
pub async fn answer(
    app: web::Data<App>,
    permit: Permitted<HandleRequests>,
    id: web::Path<RequestId>,
    body: Body<AnswerRequest>,
) -> Result<Answer<LicenceRequest>, Problem> {
    let reason = reason(&body.0.reason)?;
    let request = match body.0.act {
        RequestAnswer::Refuse => requests::refuse(&app, &permit, *id, &reason).await?,
    };
    Ok(Answer::of(request.into()))
}

fn reason(text: &str) -> Result<PlainText, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    problem.plain_text("/reason", PlainText::lines(text, MAX_REASON)).ok_or(problem)
}

impl From<HolderRequest> for LicenceRequest {
    fn from(request: HolderRequest) -> Self {
        Self {
            id: request.id,
            licence: request.licence,
            identifier: request.identifier,
            kind: request.kind,
            act: request.act,
            act_label: request.act.label(),
            reason: request.reason,
            state: request.state,
            state_label: request.state.label(),
            others_missing: request.others_missing,
            at: request.at,
            answered_at: request.answered_at,
            answer: request.answer,
        }
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::NotFound => Self::new(&kinds::NOT_FOUND),
            AnswerError::Over(state) => {
                let label = state.label();
                Self::new(&kinds::CONFLICT).detail(
                    format!("该申请{}，不能再答复", label.zh),
                    format!("the request is {}: it takes no other answer", label.en.to_lowercase()),
                )
            }
            AnswerError::Claimed(claim) => claimed(&claim),
            AnswerError::Work(error) => error.into(),
        }
    }
}
