//! `/licences/{id}/prints` and `/prints/{id}`: the print register (R51, R52, R54).

use actix_web::{HttpRequest, HttpResponse, web};
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::KeepPrints;
use crate::domain::ids::{LicenceId, PrintId};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page, attachment};
use crate::http::extract::{Body, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::prints::{self, Copied, PrintError, Registered};

/// Body of `POST …/prints`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintRequest {
    /// To whom the copy is handed.
    #[schemars(length(min = 1, max = 100))]
    collector: String,
    /// What for; it stands on the copy, and the holder reads it.
    #[schemars(length(min = 1, max = 60))]
    purpose: String,
}

/// What is done with a copy.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrintAct {
    /// Makes it void: no verifier takes its code any more.
    Void,
    /// Gives the same file out once more.
    Reprint,
}

/// Body of `POST /prints/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintActRequest {
    act: PrintAct,
    /// Why.
    #[schemars(length(min = 1, max = 500))]
    reason: String,
}

/// Which part of a register is read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<PrintId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// Where a copy stands.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrintState {
    /// It was printed.
    Registered,
    /// It is void.
    Void,
}

/// A copy of a licence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RegisteredPrint {
    id: PrintId,
    /// Its number in the unit's register.
    number: String,
    /// The licence.
    licence: LicenceId,
    state: PrintState,
    /// To whom it was handed.
    collector: String,
    /// What for.
    purpose: String,
    /// Who printed it.
    by: String,
    /// When.
    at: UnixTime,
    /// The use, as the log and the holder's list name it.
    #[serde(rename = "use")]
    use_id: String,
    /// Until when the code on it counts.
    code_expires_at: UnixTime,
    /// How often it was printed again.
    reprints: i64,
    /// Where its file is fetched now; null once its time is over, until it is printed again.
    href: Option<String>,
    /// When it was made void.
    void_at: Option<UnixTime>,
    /// Why.
    void_reason: Option<String>,
}

/// `POST /api/v1/licences/{id}/prints`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<KeepPrints>,
    id: web::Path<LicenceId>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<PrintRequest>,
) -> Result<Answer<Registered, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let PrintRequest { collector, purpose } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let collector = problem.plain_text("/collector", PlainText::line(&collector, MAX_NAME));
    let purpose = problem.plain_text("/purpose", PlainText::line(&purpose, MAX_PURPOSE));
    let (Some(collector), Some(purpose)) = (collector, purpose) else { return Err(problem) };
    let registered = prints::register(&app, &permit, *id, (&collector, &purpose), claim).await?;
    Ok(Answer::replied(registered).private())
}

/// `GET /api/v1/licences/{id}/prints`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<KeepPrints>,
    id: web::Path<LicenceId>,
    query: web::Query<PrintsQuery>,
) -> Result<Answer<Page<RegisteredPrint>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = prints::list(&app, &permit, *id, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)).private())
}

/// `POST /api/v1/prints/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<KeepPrints>,
    id: web::Path<PrintId>,
    body: Body<PrintActRequest>,
) -> Result<Answer<RegisteredPrint>, Problem> {
    let PrintActRequest { act, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON)).ok_or(problem)?;
    let copied = match act {
        PrintAct::Void => prints::make_void(&app, &permit, *id, &reason).await?,
        PrintAct::Reprint => prints::print_again(&app, &permit, *id, &reason).await?,
    };
    Ok(Answer::of(copied.into()).private())
}

/// `GET /api/v1/prints/{id}/file.pdf`
pub async fn file(
    app: web::Data<App>,
    permit: Permitted<KeepPrints>,
    id: web::Path<PrintId>,
) -> Result<HttpResponse, Problem> {
    let (bytes, name) = prints::file(&app, &permit, *id).await?;
    Ok(attachment(&format!("{name}.pdf"), "application/pdf", bytes))
}

impl From<Copied> for RegisteredPrint {
    fn from(copied: Copied) -> Self {
        let Copied { row, collector, purpose, by, void_reason, is_open } = copied;
        Self {
            id: row.id,
            number: row.number,
            licence: row.licence,
            state: if row.void_at.is_some() { PrintState::Void } else { PrintState::Registered },
            collector,
            purpose,
            by,
            at: UnixTime(row.at),
            use_id: row.log_seq.to_string(),
            code_expires_at: UnixTime(row.code_until),
            reprints: row.again,
            href: is_open.then(|| format!("/api/v1/prints/{}/file.pdf", row.id)),
            void_at: row.void_at.map(UnixTime),
            void_reason,
        }
    }
}

impl From<PrintError> for Problem {
    fn from(error: PrintError) -> Self {
        match error {
            PrintError::NotFound => Self::new(&kinds::NOT_FOUND),
            PrintError::NoPaper => Self::new(&kinds::CONFLICT).code("no-paper-scene").detail(
                "没有适用于此类证照的打印件场景，无法制作带核验码的加注件；请管理机构先发布打印件场景",
                "no scene for printed copies takes this kind of licence, so no copy with a code can be made: have one published",
            ),
            PrintError::Void => Self::new(&kinds::FORBIDDEN_TRANSITION).code("print-void").detail(
                "该加注件已作废；如仍需要，请重新登记打印",
                "this copy is void: enter a new one if one is needed",
            ),
            PrintError::Shut => Self::new(&kinds::CONFLICT).code("print-again-first").detail(
                "下载时间已过（登记后 10 分钟内有效）；请先登记补打，再下载",
                "its file is given out for ten minutes only: enter that it is printed again, then fetch it",
            ),
            PrintError::File(error) => error.into(),
        }
    }
}

/// Characters of a name.
const MAX_NAME: usize = 100;
/// As many as stand across a page in one line.
const MAX_PURPOSE: usize = 60;
