//! What runs out: `/api/v1/wallet/notices` for holders, `/api/v1/inspections` for the unit that does them.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{ViewActs, ViewWallet};
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::{ConsentId, LicenceId, NoticeId};
use crate::domain::licence::acts::ActName;
use crate::domain::licence::notice::NoticeKind;
use crate::http::answer::{Answer, Page};
use crate::http::api::licence::cards::whose;
use crate::http::extract::{Permitted, items_on_page, no_cursor};
use crate::http::problem::{Problem, kinds};
use crate::service::licence::notices::{self, AfterDue};

/// Which notices.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticesQuery {
    /// `own`, which is so if it is left out, or the holder one acts for.
    #[serde(default, rename = "for")]
    whose: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<NoticeId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// Which inspections.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// What a holder is told.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Notice {
    id: NoticeId,
    /// What it is of.
    kind: NoticeKind,
    /// The licence; null of a consent.
    licence: Option<NoticeLicence>,
    /// The consent; null of anything else. Withdrawn by `POST /wallet/consents/{id}/acts`.
    consent: Option<NoticeConsent>,
    /// The last day of what runs out; null of an act.
    due: Option<Day>,
    /// How many days before it was told: 60, 30 or 7; null of an act.
    days: Option<i64>,
    /// What the unit did; null otherwise.
    act: Option<ActName>,
    /// All of it in words.
    text: Text,
    /// When it was told, in unix seconds.
    at: UnixTime,
}

/// The consent that a notice is of.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoticeConsent {
    id: ConsentId,
    /// Number of the case with its unit.
    case_number: String,
    /// The unit that recorded it.
    unit: Uscc,
    /// The unit's names.
    unit_names: Text,
    /// When it was withdrawn; null = it holds.
    withdrawn_at: Option<UnixTime>,
}

/// The licence that a notice is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoticeLicence {
    id: LicenceId,
    /// Type code of its kind.
    kind: KindCode,
    /// The kind's names.
    names: Text,
}

/// An annual inspection that waits for the unit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DueInspection {
    /// The licence.
    licence: NoticeLicence,
    /// Its number under GB/T 36904.
    identifier: String,
    /// Last day on which the present inspection counts.
    due: Day,
    /// `due` within 60 days, `overdue`, or `failed`.
    state: &'static str,
}

/// `GET /api/v1/wallet/notices`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    query: web::Query<NoticesQuery>,
) -> Result<Answer<Page<Notice>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let whose = whose(query.whose.as_deref())?;
    let found = notices::list(&app, &permit, whose, query.cursor, limit).await?;
    let (items, next) = found.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/inspections`
pub async fn inspections(
    app: web::Data<App>,
    permit: Permitted<ViewActs>,
    query: web::Query<InspectionsQuery>,
) -> Result<Answer<Page<DueInspection>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let after = query.cursor.as_deref().map(read).transpose()?;
    let (items, next) = notices::inspections(&app, &permit, after, limit).await?;
    Ok(Answer::of(Page::part(items, next.map(|(due, id)| format!("{due}-{id}")))))
}

fn read(cursor: &str) -> Result<AfterDue, Problem> {
    let parts = cursor.split_once('-').and_then(|(due, id)| Some((due.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(no_cursor)
}

impl From<notices::Notice> for Notice {
    fn from(notice: notices::Notice) -> Self {
        Self {
            id: notice.id,
            kind: notice.kind,
            licence: notice.licence.map(|(id, kind, names)| NoticeLicence { id, kind, names }),
            consent: notice.consent.map(NoticeConsent::from),
            due: notice.due,
            days: notice.days,
            act: notice.act,
            text: notice.text,
            at: notice.at,
        }
    }
}

impl From<notices::NoticeConsent> for NoticeConsent {
    fn from(consent: notices::NoticeConsent) -> Self {
        let notices::NoticeConsent { id, case_number, unit, unit_names, withdrawn_at } = consent;
        Self { id, case_number, unit, unit_names, withdrawn_at }
    }
}

impl From<notices::DueInspection> for DueInspection {
    fn from(due: notices::DueInspection) -> Self {
        Self {
            licence: NoticeLicence { id: due.licence, kind: due.kind, names: due.names },
            identifier: due.identifier,
            due: due.due,
            state: due.state,
        }
    }
}
