//! `POST /api/v1/licences/{id}/acts`: one route for every lifecycle act.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{ActOnLicence, Permit};
use crate::domain::ids::LicenceId;
use crate::domain::issuing::draft::{ReviewAct, allowed};
use crate::domain::licence::acts::{ActName, Doing};
use crate::domain::licence::lifecycle::ForbiddenTransition;
use crate::domain::text::PlainText;
use crate::http::answer::Answer;
use crate::http::api::minute;
use crate::http::extract::{Body, IdempotencyKey, IfMatch, Permitted};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::issuing::review::{self, ReviewRequest};
use crate::service::licence::acts::{self, ActError, ActOutcome, LastAct};
use crate::storage::StorageError;

/// Body of `POST …/acts`. Serialised again for the idempotency fingerprint, so spaces and member order do not count.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActRequest {
    /// Done by one checker: `suspend`, `resume`, `seize`, `return`, `disable`, `enable`, `pledge`, `release_pledge`,
    /// `mortgage`, `release_mortgage`, `pass_inspection`, `fail_inspection`, `report_loss`, `withdraw_loss`. Proposed, and
    /// confirmed by another person: `cancel`, `revoke`, `withdraw`, `annul`. Of a draft: `submit` by its maker, `approve`
    /// and `send_back` by a checker who is another person.
    act: String,
    /// Why; needed for every act on an issued licence.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
    /// On what legal basis; needed likewise.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    legal_basis: Option<String>,
    /// From when it counts in law; absent or null = now.
    #[serde(default)]
    effective_at: Option<Instant>,
    /// Last day of a seizure, `YYYYMMDD`; absent = none is named.
    #[serde(default)]
    until: Option<String>,
    /// Last day on which a passed inspection counts, `YYYYMMDD`; absent = as many months from today as its kind says.
    #[serde(default)]
    due: Option<String>,
    /// The paper licence to which the same was done.
    #[serde(default)]
    physical: Option<PhysicalDone>,
}

/// A paper licence.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhysicalDone {
    /// Its number.
    #[schemars(length(min = 1, max = 64))]
    number: String,
}

/// A time: RFC 3339 with an offset, or unix seconds.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Instant {
    /// Unix seconds.
    Seconds(i64),
    /// RFC 3339.
    Text(String),
}

/// `POST /api/v1/licences/{id}/acts`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<ActOnLicence>,
    request: HttpRequest,
    id: web::Path<LicenceId>,
    condition: IfMatch,
    key: IdempotencyKey,
    body: Body<ActRequest>,
) -> Result<Answer<ActOutcome>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &*body);
    let done = match body.act.parse::<ReviewAct>() {
        Ok(act) => review::perform(&app, &permit, *id, &read_review(act, &body, condition)?, claim).await?,
        Err(_) => match acts::perform(&app, &permit, *id, &read(&body, condition)?, claim).await {
            Err(ActError::NotFound) => return Err(of_draft(&app, &permit, *id).await?),
            done => done?,
        },
    };
    Ok(Answer::replied(done).tagged(|outcome| outcome.licence.version))
}

/// An act on a licence that is none yet: the state of its draft forbids it.
async fn of_draft(app: &App, permit: &Permit<ActOnLicence>, id: LicenceId) -> Result<Problem, StorageError> {
    let Some(state) = review::state_of(app, permit, id).await? else {
        return Ok(Problem::new(&kinds::NOT_FOUND));
    };
    let words: Vec<&str> = allowed(state).iter().map(|act| act.as_str()).collect();
    let words = words.join(", ");
    Ok(Problem::new(&kinds::FORBIDDEN_TRANSITION).detail(
        format!("证照尚未签发，当前为「{}」；可以：{words}", state.label().zh),
        format!("it is no licence yet but a {}: allowed is {words}", state.label().en),
    ))
}

/// An act of review needs no more words than the one that gives a draft back.
fn read_review(act: ReviewAct, body: &ActRequest, condition: IfMatch) -> Result<ReviewRequest, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    for (pointer, is_there) in [
        ("/effective_at", body.effective_at.is_some()),
        ("/until", body.until.is_some()),
        ("/due", body.due.is_some()),
        ("/physical", body.physical.is_some()),
    ] {
        if is_there {
            problem = problem.field(
                pointer,
                "not-of-this-act",
                "审核操作不填此项",
                "not of an act of review: leave it out",
            );
        }
    }
    let reason = match (act, &body.reason) {
        (ReviewAct::SendBack, _) | (_, Some(_)) => required(&mut problem, "/reason", body.reason.as_deref()),
        _ => None,
    };
    let legal_basis =
        body.legal_basis.as_deref().and_then(|text| required(&mut problem, "/legal_basis", Some(text)));
    if problem.errors.is_empty() {
        Ok(ReviewRequest { act, reason, legal_basis, if_version: condition.0 })
    } else {
        Err(problem)
    }
}

fn read(body: &ActRequest, condition: IfMatch) -> Result<acts::ActRequest, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    let act = body.act.parse::<ActName>().ok().filter(|act| act.doing() != Doing::Elsewhere);
    if act.is_none() {
        let names = ActName::ALL.iter().filter(|name| name.doing() != Doing::Elsewhere);
        let names: Vec<&str> = names.map(|name| name.as_str()).collect();
        problem.errors.push(FieldError {
            pointer: "/act".into(),
            code: "unknown",
            detail: Text::new(
                format!("应为以下之一：{}", names.join("、")),
                format!("must be one of {}", names.join(", ")),
            ),
        });
    }
    let reason = required(&mut problem, "/reason", body.reason.as_deref());
    let legal_basis = required(&mut problem, "/legal_basis", body.legal_basis.as_deref());
    let effective_at = match body.effective_at.as_ref().map(Instant::read) {
        None => None,
        Some(Some(at)) if at >= EARLIEST => Some(at),
        Some(Some(_)) => {
            problem = problem.field(
                "/effective_at",
                "range",
                "不能早于 1949 年 10 月 1 日",
                "must not lie before 1 October 1949",
            );
            None
        }
        Some(None) => {
            problem = problem.field(
                "/effective_at",
                "malformed",
                "应为带时区的 RFC 3339 时间，或 1970 年以来的 Unix 秒",
                "must be an RFC 3339 time with an offset, or unix seconds since 1970",
            );
            None
        }
    };
    let until = day(&mut problem, "/until", body.until.as_deref());
    let due = day(&mut problem, "/due", body.due.as_deref());
    let physical = body.physical.as_ref().and_then(|physical| {
        problem.plain_text("/physical/number", PlainText::line(&physical.number, MAX_NUMBER))
    });
    match (act, reason, legal_basis) {
        (Some(act), Some(reason), Some(legal_basis)) if problem.errors.is_empty() => Ok(acts::ActRequest {
            act,
            reason,
            legal_basis,
            effective_at,
            until,
            due,
            physical,
            if_version: condition.0,
        }),
        _ => Err(problem),
    }
}

/// A text that must be there.
fn required(problem: &mut Problem, pointer: &'static str, text: Option<&str>) -> Option<PlainText> {
    problem.plain_text(pointer, PlainText::lines(text.unwrap_or_default(), MAX_TEXT))
}

/// A day, if one is named.
fn day(problem: &mut Problem, pointer: &'static str, text: Option<&str>) -> Option<Day> {
    let text = text?;
    let day = Day::parse(text);
    if day.is_none() {
        problem.errors.push(FieldError {
            pointer: pointer.into(),
            code: "malformed",
            detail: Text::fixed("应为 YYYYMMDD 形式的日期", "must be a day, YYYYMMDD"),
        });
    }
    day
}

impl Instant {
    fn read(&self) -> Option<UnixTime> {
        match self {
            // To the year 9999: beyond, no calendar of ours goes. A negative number is a slip; who means a day before 1970
            // writes it as a date.
            Self::Seconds(seconds) => (0..=253_402_300_799).contains(seconds).then_some(UnixTime(*seconds)),
            Self::Text(text) => text.parse::<jiff::Timestamp>().ok().map(|time| UnixTime(time.as_second())),
        }
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        match error {
            ActError::NotFound => Self::new(&kinds::NOT_FOUND),
            ActError::ForCheckers { act } => Self::new(&kinds::FORBIDDEN).detail(
                format!("{}由审核人员办理", act.label().zh),
                format!("a checker does this: {}", act.label().en),
            ),
            ActError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            ActError::Forbidden { refused, allowed, last } => forbidden(refused, &allowed, last),
            ActError::Stale { now, last } => {
                let (zh, en) = last.map(told).unwrap_or_default();
                Self::new(&kinds::STALE_VERSION)
                    .detail(format!("证照当前版本为 {now}{zh}"), format!("the licence has version {now}{en}"))
            }
            ActError::HoldersMissing { missing } => Self::new(&kinds::HOLDERS_MISSING).detail(
                format!("该证照由多人共同持有，还有 {missing} 位持证主体没有申请注销"),
                format!("several people hold it: {missing} of them have not asked to cancel it"),
            ),
            ActError::Future => Self::new(&kinds::INVALID).field(
                "/effective_at",
                "future",
                "生效时间不能晚于当前时间",
                "must not lie in the future",
            ),
            ActError::Work(error) => error.into(),
        }
    }
}

/// Where the licence stands, what brought it there, and what would be allowed.
fn forbidden(refused: ForbiddenTransition, allowed: &[ActName], last: Option<LastAct>) -> Problem {
    let (state, act) = (refused.label(), refused.act.label());
    let (done_zh, done_en) = last.map(told).unwrap_or_default();
    let zh: Vec<String> = allowed.iter().map(|act| format!("{}（{act}）", act.label().zh)).collect();
    let en: Vec<&str> = allowed.iter().map(|act| act.as_str()).collect();
    let (zh, en) = if allowed.is_empty() {
        (
            "此状态为终态，有误须重新签发".to_owned(),
            "the state is final: a mistake needs a fresh issue".to_owned(),
        )
    } else {
        (format!("可以办理：{}", zh.join("、")), format!("allowed: {}", en.join(", ")))
    };
    Problem::new(&kinds::FORBIDDEN_TRANSITION).detail(
        format!("证照当前为「{}」{done_zh}，不能{}；{zh}", state.zh, act.zh),
        format!(
            "the licence is {}{done_en}: it cannot be changed by “{}”; {en}",
            state.en.to_lowercase(),
            act.en
        ),
    )
}

/// Who did the newest act, and when.
fn told(last: LastAct) -> (String, String) {
    let (at, act) = (minute(last.at), last.act.label());
    let by =
        last.by.map_or_else(|| Text::fixed("持证主体", "the holder"), |name| Text::new(name.clone(), name));
    (format!("（{}于 {at} {}）", by.zh, act.zh), format!(" ({}: {}, {at})", by.en, act.en))
}

/// 1 October 1949, 00:00 in China: no act of an authority of the People's Republic counts from before.
const EARLIEST: UnixTime = UnixTime(-639_129_600);
/// Characters of a reason and of a legal basis.
const MAX_TEXT: usize = 500;
/// Characters of a paper licence's number.
const MAX_NUMBER: usize = 64;
