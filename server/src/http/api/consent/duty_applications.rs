//! `/api/v1/duty-applications`: a using unit asks an issuer for its standing consent.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{ActOnDutyApplication, ApplyForDuty, ViewDutyApplications};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::consent::duty::{DutyAct, DutyState};
use crate::domain::ids::DutyApplicationId;
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::consent::duty_applications::{self, DutyApplied, DutyError, NewDutyApplication, Side};
use crate::words;

/// Body of `POST /duty-applications`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyApplicationRequest {
    /// The issuer that is asked; may be left out where only one unit issues the kind.
    #[serde(default)]
    issuer: Option<Uscc>,
    /// The kind of licence.
    kind: KindCode,
    /// Code of what for, as in the unit's using list.
    purpose: String,
    /// What the unit needs it for, in words that the issuer reads.
    #[schemars(length(min = 1, max = 500))]
    need: String,
}

/// Body of `POST /duty-applications/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyActRequest {
    /// What to do.
    act: DutyAct,
    /// Why; needed to refuse and to end, and read by the other side.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

words! {
    /// Of which side.
    pub enum DutySide: "side of duty applications" {
        /// The caller's unit made them.
        Applied = "applied" / "本单位申请的" / "made by the unit",
        /// They were made to it.
        Received = "received" / "本单位收到的" / "made to the unit",
    }
}

/// Which applications.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyApplicationsQuery {
    /// Made by the caller's unit, which is so if it is left out, or made to it.
    #[serde(default)]
    side: Option<DutySide>,
    /// Only those that stand so.
    #[serde(default)]
    state: Option<DutyState>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<DutyApplicationId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// A duty application.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DutyApplication {
    id: DutyApplicationId,
    /// Who applied.
    unit: Uscc,
    unit_names: Text,
    /// Whose licences it needs.
    issuer: Uscc,
    issuer_names: Text,
    /// Of which kind.
    kind: KindCode,
    kind_names: Text,
    /// Code of what for.
    purpose: String,
    /// The same in words.
    need: String,
    state: DutyState,
    /// The state in words.
    state_label: Text,
    /// What the caller can do with it now.
    acts: Vec<DutyAct>,
    /// When it was made, in unix seconds.
    at: UnixTime,
    /// When it was granted or refused.
    decided_at: Option<UnixTime>,
    /// When it was ended or withdrawn.
    ended_at: Option<UnixTime>,
    /// Why the last act was done.
    reason: Option<String>,
}

/// `POST /api/v1/duty-applications`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<ApplyForDuty>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<DutyApplicationRequest>,
) -> Result<Answer<DutyApplied, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let DutyApplicationRequest { issuer, kind, purpose, need } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let need = problem.plain_text("/need", PlainText::lines(&need, MAX_REASON)).ok_or(problem)?;
    let new = NewDutyApplication { issuer, kind, purpose, need };
    Ok(Answer::replied(duty_applications::apply(&app, &permit, new, claim).await?))
}

/// `GET /api/v1/duty-applications`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewDutyApplications>,
    query: web::Query<DutyApplicationsQuery>,
) -> Result<Answer<Page<DutyApplication>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let side = match query.side {
        None | Some(DutySide::Applied) => Side::Applied,
        Some(DutySide::Received) => Side::Received,
    };
    let (items, next) =
        duty_applications::list(&app, &permit, side, query.state, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/duty-applications/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewDutyApplications>,
    id: web::Path<DutyApplicationId>,
) -> Result<Answer<DutyApplication>, Problem> {
    let found = duty_applications::one(&app, &permit, *id).await?;
    Ok(Answer::of(found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?.into()))
}

/// `POST /api/v1/duty-applications/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<ActOnDutyApplication>,
    id: web::Path<DutyApplicationId>,
    body: Body<DutyActRequest>,
) -> Result<Answer<DutyApplication>, Problem> {
    let DutyActRequest { act, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = match (act, reason) {
        (DutyAct::Refuse | DutyAct::End, None) => {
            return Err(problem.field("/reason", "missing", "必填，请填写", "this is needed"));
        }
        (_, None) => None,
        (_, Some(reason)) => {
            Some(problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON)).ok_or(problem)?)
        }
    };
    Ok(Answer::of(duty_applications::act(&app, &permit, *id, act, reason.as_ref()).await?.into()))
}

impl From<duty_applications::DutyApplication> for DutyApplication {
    fn from(one: duty_applications::DutyApplication) -> Self {
        Self {
            id: one.id,
            unit: one.unit.0,
            unit_names: one.unit.1,
            issuer: one.issuer.0,
            issuer_names: one.issuer.1,
            kind: one.kind.0,
            kind_names: one.kind.1,
            purpose: one.purpose,
            need: one.need,
            state: one.state,
            state_label: one.state.label(),
            acts: one.acts,
            at: one.at,
            decided_at: one.decided_at,
            ended_at: one.ended_at,
            reason: one.reason,
        }
    }
}

impl From<DutyError> for Problem {
    fn from(error: DutyError) -> Self {
        match error {
            DutyError::NotFound => Self::new(&kinds::NOT_FOUND),
            DutyError::NotYours(act) => Self::new(&kinds::FORBIDDEN).detail(
                if act.is_issuers() {
                    "同意、不同意和终止由签发单位的审核人员办理"
                } else {
                    "撤回由申请单位办理"
                },
                if act.is_issuers() {
                    "a checker of the issuer grants, refuses and ends"
                } else {
                    "the unit that applied withdraws"
                },
            ),
            DutyError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            DutyError::Taken => Self::new(&kinds::ALREADY_EXISTS).detail(
                "本单位已有一件同样的申请，正在审核或已同意，请在申请列表中查看",
                "the unit has such an application, which waits or was granted: see the list",
            ),
            DutyError::State { from, act } => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("该申请{}，不能{}；请刷新后按当前状态办理", from.label().zh, act.label().zh),
                format!("the application is {from}: {act} is not possible; reload it to see what is"),
            ),
            DutyError::Work(error) => error.into(),
        }
    }
}
