//! `…/file` and `…/file.ofd`: a licence's sealed file.

use actix_web::{HttpResponse, web};
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{MakeOwnFile, ReadFile};
use crate::domain::ids::LicenceId;
use crate::http::answer::{Answer, attachment};
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::file::{self, FileError, LicenceFile};
use crate::service::issuing::view_copy;
use crate::service::showing::show::ShowError;

/// Body of `POST …/file`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRequest {
    /// Six digits.
    pin: String,
}

/// A file that is there now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FileMade {
    /// Where it is fetched.
    href: String,
    /// Its size in bytes.
    size: usize,
    /// Until when the code for the printed copy in it counts; null = it has none.
    code_expires_at: Option<UnixTime>,
}

/// `POST /api/v1/wallet/licences/{id}/file`
pub async fn make(
    app: web::Data<App>,
    permit: Permitted<MakeOwnFile>,
    id: web::Path<LicenceId>,
    body: Body<FileRequest>,
) -> Result<Answer<FileMade, 201>, Problem> {
    let LicenceFile { bytes, code_until, .. } = file::make_own(&app, &permit, *id, &body.pin).await?;
    let made = FileMade {
        href: format!("/api/v1/licences/{id}/file.ofd"),
        size: bytes.len(),
        code_expires_at: code_until,
    };
    Ok(Answer::of(made).private())
}

/// `GET /api/v1/licences/{id}/file.ofd`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ReadFile>,
    id: web::Path<LicenceId>,
) -> Result<HttpResponse, Problem> {
    let LicenceFile { bytes, name, .. } = file::read(&app, &permit, *id).await?;
    Ok(attachment(&format!("{name}.ofd"), "application/ofd", bytes))
}

/// `GET /api/v1/licences/{id}/file.pdf`
pub async fn read_view_copy(
    app: web::Data<App>,
    permit: Permitted<ReadFile>,
    id: web::Path<LicenceId>,
) -> Result<HttpResponse, Problem> {
    let LicenceFile { bytes, name, .. } = view_copy::read(&app, &permit, *id).await?;
    Ok(attachment(&format!("{name}.pdf"), "application/pdf", bytes))
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        match error {
            FileError::NotFound => Self::new(&kinds::NOT_FOUND),
            FileError::NotMade => Self::new(&kinds::FILE_NOT_MADE),
            FileError::NotSealed => Self::new(&kinds::NOT_SEALED),
            FileError::NotShowable(why) => ShowError::NotShowable(why).into(),
            FileError::Pin(error) => error.into(),
            FileError::Mint(error) => ShowError::Mint(error).into(),
            FileError::Seal(error) => error.into(),
            FileError::Draw(error) => {
                tracing::error!(%error, "a licence's file could not be drawn");
                Self::new(&kinds::INTERNAL)
            }
            FileError::Log(error) => error.into(),
            FileError::Work(error) => error.into(),
        }
    }
}
