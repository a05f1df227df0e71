//! `/api/v1/submissions`: what programs of issuing units hand in.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::App;
use crate::domain::access::{Submit, ViewIssued};
use crate::domain::ids::SubmissionId;
use crate::http::answer::{Answer, attachment};
use crate::http::extract::{IdempotencyKey, JsonWithFile, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::submissions::{self, Submission, SubmissionError, SubmissionRequest};

/// What makes two requests the same.
#[derive(Serialize)]
struct Sent<'a> {
    content: &'a SubmissionRequest,
    file: Option<&'a [u8]>,
}

/// `POST /api/v1/submissions`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<Submit>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: JsonWithFile<SubmissionRequest>,
) -> Result<Answer<Submission, 201>, Problem> {
    let JsonWithFile { content, file } = body;
    // Its share of the room is held as long as the bytes are.
    let (file, _share) = file.map(|file| (file.bytes, file.share)).unzip();
    let sent = Sent { content: &content, file: file.as_deref() };
    let claim = key.claim(&app, permit.account(), &request, &sent);
    Ok(Answer::replied(submissions::submit(&app, &permit, &content, file, claim).await?))
}

/// `GET /api/v1/submissions/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewIssued>,
    id: web::Path<SubmissionId>,
) -> Result<Answer<Submission>, Problem> {
    Ok(Answer::of(submissions::one(&app, &permit, *id).await?))
}

/// `GET /api/v1/submissions/{id}/file`
pub async fn file(
    app: web::Data<App>,
    permit: Permitted<ViewIssued>,
    id: web::Path<SubmissionId>,
) -> Result<HttpResponse, Problem> {
    let (format, bytes) = submissions::file(&app, &permit, *id).await?;
    Ok(attachment(&format!("{id}.{format}"), "application/octet-stream", bytes))
}

impl From<SubmissionError> for Problem {
    fn from(error: SubmissionError) -> Self {
        match error {
            SubmissionError::NotFound => Self::new(&kinds::NOT_FOUND),
            SubmissionError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            SubmissionError::Draft(error) => error.into(),
            SubmissionError::Case(error) => error.into(),
            SubmissionError::File(error) => error.into(),
            SubmissionError::Work(error) => error.into(),
        }
    }
}
