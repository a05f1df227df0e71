//! `/api/v1/files`, and the pictures that licences bear.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::App;
use crate::document::picture::{MAX_BYTES, MAX_SIDE, MIN_SIDE, NoPicture};
use crate::domain::access::{ViewIssued, ViewWallet, WriteDraft};
use crate::domain::fault::Faults;
use crate::domain::ids::LicenceId;
use crate::http::answer::{Answer, private};
use crate::http::extract::{IdempotencyKey, OneFile, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::issuing::pictures::{self, PictureError, PictureKept};

/// `POST /api/v1/files`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<WriteDraft>,
    request: HttpRequest,
    key: IdempotencyKey,
    file: OneFile,
) -> Result<Answer<PictureKept, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &file.0.bytes);
    Ok(Answer::replied(pictures::keep(&app, &permit, file.0.bytes, claim).await?))
}

/// `GET /api/v1/licences/{id}/pictures/{field}`
pub async fn of_unit(
    app: web::Data<App>,
    permit: Permitted<ViewIssued>,
    path: web::Path<(LicenceId, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, field) = path.into_inner();
    answer(pictures::of_unit(&app, permit.scope().into(), id, &field).await?)
}

/// `GET /api/v1/wallet/licences/{id}/pictures/{field}`
pub async fn of_holder(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    path: web::Path<(LicenceId, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, field) = path.into_inner();
    answer(pictures::of_holder(&app, &permit, id, &field).await?)
}

fn answer(picture: Option<Vec<u8>>) -> Result<HttpResponse, Problem> {
    let content = picture.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(private(HttpResponse::Ok()).content_type("image/jpeg").body(content))
}

impl From<PictureError> for Problem {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::NoPicture(why) => why.into(),
            PictureError::Stopped => Self::new(&kinds::UNAVAILABLE),
            PictureError::Work(error) => error.into(),
        }
    }
}

impl From<NoPicture> for Problem {
    fn from(why: NoPicture) -> Self {
        let invalid = |code, zh: String, en: String| {
            let mut faults = Faults::default();
            faults.add("/file", code, zh, en);
            Self::new(&kinds::INVALID).faults(faults)
        };
        match why {
            NoPicture::Format => {
                invalid("format", "应为 PNG 或 JPEG 图片".into(), "must be a PNG or a JPEG".into())
            }
            NoPicture::Broken => invalid(
                "broken",
                "图片已损坏，无法读取，请重新导出".into(),
                "the picture cannot be read: save it again".into(),
            ),
            NoPicture::Side { width, height } => invalid(
                "pixels",
                format!("图片为 {width}×{height} 像素，每边应为 {MIN_SIDE} 到 {MAX_SIDE} 像素，请缩放后重试"),
                format!("has {width} × {height} pixels: each side must have {MIN_SIDE} to {MAX_SIDE}"),
            ),
            NoPicture::Large => {
                let most = MAX_BYTES / 1024;
                Self::new(&kinds::TOO_LARGE).detail(
                    format!("图片不得超过 {most} KiB，请压缩后重试"),
                    format!("a picture has at most {most} KiB: make it smaller"),
                )
            }
        }
    }
}
