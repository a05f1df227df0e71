//! `/api/v1/licences`: drafts and licences of the caller's unit.

use actix_web::{HttpRequest, web};
use liangzheng_core::identifier::Identifier;
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::domain::access::{LookAtIssued, Reach, ViewIssued, WriteDraft};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{CaseId, LicenceId, SubmissionId};
use crate::domain::issuing::draft::{DraftRequest, DraftState, FaceRequest, Physical, register_told};
use crate::domain::issuing::person::HolderRequest;
use crate::domain::licence::Status;
use crate::domain::text::PlainText;
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, IfMatch, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::drafts::{self, Compared, DraftWritten};
use crate::service::issuing::looking::{self, CountRow, LookError, Purpose};
use crate::service::issuing::reading::{self, Filter, Listed, Whole};

/// Which licences.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LicencesQuery {
    /// Type code of a kind.
    #[serde(default)]
    kind: Option<KindCode>,
    /// `DRAFT`, `PENDING_REVIEW`, `ACTIVE` …
    #[serde(default)]
    status: Option<String>,
    /// Changed at this time or later, in unix seconds.
    #[serde(default)]
    changed_since: Option<i64>,
    /// An identifier, with or without its root; never a person.
    #[serde(default)]
    q: Option<String>,
    /// Of this case only; managers and auditors, who see counts of all units otherwise.
    #[serde(default)]
    case: Option<CaseId>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<LicenceId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// For what another unit's licence is looked at.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookQuery {
    /// The case to which it belongs; needed by managers.
    #[serde(default)]
    case: Option<CaseId>,
    /// Why; needed by auditors. It is kept, and the holder sees it.
    #[serde(default)]
    #[schemars(length(min = 1, max = 200))]
    reason: Option<String>,
}

/// Drafts and licences of the caller's unit, one page of them; and counts, for managers and auditors.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LicencePage {
    items: Vec<ListedLicence>,
    /// `cursor` of the next page; null on the last.
    next: Option<LicenceId>,
    /// How many there are in all units; null for issuing staff, and of a case.
    counts: Option<Vec<LicenceCount>>,
}

/// How many licences, or drafts of them, a unit has.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LicenceCount {
    unit: Uscc,
    kind: KindCode,
    status: String,
    /// The status in words.
    status_label: Text,
    count: i64,
}

/// A line of the list: whom it is for stands in the licence itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedLicence {
    id: LicenceId,
    /// Its number under GB/T 36904; null before it is issued.
    identifier: Option<String>,
    kind: KindCode,
    /// The unit that makes it.
    unit: Uscc,
    status: String,
    /// The status in words.
    status_label: Text,
    valid_from: String,
    valid_to: Option<String>,
    /// Counts changes and acts.
    version: i64,
    created_at: i64,
    /// When its status last changed; of a draft, when anything did.
    changed_at: i64,
}

/// A draft or a licence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IssuedLicence {
    id: LicenceId,
    /// Its number under GB/T 36904; null before it is issued.
    identifier: Option<String>,
    kind: KindCode,
    /// The version of the kind by which its face was checked; null if it was not made here.
    kind_version: Option<i64>,
    /// The unit that makes it.
    unit: Uscc,
    status: String,
    /// The status in words.
    status_label: Text,
    /// Who holds it, named as on this version.
    holder: HolderRequest,
    co_holders: Vec<HolderRequest>,
    face: FaceRequest,
    valid_from: String,
    valid_to: Option<String>,
    case: Option<CaseId>,
    mode: Option<String>,
    provenance: Option<String>,
    physical: Option<Physical>,
    /// The licence whose next version it is.
    replaces: Option<String>,
    /// Why there is a next version.
    change: Option<String>,
    /// The version in its place.
    successor: Option<LicenceId>,
    /// What the base register said of its holders; null if it was not made here.
    register: Option<Compared>,
    /// That in words.
    register_label: Option<Text>,
    /// Who must approve it, and has.
    approvals: Vec<Approval>,
    /// What a program handed in, of which it comes; null otherwise.
    submission: Option<SubmissionId>,
    /// The acts that its state allows, by anybody; who does which, the refusal of another says.
    acts: Vec<&'static str>,
    /// Counts changes and acts: for `If-Match`.
    version: i64,
    created_at: i64,
}

/// An issuer that must approve.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Approval {
    unit: Uscc,
    /// When it did; null = not yet.
    at: Option<i64>,
}

/// `POST /api/v1/licences`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<WriteDraft>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<DraftRequest>,
) -> Result<Answer<DraftWritten, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let written = drafts::create(&app, &permit, &body.0, claim).await?;
    Ok(Answer::replied(written).tagged(|draft| draft.version))
}

/// `PUT /api/v1/licences/{id}`
pub async fn edit(
    app: web::Data<App>,
    permit: Permitted<WriteDraft>,
    id: web::Path<LicenceId>,
    condition: IfMatch,
    body: Body<DraftRequest>,
) -> Result<Answer<DraftWritten>, Problem> {
    let written = drafts::edit(&app, &permit, *id, &body.0, condition.0).await?;
    Ok(Answer::of(written).tagged(|draft| draft.version))
}

/// `GET /api/v1/licences`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<LookAtIssued>,
    query: web::Query<LicencesQuery>,
) -> Result<Answer<LicencePage>, Problem> {
    let query = query.into_inner();
    let limit = items_on_page(query.limit)?;
    let (case, filter) = (query.case, read_filter(query)?);
    let page = |items: Vec<Listed>, next, counts| {
        let items = items.into_iter().map(ListedLicence::from).collect();
        Answer::of(LicencePage { items, next, counts })
    };
    if let Some(case) = case {
        return Ok(page(looking::of_case(&app, &permit, case).await?, None, None));
    }
    let (items, next) = match looking::own_unit(&permit) {
        Some(unit) => reading::list(&app, unit, &filter, limit).await?,
        None => (Vec::new(), None),
    };
    let counts = match permit.scope() {
        Reach::Province => Some(looking::counts(&app, &permit, filter.kind, filter.status.as_deref()).await?),
        Reach::Unit(_) => None,
    };
    let counts = counts.map(|counts| counts.into_iter().map(LicenceCount::from).collect());
    Ok(page(items, next, counts))
}

/// `GET /api/v1/licences/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<LookAtIssued>,
    id: web::Path<LicenceId>,
    query: web::Query<LookQuery>,
) -> Result<Answer<IssuedLicence>, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    let text = query.reason.as_deref();
    let reason = text.map(|text| problem.plain_text("/reason", PlainText::line(text, MAX_REASON)));
    if reason.as_ref().is_some_and(Option::is_none) {
        return Err(problem);
    }
    let own = match looking::own_unit(&permit) {
        Some(unit) => reading::one(&app, unit, *id).await?,
        None => None,
    };
    let whole = match (own, permit.scope()) {
        (Some(own), _) => own,
        (None, Reach::Unit(_)) => return Err(Problem::new(&kinds::NOT_FOUND)),
        (None, Reach::Province) => {
            let purpose = Purpose { case: query.case, reason: reason.flatten() };
            looking::one(&app, &permit, *id, &purpose).await?
        }
    };
    let told = IssuedLicence::of(whole).ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(told).tagged(|licence| licence.version))
}

/// `GET /api/v1/licences/{id}/versions`
pub async fn versions(
    app: web::Data<App>,
    permit: Permitted<ViewIssued>,
    id: web::Path<LicenceId>,
) -> Result<Answer<Page<ListedLicence>>, Problem> {
    let found = reading::versions(&app, &permit, *id).await?;
    let found = found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(Page::whole(found)))
}

impl From<CountRow> for LicenceCount {
    fn from(row: CountRow) -> Self {
        let CountRow { unit, kind, status, count } = row;
        let status_label = label_of(&status).unwrap_or_else(|| Text::new(status.clone(), status.clone()));
        Self { unit, kind, status, status_label, count }
    }
}

impl From<LookError> for Problem {
    fn from(error: LookError) -> Self {
        match error {
            LookError::NotFound => Self::new(&kinds::NOT_FOUND),
            LookError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            LookError::Work(error) => error.into(),
        }
    }
}

fn read_filter(query: LicencesQuery) -> Result<Filter, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    if query.status.as_deref().is_some_and(|word| label_of(word).is_none()) {
        problem = problem.field("/status", "unknown", "没有这种状态", "no such status");
    }
    let identifier = query.q.as_deref().map(|text| Identifier::parse(text.trim()));
    if matches!(identifier, Some(Err(_))) {
        problem = problem.field(
            "/q",
            "malformed",
            "应为完整的证照标识；不能按姓名或号码查找",
            "must be a whole identifier; persons are not looked for",
        );
    }
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    Ok(Filter {
        kind: query.kind,
        status: query.status,
        changed_since: query.changed_since,
        identifier: identifier.and_then(Result::ok),
        before: query.cursor,
    })
}

/// Characters of a reason to look.
const MAX_REASON: usize = 200;

/// The words of a status that a list may be asked for.
fn label_of(word: &str) -> Option<Text> {
    if let Ok(state @ DraftState::Closed) = word.parse::<DraftState>() {
        return Some(state.label());
    }
    if word == "SUPERSEDED" {
        return Some(Text::fixed("已有新版本", "Superseded"));
    }
    Status::from_parts(word, None, None).map(Status::label)
}

impl From<Listed> for ListedLicence {
    fn from(listed: Listed) -> Self {
        let status = reading::status_of(&listed);
        let status_label = label_of(&status).unwrap_or_else(|| Text::new(status.clone(), status.clone()));
        match listed {
            Listed::Draft(draft) => Self {
                id: draft.id,
                identifier: None,
                kind: draft.kind,
                unit: draft.unit,
                status,
                status_label,
                valid_from: draft.content.valid_from,
                valid_to: draft.content.valid_to,
                version: draft.version,
                created_at: draft.created_at,
                changed_at: draft.changed_at,
            },
            Listed::Licence(row) => {
                let day = |day| reading::day_of(day).map(|day| day.to_text());
                Self {
                    id: row.id,
                    identifier: Some(row.identifier),
                    kind: row.kind,
                    unit: row.unit,
                    status,
                    status_label,
                    valid_from: day(row.valid_from).unwrap_or_default(),
                    valid_to: row.valid_to.and_then(day),
                    version: row.version,
                    created_at: row.created_at,
                    changed_at: row.status_since,
                }
            }
        }
    }
}

impl IssuedLicence {
    /// `None` if there is neither a draft nor a licence.
    pub(super) fn of(whole: Whole) -> Option<Self> {
        let Whole { draft, licence, holder, co_holders, approvals, acts, submission } = whole;
        let approvals = approvals.into_iter().map(|row| Approval { unit: row.unit, at: row.at }).collect();
        let content = draft.as_ref().map(|draft| draft.content.clone());
        let register = draft.as_ref().map(|draft| Compared::from(&draft.register));
        let register_label = register.as_ref().map(|register| register_told(register.state));
        let kind_version = draft.as_ref().map(|draft| draft.kind_version);
        let case = draft.as_ref().and_then(|draft| draft.case);
        let (id, kind, unit, status, successor, version, created_at) = match (&licence, &draft) {
            (Some(licence), _) => {
                let successor = match licence.status {
                    Status::Superseded { successor } => Some(successor),
                    _ => None,
                };
                let (kind, unit) = (licence.kind(), licence.unit());
                let word = licence.status.as_str();
                (licence.id, kind, unit, word, successor, licence.version, licence.created_at.0)
            }
            (None, Some(draft)) if draft.state != DraftState::Issued => {
                let word = draft.state.as_str();
                (draft.id, draft.kind, draft.unit, word, None, draft.version, draft.created_at)
            }
            _ => return None,
        };
        let face = match (&licence, &content) {
            (Some(licence), _) => {
                let values =
                    licence.face.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
                FaceRequest(values.collect())
            }
            (None, Some(content)) => content.face.clone(),
            (None, None) => FaceRequest::default(),
        };
        let (valid_from, valid_to) = match (&licence, &content) {
            (Some(licence), _) => (licence.valid_from.to_text(), licence.valid_to.map(|day| day.to_text())),
            (None, Some(content)) => (content.valid_from.clone(), content.valid_to.clone()),
            (None, None) => (String::new(), None),
        };
        Some(Self {
            id,
            identifier: licence.as_ref().map(|licence| licence.identifier.to_string()),
            kind,
            kind_version,
            unit,
            status: status.to_owned(),
            status_label: label_of(status).unwrap_or_else(|| Text::new(status, status)),
            holder,
            co_holders,
            face,
            valid_from,
            valid_to,
            case,
            mode: content.as_ref().and_then(|content| content.mode.clone()),
            provenance: content.as_ref().and_then(|content| content.provenance.clone()),
            physical: content.as_ref().and_then(|content| content.physical.clone()),
            replaces: content.as_ref().and_then(|content| content.replaces.clone()),
            change: content.as_ref().and_then(|content| content.change.clone()),
            successor,
            register,
            register_label,
            approvals,
            submission,
            acts,
            version,
            created_at,
        })
    }
}
