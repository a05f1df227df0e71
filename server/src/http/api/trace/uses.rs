//! `GET /api/v1/wallet/uses`: who used what, when, for what, and what was refused; `GET /api/v1/units/{id}/uses`: the same of
//! what was done for a unit.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::{ViewOwnUses, ViewUnitUses};
use crate::domain::actor::membership::Footing;
use crate::domain::casework::fetch::ScopeRule;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::using_list::MaterialFooting;
use crate::domain::trace::usage::UseKind;
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Paging, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::trace::access_log::LogUnavailable;
use crate::service::trace::uses;

/// One use of a licence, or one try that was refused.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Use {
    /// Its name in the log.
    #[serde(rename = "use")]
    use_id: String,
    /// Unix seconds.
    at: UnixTime,
    /// What was done.
    kind: UseWord,
    /// The licence; null where none was told: the holder has none, or it was refused.
    licence: Option<String>,
    /// The licence's kind, or the kind that was asked for.
    licence_kind: Option<UsedKind>,
    /// The scene, as far as it was known.
    scene: Option<String>,
    /// Code of the inspection matter it was done in.
    matter: Option<String>,
    /// Code of what for, as in the using list; of a look the reason that was given.
    purpose: Option<String>,
    /// Number of the case it was needed for, with its unit.
    case_number: Option<String>,
    /// On which footing of the using list it was fetched.
    footing: Option<MaterialFooting>,
    /// Why nothing was given; null = it was given.
    refused: Option<Refused>,
    /// Who did it; null = the public, or an account that is gone.
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
    Verify,
    /// A unit fetched it for a case.
    Fetch,
    /// Staff of the platform looked at it, for a case or a reason.
    Look,
    /// The licence's file was fetched.
    Download,
    /// Its unit printed a copy, which stands in the print register.
    Print,
    /// Somebody looked it up: anybody among what is public, or the issuing unit's counter for the holder before it.
    Lookup,
}

/// A kind of licence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsedKind {
    /// Its code.
    code: KindCode,
    /// Its names.
    names: Text,
}

/// Why nothing was given.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Refused {
    /// The rule that failed.
    rule: ScopeRule,
    /// The same in words.
    message: Text,
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
    /// The unit's names.
    unit_names: Option<Text>,
    /// On what footing: `agent` or `delegate` of the holder, `member` of the unit; null = as whose it is.
    footing: Option<Footing>,
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

/// What was done for a unit, newest first.
pub async fn of_unit(
    app: web::Data<App>,
    permit: Permitted<ViewUnitUses>,
    unit: web::Path<String>,
    page: Paging,
) -> Result<Answer<Page<Use>>, Problem> {
    let unit: Uscc = unit.parse().map_err(|_| Problem::new(&kinds::NOT_FOUND))?;
    let uses = uses::of_unit(&app, &permit, unit, page.before, page.limit).await?;
    let uses = uses.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(Page::part(uses.items, uses.next)))
}

impl From<uses::UseOfLicence> for Use {
    fn from(one: uses::UseOfLicence) -> Self {
        Self {
            use_id: one.seq.to_string(),
            at: one.at,
            kind: one.kind.into(),
            licence: Some(one.licence).filter(|licence| !licence.is_empty()),
            licence_kind: one.licence_kind.map(|(code, names)| UsedKind { code, names }),
            scene: one.scene,
            matter: one.matter,
            purpose: one.purpose,
            case_number: one.case_number,
            footing: one.footing,
            refused: one.refused.map(|rule| Refused { rule, message: rule.label() }),
            by: one.by.map(UsedBy::from),
            subject: one.subject,
            offline: one.offline,
        }
    }
}

impl From<uses::UsedBy> for UsedBy {
    fn from(by: uses::UsedBy) -> Self {
        let (unit, unit_names) = by.unit.unzip();
        Self { name: by.name, role: by.role, unit, unit_names, footing: by.footing }
    }
}

impl From<UseKind> for UseWord {
    fn from(kind: UseKind) -> Self {
        match kind {
            UseKind::Show => Self::Show,
            UseKind::OfflineGrant => Self::Grant,
            UseKind::Verification => Self::Verify,
            UseKind::Look => Self::Look,
            UseKind::Download => Self::Download,
            UseKind::Fetch | UseKind::Prefill => Self::Fetch,
            UseKind::Print => Self::Print,
            UseKind::PublicLookUp | UseKind::CounterLookUp => Self::Lookup,
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
