//! What clients are told when showing, granting, verifying or drawing fails.

use super::{FieldError, Problem, kinds};
use crate::http::api::showing::qr_image::DrawError;
use crate::service::showing::show::ShowError;
use crate::service::trace::access_log::LogUnavailable;
use crate::service::verifying::verify::VerifyError;

impl From<ShowError> for Problem {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::NotFound => Self::new(&kinds::NOT_FOUND),
            ShowError::Over => Self::new(&kinds::SHOW_ENDED),
            // The type says that it cannot be shown, the entry which code a verifier would give.
            ShowError::NotShowable(why) => {
                let mut problem = Self::new(&kinds::LICENCE_NOT_SHOWABLE).detail_text(why.reason.clone());
                problem.errors.push(FieldError { pointer: "".into(), code: why.code, detail: why.reason });
                problem
            }
            ShowError::TooMany { wait } => {
                let problem = Self::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait.0);
                problem.detail("同时打开的亮证过多，请先结束一些", "too many shows are open; end some first")
            }
            ShowError::Pin(error) => error.into(),
            ShowError::Mint(error) => unavailable(&error),
            ShowError::Log(error) => error.into(),
            ShowError::Storage(error) => error.into(),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Challenge(_) => Self::new(&kinds::INVALID).field(
                "/challenge",
                "malformed",
                "应为 EC1: 开头的核验码内容",
                "give the text of a challenge, which begins with EC1:",
            ),
            VerifyError::Log(error) => error.into(),
            VerifyError::Storage(error) => error.into(),
        }
    }
}

impl From<LogUnavailable> for Problem {
    fn from(_: LogUnavailable) -> Self {
        let problem = Self::new(&kinds::UNAVAILABLE).code("log-unavailable").retry_after(5);
        problem.detail(
            "访问日志暂时无法写入，因此不提供数据",
            "the access log cannot be written, so no data is given",
        )
    }
}

impl From<DrawError> for Problem {
    fn from(error: DrawError) -> Self {
        unavailable(&error)
    }
}

/// A fault of ours that an operator can see and end: no active key, a full disk.
fn unavailable(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "no code can be made");
    Problem::new(&kinds::UNAVAILABLE).retry_after(5)
}
