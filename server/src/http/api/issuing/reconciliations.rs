//! `/api/v1/reconciliations`: a unit's own list beside what is here.

use actix_web::{HttpRequest, HttpResponse, web};
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::Reconcile;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::ids::{LicenceId, ReconciliationId};
use crate::domain::issuing::reconciliation::Found;
use crate::http::answer::{Answer, Page, attachment};
use crate::http::extract::{IdempotencyKey, JsonOrFile, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::reconciliations::{
    self as service, ListRow, MOST_KEPT, ReconcileError, Reconciliation,
};

/// Body of `POST /reconciliations`; or a form with a CSV file called `file`, and `?kind=`.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationRequest {
    /// Type code of the kind that is compared.
    kind: KindCode,
    /// All licences of that kind that the unit's own system has in force, and any that have ended.
    rows: Vec<ListRow>,
}

/// Which kind a file is of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfKindQuery {
    /// Type code; needed with a file.
    #[serde(default)]
    kind: Option<KindCode>,
}

/// Which comparisons.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconciliationsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<ReconciliationId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// Which differences.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferencesQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<u32>,
    /// Differences on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Only those that stand so.
    #[serde(default)]
    found: Option<Found>,
}

/// A comparison with a page of its differences.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReconciliationReport {
    #[serde(flatten)]
    counts: Reconciliation,
    differences: Vec<Difference>,
    /// `cursor` of the next page; null on the last.
    next: Option<i64>,
}

/// One difference.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Difference {
    /// Identifier of the licence.
    identifier: String,
    /// The licence here; null of what is missing.
    licence: Option<LicenceId>,
    /// `missing` here, `extra` here, or `different`.
    found: Found,
    /// The same in words.
    found_label: Text,
    /// `status`, `valid_to` or `digest`: the first that differs.
    member: Option<String>,
    /// Its value in the list.
    theirs: Option<String>,
    /// Its value here.
    ours: Option<String>,
}

/// `POST /api/v1/reconciliations`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<Reconcile>,
    request: HttpRequest,
    query: web::Query<OfKindQuery>,
    key: IdempotencyKey,
    body: JsonOrFile<ReconciliationRequest>,
) -> Result<Answer<Reconciliation, 201>, Problem> {
    let body = match body {
        JsonOrFile::Json(body) => body,
        JsonOrFile::File(file) => {
            let kind = query.kind.ok_or_else(|| {
                Problem::new(&kinds::INVALID).field(
                    "/kind",
                    "missing",
                    "请用 kind 参数注明证照类型",
                    "name the kind (?kind=)",
                )
            })?;
            ReconciliationRequest { kind, rows: read_csv(&file.bytes)? }
        }
    };
    let claim = key.claim(&app, permit.account(), &request, &body);
    Ok(Answer::replied(service::compare(&app, &permit, body.kind, &body.rows, claim).await?))
}

/// `GET /api/v1/reconciliations`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<Reconcile>,
    query: web::Query<ReconciliationsQuery>,
) -> Result<Answer<Page<Reconciliation>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let (items, next) = service::list(&app, &permit, query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/reconciliations/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<Reconcile>,
    id: web::Path<ReconciliationId>,
    query: web::Query<DifferencesQuery>,
) -> Result<Answer<ReconciliationReport>, Problem> {
    let limit = items_on_page(query.limit)?;
    let after = i64::from(query.cursor.unwrap_or(0));
    let (counts, rows, next) = service::one(&app, &permit, *id, query.found, after, limit).await?;
    let differences = rows.into_iter().map(Difference::from).collect();
    Ok(Answer::of(ReconciliationReport { counts, differences, next }))
}

/// `GET /api/v1/reconciliations/{id}/differences.csv`
pub async fn download(
    app: web::Data<App>,
    permit: Permitted<Reconcile>,
    id: web::Path<ReconciliationId>,
) -> Result<HttpResponse, Problem> {
    let all = i64::try_from(MOST_KEPT).unwrap_or(i64::MAX);
    let (_, rows, _) = service::one(&app, &permit, *id, None, 0, all).await?;
    // With a mark of its encoding, without which spreadsheets take it for GB18030.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut write = |row: [&str; 5]| writer.write_record(row).map_err(|_| Problem::new(&kinds::INTERNAL));
    write(["identifier", "found", "member", "theirs", "ours"])?;
    for row in &rows {
        let text = |value: &Option<String>| guarded(value.as_deref().unwrap_or_default());
        let (member, theirs, ours) = (text(&row.member), text(&row.theirs), text(&row.ours));
        write([&row.identifier, row.found.as_str(), &member, &theirs, &ours])?;
    }
    let file = writer.into_inner().map_err(|_| Problem::new(&kinds::INTERNAL))?;
    Ok(attachment(&format!("{id}.csv"), "text/csv; charset=utf-8", file))
}

/// A value that somebody sent, so that no spreadsheet takes it for a formula.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn read_csv(file: &[u8]) -> Result<Vec<ListRow>, Problem> {
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let wrong = |line: usize| {
        Problem::new(&kinds::INVALID).detail(
            format!("第 {line} 行无法读取：应为 UTF-8 的 CSV，首行为 identifier,status,valid_to,digest"),
            format!(
                "line {line} cannot be read: a CSV in UTF-8 begins with identifier,status,valid_to,digest"
            ),
        )
    };
    let mut rows = Vec::new();
    for (line, row) in (2..).zip(reader.deserialize::<ListRow>()) {
        let mut row = row.map_err(|_| wrong(line))?;
        for value in [&mut row.status, &mut row.valid_to, &mut row.digest] {
            *value = value.take().filter(|text| !text.is_empty());
        }
        rows.push(row);
    }
    Ok(rows)
}

impl From<service::Difference> for Difference {
    fn from(one: service::Difference) -> Self {
        let service::Difference { identifier, licence, found, member, theirs, ours } = one;
        Self { identifier, licence, found, found_label: found.label(), member, theirs, ours }
    }
}

impl From<ReconcileError> for Problem {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::NotFound => Self::new(&kinds::NOT_FOUND),
            ReconcileError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            ReconcileError::Work(error) => error.into(),
        }
    }
}
