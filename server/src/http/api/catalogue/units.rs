//! `/api/v1/units`: units.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::App;
use crate::domain::access::{EditUnit, ManageUnits, ViewUnits};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::{
    Capacity, Contact, Succession, SuccessionPart, UnitAct, UnitActRefused, UnitState,
};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, IfMatch, Permitted, client_address, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::catalogue::succession::Plan;
use crate::service::catalogue::unit_commands::{self as commands, UnitChange, UnitCommand, UnitContent};
use crate::service::catalogue::units::{self, EnteredUnit, InUse, UnitError};

/// Body of `POST /api/v1/units`. Serialised again for the idempotency fingerprint.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnit {
    /// Its unified social credit code.
    id: Uscc,
    /// Its names.
    names: Text,
    /// Codes of the regions it works in, six digits each.
    #[schemars(length(min = 1, max = 50))]
    regions: Vec<String>,
    /// What it may do.
    capacities: Vec<Capacity>,
    /// Audience classes of scenes that it may verify as.
    #[serde(default)]
    audiences: Vec<String>,
    /// Who is responsible.
    contact: Contact,
    /// The unit above; it gives no right.
    #[serde(default)]
    parent: Option<Uscc>,
}

/// Body of `POST /api/v1/units/applications`: a hotel, a hospital … that wants to verify.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitApplication {
    /// Its unified social credit code.
    id: Uscc,
    /// Its names.
    names: Text,
    /// Codes of the regions it works in, six digits each.
    #[schemars(length(min = 1, max = 50))]
    regions: Vec<String>,
    /// `social`, which is what it gets if it says nothing.
    #[serde(default)]
    capacities: Option<Vec<Capacity>>,
    /// Audience classes of scenes it asks to verify as.
    #[serde(default)]
    audiences: Vec<String>,
    /// Who is responsible.
    contact: Contact,
}

/// An application as it was taken.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AppliedUnit {
    /// The unit.
    id: Uscc,
    /// `applied`.
    state: UnitState,
}

/// Body of `PATCH /api/v1/units/{id}`: what is left out stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitPatch {
    /// Its names.
    #[serde(default)]
    names: Option<Text>,
    /// Codes of the regions it works in, six digits each.
    #[serde(default)]
    regions: Option<Vec<String>>,
    /// What it may do.
    #[serde(default)]
    capacities: Option<Vec<Capacity>>,
    /// Audience classes of scenes that it may verify as.
    #[serde(default)]
    audiences: Option<Vec<String>>,
    /// Who is responsible; its own administrator may change this, and nothing else.
    #[serde(default)]
    contact: Option<Contact>,
    /// The unit above; null = none.
    #[serde(default, deserialize_with = "given")]
    parent: Option<Option<Uscc>>,
    /// Whether its counter restores accounts whose owners have lost their way in.
    #[serde(default)]
    recovers: Option<bool>,
}

/// Body of `POST /api/v1/units/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitActRequest {
    /// What to do.
    act: UnitAct,
    /// Why; needed for all but `approve`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
    /// `succeed`: who takes the work over.
    #[serde(default)]
    to: Option<Uscc>,
    /// `succeed`: on which day, `YYYYMMDD`; today if left out.
    #[serde(default)]
    at: Option<String>,
    /// `succeed`: what others take over.
    #[serde(default)]
    split: Vec<SuccessionPart>,
}

/// Which units.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Those in this state only.
    #[serde(default)]
    state: Option<UnitState>,
}

/// `GET /api/v1/units`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewUnits>,
    query: web::Query<UnitsQuery>,
) -> Result<Answer<Page<EnteredUnit>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = units::list(&app, &permit, query.state, &query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `POST /api/v1/units`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<ManageUnits>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<NewUnit>,
) -> Result<Answer<EnteredUnit, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let NewUnit { id, names, regions, capacities, audiences, contact, parent } = body.0;
    let content = UnitContent { id, names, regions, capacities, audiences, contact, parent };
    let made = commands::create(&app, &permit, content, claim).await?;
    Ok(Answer::replied(made).tagged(EnteredUnit::changes))
}

/// `POST /api/v1/units/applications`
pub async fn apply(
    app: web::Data<App>,
    request: HttpRequest,
    body: Body<UnitApplication>,
) -> Result<Answer<AppliedUnit, 201>, Problem> {
    let too_many = |wait| Problem::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait);
    app.limits.application(client_address(&request)).map_err(|wait| too_many(wait.0))?;
    let UnitApplication { id, names, regions, capacities, audiences, contact } = body.0;
    let capacities = capacities.unwrap_or_else(|| vec![Capacity::Social]);
    if capacities != [Capacity::Social] {
        return Err(Problem::new(&kinds::INVALID).field(
            "/capacities",
            "social-only",
            "只接受社会核验单位的申请；签发和应用单位由电子证照管理机构登记",
            "only social units apply; issuing and using units are entered by the manager",
        ));
    }
    let content = UnitContent { id, names, regions, capacities, audiences, contact, parent: None };
    let applied = commands::apply(&app, content).await?;
    Ok(Answer::of(AppliedUnit { id: applied.id, state: applied.state }))
}

/// `GET /api/v1/units/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewUnits>,
    id: web::Path<Uscc>,
) -> Result<Answer<EnteredUnit>, Problem> {
    Ok(Answer::of(units::read(&app, &permit, *id).await?).tagged(EnteredUnit::changes))
}

/// `PATCH /api/v1/units/{id}`
pub async fn change(
    app: web::Data<App>,
    permit: Permitted<EditUnit>,
    id: web::Path<Uscc>,
    condition: IfMatch,
    body: Body<UnitPatch>,
) -> Result<Answer<EnteredUnit>, Problem> {
    let UnitPatch { names, regions, capacities, audiences, contact, parent, recovers } = body.0;
    let change = UnitChange { names, regions, capacities, audiences, contact, parent, recovers };
    let unit = commands::change(&app, &permit, *id, change, condition.0).await?;
    Ok(Answer::of(unit).tagged(EnteredUnit::changes))
}

/// `POST /api/v1/units/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<ManageUnits>,
    id: web::Path<Uscc>,
    condition: IfMatch,
    body: Body<UnitActRequest>,
) -> Result<Answer<EnteredUnit>, Problem> {
    let command = command(&app, body.0)?;
    let unit = commands::act(&app, &permit, *id, command, condition.0).await?;
    Ok(Answer::of(unit).tagged(EnteredUnit::changes))
}

fn command(app: &App, body: UnitActRequest) -> Result<UnitCommand, Problem> {
    let UnitActRequest { act, reason, to, at, split } = body;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = match reason {
        Some(reason) => problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON)),
        None if act == UnitAct::Approve => None,
        None => {
            problem = problem.field("/reason", "missing", "请说明理由", "say why");
            None
        }
    };
    let is_moved = act == UnitAct::Succeed;
    if !is_moved && (to.is_some() || at.is_some() || !split.is_empty()) {
        problem = problem.field(
            "/to",
            "not-here",
            "to、at 和 split 只用于 succeed",
            "to, at and split go with succeed only",
        );
    }
    if is_moved && to.is_none() {
        problem = problem.field("/to", "missing", "请指明承接单位", "name the unit that takes over");
    }
    let day = match at.as_deref() {
        Some(text) => Day::parse(text),
        None => Some(Day::of(app.now())),
    };
    if day.is_none() {
        problem = problem.field("/at", "malformed", "应为 YYYYMMDD 形式的日期", "must be a day, YYYYMMDD");
    }
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    Ok(match (act, reason, to, day) {
        (UnitAct::Approve, ..) => UnitCommand::Approve,
        (UnitAct::Refuse, Some(reason), ..) => UnitCommand::Refuse(reason),
        (UnitAct::Close, Some(reason), ..) => UnitCommand::Close(reason),
        (UnitAct::Succeed, Some(reason), Some(to), Some(at)) => {
            UnitCommand::Succeed(Plan { succession: Succession { to, split }, at, reason })
        }
        _ => return Err(problem),
    })
}

/// A member that was sent, if only as null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Uscc>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl From<UnitError> for Problem {
    fn from(error: UnitError) -> Self {
        match error {
            UnitError::NotFound => Self::new(&kinds::NOT_FOUND),
            UnitError::ManagersOnly => Self::new(&kinds::FORBIDDEN).detail(
                "单位管理员只能修改责任人（contact），其余由电子证照管理机构修改",
                "a unit's administrator changes contact only; all else is the manager's",
            ),
            UnitError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            UnitError::Taken => Self::new(&kinds::ALREADY_EXISTS).detail(
                "该统一社会信用代码的单位已登记或已申请",
                "a unit with this code is entered or has applied already",
            ),
            UnitError::Refused(refused) => refused.into(),
            UnitError::InUse { what } => {
                let (zh, en) = match what {
                    InUse::Licences => ("还有未终止的证照", "it has licences that are not final"),
                    InUse::Entries => (
                        "还有事项、证照类型或场景，或仍是某证照类型的签发单位",
                        "it owns matters, kinds or scenes, or a kind names it as an issuer",
                    ),
                    InUse::Members => {
                        ("还有人员担任该职能的角色", "members still hold roles that this capacity carries")
                    }
                };
                Self::new(&kinds::IN_USE).detail(
                    format!("{zh}，请先处理，或由其他单位承接（succeed）"),
                    format!("{en}: deal with that first, or have another unit take over (succeed)"),
                )
            }
            UnitError::TooMany => Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(3600),
            UnitError::Stale { now } => Self::new(&kinds::STALE_VERSION)
                .detail(format!("当前标签为 \"{now}\""), format!("the tag is \"{now}\" now")),
            UnitError::Full => Self::new(&kinds::CATALOGUE_FULL),
            UnitError::Work(error) => error.into(),
        }
    }
}

impl From<UnitActRefused> for Problem {
    fn from(refused: UnitActRefused) -> Self {
        let UnitActRefused { from, act } = refused;
        let acts: Vec<&str> = from.allowed().map(UnitAct::as_str).collect();
        let allowed = if acts.is_empty() { "-".to_owned() } else { acts.join(", ") };
        let (state, asked) = (from.label(), act.label());
        Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
            format!("单位当前为「{}」，不能{}；可以：{allowed}", state.zh, asked.zh),
            format!("the unit is {}: {} cannot be done; allowed: {allowed}", state.en, asked.en),
        )
    }
}
