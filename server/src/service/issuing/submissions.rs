//! What a program of an issuing unit hands in: a case, the content of a licence and, if the unit made one, its own file, in
//! one call (R22); without a file the licence's is made and sealed here (R23).
//!
//! The program is the maker. The checker is a person of the unit, as of every draft (R16): a program approves nothing, and
//! a file that the unit sealed in its own system does not stand in for that person; it is kept beside the content for him
//! to see, with what its seals said. Where the base register is away, what was handed in waits and goes on by itself.

use aws_lc_rs::digest::{SHA256, digest};
use liangzheng_core::verify::Answer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DraftError;
use super::cases::{CaseError, NewCase, opened};
use super::drafts::{self, Compared};
use super::pictures::hex;
use super::review::{SEND_BACK, hand_in};
use super::sent_back::send_back;
use crate::App;
use crate::domain::access::{Permit, Scope, Submit, ViewIssued};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::fault::{Fault, Faults};
use crate::domain::ids::{CaseId, LicenceId, SubmissionId};
use crate::domain::issuing::case::{CaseMode, is_number};
use crate::domain::issuing::draft::{DraftRequest, DraftState, RegisterState};
use crate::service::catalogue::reading;
use crate::service::verifying::file::{self, FileVerifyError};
use crate::service::work::{Reply, Work, WorkError};
use crate::storage::idempotency::Claim;
use crate::storage::issuing::draft::{self as stored_drafts, Draft};
use crate::storage::issuing::review;
use crate::storage::issuing::submission::{self as stored, SubmissionRow};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};
use crate::words;

/// A licence to be made, with the case that it ends.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionRequest {
    /// The case that is opened with it; left out where `licence.case` names one, or where there is none.
    #[serde(default)]
    pub case: Option<SubmittedCase>,
    /// The licence.
    pub licence: DraftRequest,
}

/// A case of the unit, for the licence's holder and its kind's matter.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmittedCase {
    /// Its number with the unit; given if absent.
    #[serde(default)]
    pub number: Option<String>,
    /// How its licences are made; `online` if absent.
    #[serde(default)]
    pub mode: Option<CaseMode>,
}

words! {
    /// Where a submission stands.
    pub enum SubmissionState: "state of a submission" {
        /// The base register has not answered; it goes on by itself.
        Waiting = "waiting" / "等待比对" / "waiting for the register",
        /// A checker of the unit has it.
        Review = "review" / "待审核" / "under review",
        /// A checker, or this server, gave it back with a reason: mend it by `PUT /licences/{id}` and submit it.
        SentBack = "sent_back" / "退回修改" / "sent back",
        /// It was found to be there already.
        Closed = "closed" / "已关闭" / "closed",
        /// The licence is in force, and in its holder's wallet.
        Issued = "issued" / "已签发" / "issued",
    }
}

/// A submission; stored as the answer to the same request sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Submission {
    /// Its id.
    pub id: SubmissionId,
    /// Where it stands.
    pub state: SubmissionState,
    /// Why it was sent back, in the words of who did; this server says it in Chinese and, on a second line, in English.
    pub reason: Option<String>,
    /// The licence's id.
    pub licence: LicenceId,
    /// Its number under GB/T 36904; null before it is issued.
    pub identifier: Option<String>,
    /// The case that it ends.
    pub case: Option<CaseId>,
    /// What the base register said of its holders.
    pub register: Compared,
    /// The unit's own file; null if none came.
    pub file: Option<SubmittedFile>,
    /// When it came, in unix seconds.
    pub at: i64,
}

/// A file that came along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubmittedFile {
    /// `ofd` or `pdf`.
    pub format: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// What its own seals said when it came, as `POST /verify` tells it; null of a PDF.
    pub verdict: Option<String>,
}

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// No such submission of the caller's unit.
    #[error("no such submission")]
    NotFound,
    /// What came is not right.
    #[error("the submission cannot be used as it is")]
    Faults(Faults),
    /// The draft.
    #[error(transparent)]
    Draft(DraftError),
    /// The case.
    #[error(transparent)]
    Case(CaseError),
    /// Its file could not be checked.
    #[error(transparent)]
    File(#[from] FileVerifyError),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for SubmissionError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

impl From<DraftError> for SubmissionError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Faults(faults) => Self::Faults(within("/licence", faults)),
            other => Self::Draft(other),
        }
    }
}

impl From<CaseError> for SubmissionError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Faults(faults) => Self::Faults(within("/case", faults)),
            other => Self::Case(other),
        }
    }
}

/// Takes what a program hands in: under review at once, or waiting for the register.
pub async fn submit(
    app: &App,
    permit: &Permit<Submit>,
    request: &SubmissionRequest,
    file: Option<Vec<u8>>,
    key: Option<Claim>,
) -> Result<Reply<Submission>, SubmissionError> {
    let unit = permit.scope();
    let mut content = request.licence.clone();
    read(request)?;
    if let Some(case) = &request.case {
        content.mode =
            Some(content.mode.unwrap_or_else(|| case.mode.unwrap_or(CaseMode::Online).as_str().to_owned()));
    }
    let register = drafts::compared(app, unit, &content).await?;
    if register.state == RegisterState::Mismatched {
        return Err(DraftError::Mismatch { detail: register.detail }.into());
    }
    let checked = match file {
        Some(file) => Some(checked(app, file).await?),
        None => None,
    };
    let mut work = Work::begin(app, permit).await?;
    if let Some(answered) = work.claim(key).await? {
        return Ok(answered);
    }
    if let Some(case) = &request.case {
        let case = new_case(&mut work.tx, case, &content).await?;
        content.case = Some(opened(app, &mut work, unit, permit.account(), case).await?.id.to_string());
    }
    let (draft, examined) = drafts::write(app, &mut work, unit, permit.account(), &content, register).await?;
    let row = SubmissionRow {
        id: SubmissionId::generate(work.now, &*app.entropy),
        licence: draft.id,
        account: permit.account(),
        file_format: checked.as_ref().map(|file| file.format.to_owned()),
        file_hash: checked.as_ref().map(|file| file.hash.clone()),
        file_verdict: checked.as_ref().and_then(|file| file.verdict.clone()),
        at: work.now.0,
    };
    let bytes = checked.as_ref().map(|file| &*file.bytes);
    stored::insert(&mut work.tx, &app.secrets, &*app.entropy, &row, bytes).await?;
    work.audit("submit", &row.id.to_string(), None).await?;
    if draft.register.state == RegisterState::Waiting {
        let told = told(app, &mut work.tx, &row, &draft).await?;
        return Ok(work.accept(told).await?);
    }
    let draft = hand_in(app, &mut work, &draft, &examined.kind).await?;
    let told = told(app, &mut work.tx, &row, &draft).await?;
    Ok(work.commit(told).await?)
}

/// A submission of the caller's unit.
pub async fn one(
    app: &App,
    permit: &Permit<ViewIssued>,
    id: SubmissionId,
) -> Result<Submission, SubmissionError> {
    let mut tx = app.db.begin_read().await?;
    let (row, draft) = found(app, &mut tx, permit.scope(), id).await?;
    let told = told(app, &mut tx, &row, &draft).await?;
    tx.commit().await?;
    Ok(told)
}

/// The file that came along, with its format.
pub async fn file(
    app: &App,
    permit: &Permit<ViewIssued>,
    id: SubmissionId,
) -> Result<(String, Vec<u8>), SubmissionError> {
    let mut tx = app.db.begin_read().await?;
    let (row, _) = found(app, &mut tx, permit.scope(), id).await?;
    let file = stored::file(&mut tx, &app.secrets, id).await?;
    tx.commit().await?;
    row.file_format.zip(file).ok_or(SubmissionError::NotFound)
}

/// Goes on with what waited for the register; how many.
pub async fn carry_on(app: &App) -> Result<usize, SubmissionError> {
    let mut tx = app.db.begin_read().await?;
    let answered = stored::answered(&mut tx, AT_ONCE).await?;
    tx.commit().await?;
    let mut done = 0;
    for id in answered {
        let mut work = Work::of_server(app).await?;
        let draft = stored_drafts::find_and_hold(&mut work.tx, &app.secrets, Scope::All, id).await?;
        let Some(draft) = draft.filter(|draft| draft.state == DraftState::Draft) else { continue };
        let kind = reading::in_force::<Kind>(&mut work.tx, draft.kind.as_str()).await?;
        let handed_in = match kind {
            Some(kind) => hand_in(app, &mut work, &draft, &kind).await,
            None => Err(DraftError::NotFound),
        };
        match handed_in {
            Ok(_) => work.finish().await?,
            Err(DraftError::Work(error)) => return Err(error.into()),
            // Something has changed meanwhile: its program is told, and mends it.
            Err(why) => {
                drop(work);
                send_back(app, id, &why).await?;
            }
        }
        done += 1;
    }
    Ok(done)
}

fn read(request: &SubmissionRequest) -> Result<(), SubmissionError> {
    let mut faults = Faults::default();
    if let Some(case) = &request.case {
        faults.require(
            request.licence.case.is_none(),
            "/licence/case",
            "twice",
            "已要求新开办件（/case），不能再指定已有办件",
            "a case is opened with it (/case): do not name another",
        );
        faults.require(
            case.number.as_deref().is_none_or(is_number),
            "/case/number",
            "malformed",
            "应为 1 到 40 位字母、数字或连字符",
            "must be 1 to 40 letters, digits or hyphens",
        );
    }
    faults.none().map_err(SubmissionError::Faults)
}

async fn new_case(
    tx: &mut Tx,
    case: &SubmittedCase,
    content: &DraftRequest,
) -> Result<NewCase, SubmissionError> {
    let mut faults = Faults::default();
    let person = content.holder.person("/holder", &mut faults);
    let kind = match content.kind.parse::<KindCode>() {
        Ok(code) => reading::in_force::<Kind>(tx, code.as_str()).await?,
        Err(_) => None,
    };
    match (person, kind) {
        (Some(person), Some(kind)) => Ok(NewCase {
            case_type: MatterType::Issuing,
            matter: kind.matter,
            number: case.number.clone(),
            person,
            mode: Some(case.mode.unwrap_or(CaseMode::Online)),
        }),
        // Both were examined before; another has just put the kind out of force.
        _ => Err(StorageError::Conflict.into()),
    }
}

/// A file that is taken.
struct Checked {
    bytes: Vec<u8>,
    format: &'static str,
    hash: String,
    verdict: Option<String>,
}

/// What kind of file it is, by its first bytes, and what its own seals say. One whose seals are broken is not taken.
async fn checked(app: &App, bytes: Vec<u8>) -> Result<Checked, SubmissionError> {
    let format = match bytes.get(..5) {
        Some(b"%PDF-") => "pdf",
        Some(start) if start.starts_with(b"PK\x03\x04") => "ofd",
        _ => {
            let (zh, en) = ("应为 OFD 或 PDF 文件", "must be an OFD or a PDF");
            return Err(fault("/file", "format", zh.into(), en.into()));
        }
    };
    let hash = hex(digest(&SHA256, &bytes).as_ref());
    if format == "pdf" {
        return Ok(Checked { bytes, format, hash, verdict: None });
    }
    let (bytes, verdict) = file::checked(app, bytes, app.now()).await?;
    if verdict.verdict == Answer::Invalid {
        let message = verdict.message;
        return Err(fault("/file", "seal", message.zh.to_string(), message.en.to_string()));
    }
    Ok(Checked { bytes, format, hash, verdict: Some(verdict.code.to_owned()) })
}

fn fault(pointer: &'static str, code: &'static str, zh: String, en: String) -> SubmissionError {
    let mut faults = Faults::default();
    faults.add(pointer, code, zh, en);
    SubmissionError::Faults(faults)
}

fn within(place: &str, faults: Faults) -> Faults {
    let moved = faults
        .0
        .into_iter()
        .map(|fault| Fault { pointer: format!("{place}{}", fault.pointer).into(), ..fault });
    Faults(moved.collect())
}

async fn found(
    app: &App,
    tx: &mut Tx,
    unit: Uscc,
    id: SubmissionId,
) -> Result<(SubmissionRow, Draft), SubmissionError> {
    let row = stored::find(tx, id).await?.ok_or(SubmissionError::NotFound)?;
    let draft = stored_drafts::find(tx, &app.secrets, unit, row.licence).await?;
    Ok((row, draft.ok_or(SubmissionError::NotFound)?))
}

async fn told(
    app: &App,
    tx: &mut Tx,
    row: &SubmissionRow,
    draft: &Draft,
) -> Result<Submission, StorageError> {
    let acts = review::of_draft(tx, draft.id).await?;
    let last = acts.last().filter(|act| act.act == SEND_BACK);
    let (state, reason) = match (draft.state, last) {
        (DraftState::Issued, _) => (SubmissionState::Issued, None),
        (DraftState::Closed, _) => (SubmissionState::Closed, None),
        (DraftState::PendingReview, _) => (SubmissionState::Review, None),
        (DraftState::Draft, Some(act)) => {
            (SubmissionState::SentBack, review::open_reason(&app.secrets, act)?)
        }
        (DraftState::Draft, None) if draft.register.state == RegisterState::Mismatched => {
            (SubmissionState::SentBack, draft.register.detail.clone())
        }
        (DraftState::Draft, None) => (SubmissionState::Waiting, None),
    };
    let licence = record::find(tx, &app.secrets, Scope::All, draft.id).await?;
    let file = row.file_format.clone().zip(row.file_hash.clone());
    Ok(Submission {
        id: row.id,
        state,
        reason,
        licence: draft.id,
        identifier: licence.map(|licence| licence.identifier.to_string()),
        case: draft.case,
        register: Compared::from(&draft.register),
        file: file.map(|(format, sha256)| SubmittedFile {
            format,
            sha256,
            verdict: row.file_verdict.clone(),
        }),
        at: row.at,
    })
}

/// Submissions that go on in one run of the job.
const AT_ONCE: i64 = 50;
