//! `POST /api/v1/counter-lookups`: a licence of the holder who stands at the counter without a phone (R70).

use actix_web::web;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::LookUpAtCounter;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::CaseId;
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::Answer;
use crate::http::api::actor::recovery::Evidence;
use crate::http::api::casework::fetches::FetchedLicence;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::counter_look_up::{self, LookUpError, LookedUp, Wanted};

/// Body of `POST /counter-lookups`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CounterLookUpRequest {
    /// An open case of the caller's unit for the holder.
    case: CaseId,
    /// One kind of licence.
    kind: KindCode,
    /// What was looked at of the holder himself.
    evidence: Evidence,
    /// Why; the holder reads it.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// What was looked up: for the screen and a print of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CounterLookedUp {
    /// The use, as the log and the holder's list name it.
    #[serde(rename = "use")]
    use_id: String,
    /// The licences of that kind, masked.
    licences: Vec<FetchedLicence>,
}

/// `POST /api/v1/counter-lookups`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<LookUpAtCounter>,
    body: Body<CounterLookUpRequest>,
) -> Result<Answer<CounterLookedUp>, Problem> {
    let CounterLookUpRequest { case, kind, evidence, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON));
    let Some(reason) = reason else { return Err(problem) };
    let wanted = Wanted { case, kind, evidence: evidence.kind, reason };
    let LookedUp { use_id, licences } = counter_look_up::look_up(&app, &permit, &wanted).await?;
    let licences = licences.into_iter().map(FetchedLicence::from).collect();
    Ok(Answer::of(CounterLookedUp { use_id: use_id.to_string(), licences }).private())
}

impl From<LookUpError> for Problem {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::NotFound => Self::new(&kinds::NOT_FOUND).detail(
                "没有可供查询的证照；请核对办件和证照类型",
                "there is no licence to be shown: check the case and the kind",
            ),
            LookUpError::TooMany { wait } => Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0).detail(
                "您今天的窗口查询已达 20 次，请明天再试，或由其他工作人员办理",
                "you have looked up twenty times today: try tomorrow, or ask another clerk",
            ),
            LookUpError::Work(error) => error.into(),
        }
    }
}
