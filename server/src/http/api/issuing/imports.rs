//! `/api/v1/imports`: files of many rows.

use actix_web::{HttpRequest, HttpResponse, web};
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::import_events;
use super::tasks::Claimant;
use crate::App;
use crate::domain::access::{ActOnImport, SendImport, ViewImports};
use crate::domain::catalogue::codes::KindCode;
use crate::domain::fault::Faults;
use crate::domain::ids::ImportId;
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::import::{
    CommitRows, ImportAct, ImportFormat, ImportState, ImportType, MAX_FILE, cell_name,
};
use crate::http::answer::{Answer, Page, attachment};
use crate::http::extract::{Body, FormWithFile, IdempotencyKey, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::imports::{self, ImportActed, ImportError, ImportSent, ImportView, NewImport};

/// The fields beside the file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// What its rows become.
    r#type: ImportType,
    /// Type code of a kind; needed for licences. Given with acts or inspections, rows are of that kind only.
    #[serde(default)]
    kind: Option<String>,
    /// How its licences are made: `bulk` if absent, `stock`, `offline` or `exempt`.
    #[serde(default)]
    mode: Option<CaseMode>,
    /// `true`: examined only, nothing comes of it until the same file is sent again without.
    #[serde(default, deserialize_with = "flag")]
    dry_run: bool,
}

/// Which template.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateQuery {
    /// What its rows become; `licences` if absent.
    #[serde(default)]
    r#type: Option<ImportType>,
}

/// Which imports.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportsQuery {
    /// In this state only.
    #[serde(default)]
    state: Option<ImportState>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<ImportId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// Body of `POST /imports/{id}/acts`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportActRequest {
    /// What to do.
    act: ImportAct,
    /// Which rows a commit carries out; `all` if absent: refused while one is wrong.
    #[serde(default)]
    rows: Option<CommitRows>,
}

/// An import.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Import")]
pub struct ImportAnswer {
    id: ImportId,
    r#type: ImportType,
    /// The type in words.
    type_label: Text,
    kind: Option<KindCode>,
    mode: Option<CaseMode>,
    format: ImportFormat,
    /// As the file was called.
    file: String,
    dry_run: bool,
    state: ImportState,
    /// The state in words.
    state_label: Text,
    /// Why it was refused, ended early, or waits.
    trouble: Option<ImportTrouble>,
    /// Its rows; 0 until they were counted.
    rows: i64,
    /// Rows examined; once it is committed, rows carried out.
    done: i64,
    /// Rows in which something is wrong.
    failed: i64,
    /// Seconds until the step under way is done, at its pace so far; null where there is none.
    eta_s: Option<i64>,
    /// The first cells in which something is wrong; all are in `errors.xlsx`. Empty in lists and events.
    errors: Vec<ImportCellError>,
    sent_by: String,
    committed_by: Option<String>,
    /// What the caller may do with it now.
    acts: Vec<ImportAct>,
    /// Who has taken the task of committing it; only he acts on it.
    claimed_by: Option<Claimant>,
    /// Counts everything that is told of it: the id of its events.
    version: i64,
    created_at: i64,
    changed_at: i64,
}

/// Why an import does not go on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportTrouble {
    /// For programs.
    code: String,
    /// What to do.
    detail: Text,
}

/// A cell in which something is wrong.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportCellError {
    /// As spreadsheets name it, as `C17`.
    cell: String,
    /// Its row in the file, from 1.
    row: i64,
    /// The title of its column.
    column: String,
    /// The rule, for programs.
    code: String,
    /// What would be right.
    detail: Text,
}

/// `GET /api/v1/kinds/{code}/template.xlsx`
pub async fn template(
    app: web::Data<App>,
    permit: Permitted<ViewImports>,
    code: web::Path<String>,
    query: web::Query<TemplateQuery>,
) -> Result<HttpResponse, Problem> {
    let import_type = query.r#type.unwrap_or(ImportType::Licences);
    let bytes = imports::template(&app, &permit, &code, import_type).await?;
    Ok(workbook(&format!("{code}-{import_type}.xlsx"), bytes))
}

/// `GET /api/v1/imports`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewImports>,
    query: web::Query<ImportsQuery>,
) -> Result<Answer<Page<ImportAnswer>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = imports::list(&app, &permit, query.state, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `POST /api/v1/imports`
pub async fn send(
    app: web::Data<App>,
    permit: Permitted<SendImport>,
    request: HttpRequest,
    key: IdempotencyKey,
    form: FormWithFile<ImportRequest, MAX_FILE>,
) -> Result<Answer<ImportSent, 202>, Problem> {
    let FormWithFile { fields, name, file } = form;
    let ImportRequest { r#type: import_type, kind, mode, dry_run } = fields;
    let new = NewImport { import_type, kind, mode, dry_run, file_name: name, bytes: file.bytes };
    let (account, claimed) = (permit.account(), app.clone());
    // The fingerprint stands for file, type, kind and mode.
    let claim = move |fingerprint: &[u8; 32]| key.claim(&claimed, account, &request, &(fingerprint, dry_run));
    Ok(Answer::replied(imports::send(&app, &permit, new, claim).await?))
}

/// `GET /api/v1/imports/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewImports>,
    id: web::Path<ImportId>,
) -> Result<Answer<ImportAnswer>, Problem> {
    let view = imports::one(&app, &permit, *id).await?;
    Ok(Answer::of(ImportAnswer::from(view)))
}

/// `GET /api/v1/imports/{id}/events`
pub async fn events(
    app: web::Data<App>,
    permit: Permitted<ViewImports>,
    request: HttpRequest,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, Problem> {
    // An import that is not there is a 404, not an empty stream.
    let waiting = imports::version(&app, &permit, *id).await?;
    let seen = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    if waiting.is_over && seen == Some(waiting.version) {
        // The last word was heard: a browser does not come again after this.
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(import_events::stream(app, permit, *id, seen))
}

/// `GET /api/v1/imports/{id}/errors.xlsx`
pub async fn errors(
    app: web::Data<App>,
    permit: Permitted<ViewImports>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse, Problem> {
    let bytes = imports::errors(&app, &permit, *id).await?;
    Ok(workbook(&format!("{id}-errors.xlsx"), bytes))
}

/// `POST /api/v1/imports/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<ActOnImport>,
    request: HttpRequest,
    id: web::Path<ImportId>,
    key: IdempotencyKey,
    body: Body<ImportActRequest>,
) -> Result<Answer<ImportActed>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let rows = body.0.rows.unwrap_or(CommitRows::All);
    Ok(Answer::replied(imports::act(&app, &permit, *id, body.0.act, rows, claim).await?))
}

/// A workbook to be saved.
fn workbook(name: &str, bytes: Vec<u8>) -> HttpResponse {
    attachment(name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes)
}

/// A field of a form is a text.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text = String::deserialize(deserializer)?;
    match &*text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(serde::de::Error::custom("must be true or false")),
    }
}

impl From<ImportView> for ImportAnswer {
    fn from(view: ImportView) -> Self {
        let ImportView { import, sent_by, committed_by, eta, acts, claim, faults } = view;
        let errors = faults.into_iter().map(|(row, fault)| ImportCellError {
            cell: cell_name(fault.column, row),
            row,
            column: import.header.get(usize::from(fault.column)).cloned().unwrap_or_default(),
            code: fault.code,
            detail: Text::new(fault.zh, fault.en),
        });
        Self {
            id: import.id,
            r#type: import.import_type,
            type_label: import.import_type.label(),
            kind: import.kind,
            mode: import.mode,
            format: import.format,
            errors: errors.collect(),
            file: import.file_name,
            dry_run: import.dry_run,
            state: import.state,
            state_label: import.state.label(),
            trouble: import.trouble.map(|code| ImportTrouble { detail: trouble(&code), code }),
            rows: import.total,
            done: import.done,
            failed: import.failed,
            eta_s: eta,
            sent_by,
            committed_by,
            acts,
            claimed_by: claim.map(Claimant::from),
            version: import.version,
            created_at: import.created_at,
            changed_at: import.changed_at,
        }
    }
}

/// What a code of trouble means.
fn trouble(code: &str) -> Text {
    match code {
        "no-rows" => Text::fixed(
            "文件中没有数据行，请填写后重新上传",
            "the file has no rows: fill it in and send it again",
        ),
        "too-many-rows" => Text::fixed(
            "超过 100000 行，请拆分为多个文件",
            "it has more than 100,000 rows: send it as several files",
        ),
        "register-away" => Text::fixed(
            "基础库暂未答复，系统会自动再次比对",
            "the base register has not answered: it is asked again by itself",
        ),
        "kind-changed" => Text::fixed(
            "证照类型已变更，未办理的行请用新模板重新导入",
            "the kind has changed: send what was not carried out by the new template",
        ),
        _ => {
            Text::fixed("文件已损坏，请重新保存后上传", "the file is damaged: save it anew and send it again")
        }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::NotFound => Self::new(&kinds::NOT_FOUND),
            ImportError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            ImportError::Sheet(fault) => {
                let (code, text) = fault.told();
                let mut faults = Faults::default();
                faults.add("/file", code, text.zh, text.en);
                Self::new(&kinds::INVALID).faults(faults)
            }
            ImportError::State { from, act } => {
                let words: Vec<&str> = from.allowed().iter().map(|act| act.as_str()).collect();
                let words = if words.is_empty() { "-".to_owned() } else { words.join(", ") };
                Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                    format!("当前为「{}」，不能{}；可以：{words}", from.label().zh, act.label().zh),
                    format!("it is {from}: {act} is not possible; allowed: {words}"),
                )
            }
            ImportError::TwoPersons => Self::new(&kinds::TWO_PERSONS)
                .detail("上传文件的人不能自己确认，请由另一位审核人员确认", "who sent a file does not commit it: another checker does"),
            ImportError::NotYours { act } => Self::new(&kinds::FORBIDDEN).detail(
                format!("您不能{}：确认由审核人员办理，取消由上传人或审核人员办理", act.label().zh),
                format!("{act} is not for you: a checker commits, who sent it or a checker cancels"),
            ),
            ImportError::Claimed(claim) => super::tasks::claimed(&claim),
            ImportError::DryRun => Self::new(&kinds::IMPORT_DRY_RUN),
            ImportError::HasFaults { failed, total } => Self::new(&kinds::IMPORT_HAS_FAULTS).detail(
                format!("共 {total} 行，其中 {failed} 行有误；可下载错误表修改，或选择只办理无误的行"),
                format!("{failed} of {total} rows are wrong: mend them by the table of errors, or commit the good rows"),
            ),
            ImportError::KindChanged => Self::new(&kinds::KIND_CHANGED).detail(
                "证照类型已变更，请用新模板重新导入",
                "the kind has changed: import anew by the new template",
            ),
            ImportError::Seal(error) => error.into(),
            ImportError::Draft(error) => (*error).into(),
            ImportError::Act(error) => (*error).into(),
            ImportError::Table(error) => {
                tracing::error!(%error, "a workbook could not be written");
                Self::new(&kinds::INTERNAL)
            }
            ImportError::Work(error) => error.into(),
        }
    }
}
