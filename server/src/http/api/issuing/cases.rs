//! `/api/v1/cases`: cases of the caller's unit.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{ManageCases, ViewCases};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::fault::Faults;
use crate::domain::ids::{CaseId, ConsentId, LicenceId};
use crate::domain::issuing::case::{CaseAct, CaseMode, CaseRefused, CaseState, ConsentMeans, is_number};
use crate::domain::issuing::person::HolderRequest;
use crate::domain::text::PlainText;
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, IfMatch, Permitted, items_on_page};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::issuing::case_view::CaseView;
use crate::service::issuing::cases::{self, CaseError, CaseFilter, CaseOpened, Doing, NewCase};

/// Body of `POST /cases`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// Whether licences come of it (`issuing`) or are used in it (`using`).
    #[serde(rename = "type")]
    case_type: MatterType,
    /// Code of a published matter of that type.
    matter: String,
    /// Its number with the unit, `[A-Za-z0-9-]{1,40}`; given if absent.
    #[serde(default)]
    number: Option<String>,
    /// Whom it is for.
    holder: HolderRequest,
    /// How its licences are made; `online` if absent. Only of issuing cases.
    #[serde(default)]
    mode: Option<CaseMode>,
}

/// Body of `POST /cases/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseActRequest {
    /// What to do.
    act: CaseAct,
    /// Why; needed to close a case without a licence and to withdraw a consent.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
    /// Consent: version of the text that the holder agreed to.
    #[serde(default)]
    wording_version: Option<String>,
    /// Consent: how he agreed.
    #[serde(default)]
    means: Option<ConsentMeans>,
    /// Consent: what shows it.
    #[serde(default)]
    evidence: Option<String>,
}

/// Which cases.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasesQuery {
    /// Of this type only.
    #[serde(default, rename = "type")]
    case_type: Option<MatterType>,
    /// In this state only.
    #[serde(default)]
    state: Option<CaseState>,
    /// `true`: only those whose licences should have been there.
    #[serde(default)]
    overdue: Option<bool>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<CaseId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// A case.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Case")]
pub struct CaseAnswer {
    id: CaseId,
    /// The unit whose it is.
    unit: Uscc,
    /// `issuing` or `using`.
    #[serde(rename = "type")]
    case_type: MatterType,
    /// Its number with the unit.
    number: String,
    /// Code of the matter.
    matter: String,
    /// How its licences are made; null for a using case.
    mode: Option<CaseMode>,
    /// Whom it is for.
    holder: HolderRequest,
    state: CaseState,
    /// The state in words.
    state_label: Text,
    /// 办结, in unix seconds.
    concluded_at: Option<i64>,
    /// When its licences are due; null before 办结.
    due_at: Option<i64>,
    /// Whether that counts a year that is not announced yet.
    provisional: bool,
    /// Whether its licences are still to come.
    owed: bool,
    /// Whether they should have been there.
    overdue: bool,
    /// Why it was closed without a licence.
    reason: Option<String>,
    /// Its licences.
    licences: Vec<CaseLicence>,
    /// The holder's consents to the use of his licences.
    consents: Vec<CaseConsent>,
    created_at: i64,
    /// Counts what was done to it: for `If-Match`.
    version: i64,
}

/// A licence of a case.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseLicence {
    id: LicenceId,
    status: String,
}

/// A consent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CaseConsent {
    id: ConsentId,
    wording_version: String,
    means: ConsentMeans,
    evidence: String,
    given_at: i64,
    /// When the holder took it back.
    withdrawn_at: Option<i64>,
}

/// `POST /api/v1/cases`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<ManageCases>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<CaseRequest>,
) -> Result<Answer<CaseOpened, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let opened = cases::open(&app, &permit, read_case(body.0)?, claim).await?;
    Ok(Answer::replied(opened))
}

/// `GET /api/v1/cases`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewCases>,
    query: web::Query<CasesQuery>,
) -> Result<Answer<Page<CaseAnswer>>, Problem> {
    let query = query.into_inner();
    let limit = items_on_page(query.limit)?;
    let filter = CaseFilter {
        case_type: query.case_type,
        state: query.state,
        overdue: query.overdue == Some(true),
        before: query.cursor,
    };
    let (items, next) = cases::list(&app, &permit, filter, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/cases/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewCases>,
    id: web::Path<CaseId>,
) -> Result<Answer<CaseAnswer>, Problem> {
    let view = cases::read(&app, &permit, *id).await?;
    Ok(Answer::of(CaseAnswer::from(view)).tagged(|case| case.version))
}

/// `POST /api/v1/cases/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<ManageCases>,
    id: web::Path<CaseId>,
    condition: IfMatch,
    body: Body<CaseActRequest>,
) -> Result<Answer<CaseAnswer>, Problem> {
    let doing = read_act(body.0)?;
    let view = cases::act(&app, &permit, *id, &doing, condition.0).await?;
    Ok(Answer::of(CaseAnswer::from(view)).tagged(|case| case.version))
}

fn read_case(body: CaseRequest) -> Result<NewCase, Problem> {
    let mut faults = Faults::default();
    let person = body.holder.person("/holder", &mut faults);
    faults.require(
        body.number.as_deref().is_none_or(is_number),
        "/number",
        "malformed",
        "应为 1 到 40 位字母、数字或连字符",
        "must be 1 to 40 letters, digits or hyphens",
    );
    let mode = match (body.case_type, body.mode) {
        (MatterType::Issuing, mode) => Some(mode.unwrap_or(CaseMode::Online)),
        (MatterType::Using, None) => None,
        (MatterType::Using, Some(_)) => {
            faults.add("/mode", "unexpected", "用证办件没有制证方式", "a using case makes no licences");
            None
        }
    };
    match (person, faults.none()) {
        (Some(person), Ok(())) => {
            Ok(NewCase { case_type: body.case_type, matter: body.matter, number: body.number, person, mode })
        }
        (_, wrong) => Err(Problem::new(&kinds::INVALID).faults(wrong.err().unwrap_or_default())),
    }
}

fn read_act(body: CaseActRequest) -> Result<Doing, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    let mut needed = |pointer: &'static str, text: Option<&str>| match text {
        Some(text) => problem.plain_text(pointer, PlainText::lines(text, MAX_TEXT)),
        None => {
            let text = Text::fixed("必填，请填写", "this is needed");
            problem.errors.push(FieldError { pointer: pointer.into(), code: "missing", detail: text });
            None
        }
    };
    let doing = match body.act {
        CaseAct::Conclude => Some(Doing::Conclude),
        CaseAct::CloseWithout => needed("/reason", body.reason.as_deref()).map(Doing::CloseWithout),
        CaseAct::WithdrawConsent => needed("/reason", body.reason.as_deref()).map(Doing::WithdrawConsent),
        CaseAct::Consent => {
            let wording_version = needed("/wording_version", body.wording_version.as_deref());
            let evidence = needed("/evidence", body.evidence.as_deref());
            let means = body.means.or_else(|| {
                drop(needed("/means", None));
                None
            });
            wording_version.zip(evidence).zip(means).map(|((wording_version, evidence), means)| {
                Doing::Consent { wording_version, means, evidence }
            })
        }
    };
    doing.ok_or(problem)
}

impl From<CaseView> for CaseAnswer {
    fn from(view: CaseView) -> Self {
        let CaseView { case, owed, overdue, reason, licences, consents } = view;
        Self {
            id: case.id,
            unit: case.unit,
            case_type: case.case_type,
            number: case.number,
            matter: case.matter,
            mode: case.mode,
            holder: HolderRequest::from(&case.person),
            state: case.state,
            state_label: case.state.label(),
            concluded_at: case.concluded_at.map(|at| at.0),
            due_at: case.due_at.map(|at| at.0),
            provisional: case.provisional,
            owed,
            overdue,
            reason,
            licences: licences.into_iter().map(|(id, status)| CaseLicence { id, status }).collect(),
            consents: consents
                .into_iter()
                .map(|consent| CaseConsent {
                    id: consent.id,
                    wording_version: consent.wording_version,
                    means: consent.means,
                    evidence: consent.evidence,
                    given_at: consent.given_at,
                    withdrawn_at: consent.withdrawn_at,
                })
                .collect(),
            created_at: case.created_at.0,
            version: case.version,
        }
    }
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NotFound => Self::new(&kinds::NOT_FOUND),
            CaseError::NotYours(case_type) => Self::new(&kinds::FORBIDDEN).detail(
                match case_type {
                    MatterType::Issuing => "制证办件由制证人员办理",
                    MatterType::Using => "用证办件由办事人员办理",
                },
                match case_type {
                    MatterType::Issuing => "issuing cases are for issuing clerks",
                    MatterType::Using => "using cases are for case handlers",
                },
            ),
            CaseError::UnitClosed => {
                Self::new(&kinds::FORBIDDEN).detail("本单位已关闭，不能办理", "the unit is closed")
            }
            CaseError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            CaseError::Taken(id) => {
                let detail = Text::new(
                    format!("该编号已用于办件 {id}"),
                    format!("the number is taken by the case {id}"),
                );
                let mut problem = Self::new(&kinds::ALREADY_EXISTS).detail_text(detail.clone());
                problem.errors.push(FieldError { pointer: "/number".into(), code: "already-exists", detail });
                problem
            }
            CaseError::Refused(refused) => refused.into(),
            CaseError::NoConsent => Self::new(&kinds::FORBIDDEN_TRANSITION)
                .detail("没有有效的同意记录", "there is no consent to be withdrawn"),
            CaseError::Stale { now } => Self::new(&kinds::STALE_VERSION)
                .detail(format!("办件当前版本为 {now}"), format!("the case has version {now}")),
            CaseError::Work(error) => error.into(),
        }
    }
}

impl From<CaseRefused> for Problem {
    fn from(refused: CaseRefused) -> Self {
        match refused {
            CaseRefused::State { from, act } => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("办件当前为「{}」，不能{}", from.label().zh, act.label().zh),
                format!("the case is {from}: {act} is not possible"),
            ),
            CaseRefused::Type { act } => Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                format!("制证办件不能{}", act.label().zh),
                format!("{act} is for using cases only"),
            ),
            CaseRefused::LicenceOwed => Self::new(&kinds::FORBIDDEN_TRANSITION).code("licence-owed").detail(
                "在线办件须先制发证照并审核通过；不予制证的，请以 close_without 注明理由关闭",
                "an online case ends with its licence: have it approved first, or close_without with a reason",
            ),
        }
    }
}

/// Characters of a reason.
const MAX_TEXT: usize = 500;
