//! `/api/v1/analyses`: a using unit applies for counts over licences; managers and issuers approve.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{ActOnAnalysis, ApplyForAnalysis, ViewAnalyses};
use crate::domain::casework::analysis::{
    AnalysisAct, AnalysisState, Dimension, FEWEST, Filter, Question, Years,
};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::AnalysisId;
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::api::minute;
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::casework::analyses::{self, AnalysisApplied, AnalysisError};
use crate::service::casework::analysis_reading::{self as reading, Telling, ToldGroup};

/// Body of `POST /analyses`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisRequest {
    /// Of which kinds, one to five.
    kinds: Vec<KindCode>,
    /// By what persons are grouped, one dimension or two.
    group_by: Vec<Dimension>,
    /// Which licences are counted; all if it is left out.
    #[serde(default)]
    filter: Filter,
    /// What for, in words that those read who approve.
    #[schemars(length(min = 1, max = 500))]
    purpose: String,
}

/// Body of `POST /analyses/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisActRequest {
    /// What to do.
    act: AnalysisAct,
    /// Why; needed to refuse, and read by the unit that applied.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// Which applications.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysesQuery {
    /// Only those that stand so.
    #[serde(default)]
    state: Option<AnalysisState>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<AnalysisId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// A kind in an analysis.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnalysedKind {
    code: KindCode,
    names: Text,
}

/// A dimension in words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnalysisDimension {
    code: Dimension,
    label: Text,
}

/// An issuer that approves.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnalysisIssuer {
    unit: Uscc,
    names: Text,
    /// When it approved, in unix seconds; null = not yet.
    at: Option<UnixTime>,
}

/// A group and how many persons it has.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnalysisGroup {
    /// Its value in each dimension.
    values: Vec<String>,
    /// The same in words.
    labels: Vec<Text>,
    /// Distinct holders; null = from 1 to 9.
    persons: Option<i64>,
}

/// What was told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnalysisResult {
    /// When it was counted, in unix seconds.
    at: UnixTime,
    /// Groups with nobody in them are not there.
    groups: Vec<AnalysisGroup>,
    /// Distinct holders in all; null where it would give a small group away.
    total: Option<i64>,
    /// Groups of fewer persons than this are hidden.
    fewest: i64,
}

/// Which licences are counted; what is empty or null filters nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AnalysisFilter {
    /// Of these issuing units.
    unit: Vec<Uscc>,
    /// With these statuses.
    status: Vec<String>,
    /// With a first day of validity in these years.
    year: Option<Years>,
}

/// An application for counts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Analysis {
    id: AnalysisId,
    /// Who applied.
    unit: Uscc,
    unit_names: Text,
    kinds: Vec<AnalysedKind>,
    group_by: Vec<AnalysisDimension>,
    filter: AnalysisFilter,
    /// What for.
    purpose: String,
    state: AnalysisState,
    /// The state in words.
    state_label: Text,
    /// What the caller can do with it now.
    acts: Vec<AnalysisAct>,
    /// When it was made, in unix seconds.
    at: UnixTime,
    /// When the manager approved.
    approved_at: Option<UnixTime>,
    /// The issuers that approve beside the manager.
    issuers: Vec<AnalysisIssuer>,
    /// When it was answered, refused or withdrawn.
    ended_at: Option<UnixTime>,
    /// Why the last act was done.
    reason: Option<String>,
    /// What was told; null until it is answered, and for issuers.
    result: Option<AnalysisResult>,
}

/// `POST /api/v1/analyses`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<ApplyForAnalysis>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<AnalysisRequest>,
) -> Result<Answer<AnalysisApplied, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let AnalysisRequest { kinds: of, group_by, filter, purpose } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let purpose = problem.plain_text("/purpose", PlainText::lines(&purpose, MAX_REASON)).ok_or(problem)?;
    let question = Question { kinds: of, group_by, filter };
    Ok(Answer::replied(analyses::apply(&app, &permit, question, &purpose, claim).await?))
}

/// `GET /api/v1/analyses`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewAnalyses>,
    query: web::Query<AnalysesQuery>,
) -> Result<Answer<Page<Analysis>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = reading::list(&app, &permit, query.state, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/analyses/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewAnalyses>,
    id: web::Path<AnalysisId>,
) -> Result<Answer<Analysis>, Problem> {
    let found = reading::one(&app, &permit, *id).await?;
    Ok(Answer::of(found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?.into()))
}

/// `POST /api/v1/analyses/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<ActOnAnalysis>,
    id: web::Path<AnalysisId>,
    body: Body<AnalysisActRequest>,
) -> Result<Answer<Analysis>, Problem> {
    let AnalysisActRequest { act, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = match (act, reason) {
        (AnalysisAct::Refuse, None) => {
            return Err(problem.field("/reason", "missing", "必填，请填写", "this is needed"));
        }
        (_, None) => None,
        (_, Some(reason)) => {
            Some(problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON)).ok_or(problem)?)
        }
    };
    Ok(Answer::of(analyses::act(&app, &permit, *id, act, reason.as_ref()).await?.into()))
}

impl From<Telling> for AnalysisResult {
    fn from(told: Telling) -> Self {
        let groups = told.groups.into_iter().map(|ToldGroup { values: named, persons }| {
            let (values, labels) = named.into_iter().unzip();
            AnalysisGroup { values, labels, persons }
        });
        Self { at: told.at, groups: groups.collect(), total: told.total, fewest: FEWEST }
    }
}

impl From<reading::Analysis> for Analysis {
    fn from(one: reading::Analysis) -> Self {
        let kinds = one.kinds.into_iter().map(|(code, names)| AnalysedKind { code, names });
        let issuers = one.issuers.into_iter().map(|(unit, names, at)| AnalysisIssuer { unit, names, at });
        let group_by = one.group_by.into_iter();
        Self {
            id: one.id,
            unit: one.unit.0,
            unit_names: one.unit.1,
            kinds: kinds.collect(),
            group_by: group_by.map(|code| AnalysisDimension { code, label: code.label() }).collect(),
            filter: AnalysisFilter {
                unit: one.filter.unit,
                status: one.filter.status,
                year: one.filter.year,
            },
            purpose: one.purpose,
            state: one.state,
            state_label: one.state.label(),
            acts: one.acts,
            at: one.at,
            approved_at: one.approved_at,
            issuers: issuers.collect(),
            ended_at: one.ended_at,
            reason: one.reason,
            result: one.result.map(AnalysisResult::from),
        }
    }
}

impl From<AnalysisError> for Problem {
    fn from(error: AnalysisError) -> Self {
        match error {
            AnalysisError::NotFound => Self::new(&kinds::NOT_FOUND),
            AnalysisError::NotUsing => Self::new(&kinds::FORBIDDEN).detail(
                "只有应用单位可申请统计分析；请由管理机构登记本单位的应用资格",
                "only using units apply for analyses: have the managers enter your unit as one",
            ),
            AnalysisError::NotYours(_) => Self::new(&kinds::FORBIDDEN).detail(
                "先由管理机构批准，再由各签发单位的审核人员批准；撤回由申请单位的管理员办理",
                "a manager approves first, then a checker of each issuer; an administrator of the unit that applied withdraws",
            ),
            AnalysisError::TwoPersons => Self::new(&kinds::TWO_PERSONS),
            AnalysisError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            AnalysisError::TooClose { earlier, until } => {
                let day = minute(until);
                Self::new(&kinds::ANALYSIS_TOO_CLOSE).detail(
                    format!("与 30 日内已答复的统计 {earlier} 相近，对比会推算出不足 10 人的分组；请查看该结果，或在 {day} 之后再办理"),
                    format!("within 30 days of analysis {earlier}: both together would give away a group of fewer than 10 persons; read that one, or come back after {day}"),
                )
            }
            AnalysisError::TooMany => Self::new(&kinds::ANALYSIS_TOO_FINE),
            AnalysisError::State { from, act } => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("该申请{}，不能{}；请刷新后按当前状态办理", from.label().zh, act.label().zh),
                format!("the application is {from}: {act} is not possible; reload it to see what is"),
            ),
            AnalysisError::Work(error) => error.into(),
        }
    }
}
