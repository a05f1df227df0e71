//! `GET /api/v1/wallet/uses`: who used what, when, for what.

use actix_web::web;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::ViewOwnUses;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::trace::usage::UseKind;
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Paging, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::trace::access_log::LogUnavailable;
use crate::service::trace::uses;

/// One use of a licence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Use {
    /// Unix seconds.
    at: UnixTime,
    /// What was done.
    kind: UseWord,
    /// The licence.
    licence: String,
    /// The scene, as far as it was known.
    scene: Option<String>,
    /// Code of the inspection matter it was done in.
    matter: Option<String>,
    /// Who did it.
    by: Option<UsedBy>,
    /// The show or the device; for a verification the verdict's code.
    subject: String,
    /// Whether a verification was made without a network and reported afterwards.
    offline: bool,
}

/// What was done with a licence.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UseWord {
    /// A show was opened.
    Show,
    /// An offline grant went to a phone.
    Grant,
    /// Somebody verified a code.
    Verification,
    /// Staff of the platform looked at it, for a case or a reason.
    Look,
    /// The licence's file was fetched.
    Download,
}

/// The account behind a use.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsedBy {
    /// Its name.
    name: String,
    /// Its role.
    role: Option<String>,
    /// Its unit, for staff.
    unit: Option<Uscc>,
}

/// The caller's uses, newest first.
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewOwnUses>,
    page: Paging,
) -> Result<Answer<Page<Use>>, Problem> {
    let uses = uses::list(&app, &permit, page.before, page.limit).await?;
    Ok(Answer::of(Page::part(uses.items, uses.next)))
}

impl From<uses::UseOfLicence> for Use {
    fn from(one: uses::UseOfLicence) -> Self {
        let uses::UseOfLicence { at, kind, licence, scene, matter, by, subject, offline } = one;
        Self { at, kind: kind.into(), licence, scene, matter, by: by.map(UsedBy::from), subject, offline }
    }
}

impl From<uses::UsedBy> for UsedBy {
    fn from(by: uses::UsedBy) -> Self {
        Self { name: by.name, role: by.role, unit: by.unit }
    }
}

impl From<UseKind> for UseWord {
    fn from(kind: UseKind) -> Self {
        match kind {
            UseKind::Show => Self::Show,
            UseKind::OfflineGrant => Self::Grant,
            UseKind::Verification => Self::Verification,
            UseKind::Look => Self::Look,
            UseKind::Download => Self::Download,
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
