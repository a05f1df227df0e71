//! `GET /api/v1/public/licences` and `/public/kinds`: what anybody may look up.

use actix_web::{HttpRequest, web};
use liangzheng_core::identifier::Identifier;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::ids::LicenceId;
use crate::http::answer::{Answer, Page};
use crate::http::api::consent::authorisations::SeenField;
use crate::http::extract::{client_address, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::casework::public_look_up::{self, LookUpError, Looked};

/// What is looked for: either a number, or a kind with a name.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicQuery {
    /// The number of a licence under GB/T 36904, whole.
    #[serde(default)]
    identifier: Option<String>,
    /// A kind of licence; with `holder_name`.
    #[serde(default)]
    kind: Option<KindCode>,
    /// The holder's name, whole and exact; with `kind`.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    holder_name: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<LicenceId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// A licence as everybody may see it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PublicLicence {
    /// Its number under GB/T 36904.
    identifier: String,
    kind: KindCode,
    kind_names: Text,
    /// Who issued it, or took that over.
    unit: Uscc,
    unit_names: Text,
    /// The status axis.
    status: &'static str,
    status_label: Text,
    /// Since when.
    status_since: UnixTime,
    /// First day of validity.
    valid_from: Day,
    /// Last day of validity; null = 长期.
    valid_to: Option<Day>,
    /// The public fields.
    fields: Vec<SeenField>,
}

/// Where a page of public kinds begins.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicKindsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<KindCode>,
}

/// A kind whose licences anybody may look up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PublicKind {
    kind: KindCode,
    names: Text,
    /// Labels of the fields that are told.
    fields: Vec<Text>,
}

/// `GET /api/v1/public/kinds`
pub async fn list_kinds(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PublicKindsQuery>,
) -> Result<Answer<Page<PublicKind>>, Problem> {
    at_most(&app, &request)?;
    let (found, next) = public_look_up::kinds(&app, query.cursor).await?;
    Ok(Answer::of(Page::part(found, next)))
}

fn at_most(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    let too_many = |wait| Problem::new(&kinds::TOO_MANY_REQUESTS).retry_after(wait);
    app.limits.public(client_address(request)).map_err(|wait| too_many(wait.0))
}

/// `GET /api/v1/public/licences`
pub async fn list(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<PublicQuery>,
) -> Result<Answer<Page<PublicLicence>>, Problem> {
    at_most(&app, &request)?;
    let looked = read(query.into_inner())?;
    let (found, next) = match looked {
        Some(looked) => public_look_up::look_up(&app, &looked).await?,
        None => (Vec::new(), None),
    };
    Ok(Answer::of(Page::part(found, next)))
}

/// What is looked for; `None` for a number that is no licence's.
fn read(query: PublicQuery) -> Result<Option<Looked>, Problem> {
    let PublicQuery { identifier, kind, holder_name, cursor, limit } = query;
    let limit = items_on_page(limit)?;
    match (identifier, kind, holder_name) {
        (Some(identifier), None, None) => {
            Ok(Identifier::parse(identifier.trim()).ok().map(Looked::Identifier))
        }
        (None, Some(kind), Some(name)) if !name.trim().is_empty() && name.chars().count() <= MAX_NAME => {
            Ok(Some(Looked::Holder { kind, name, before: cursor, limit }))
        }
        _ => Err(Problem::new(&kinds::INVALID).field(
            "/identifier",
            "missing",
            "请用 identifier 填写完整的证照标识，或同时用 kind 和 holder_name 填写证照类型和完整的持证主体名称",
            "give the whole number as identifier, or kind together with the holder's whole name as holder_name",
        )),
    }
}

impl From<public_look_up::PublicLicence> for PublicLicence {
    fn from(one: public_look_up::PublicLicence) -> Self {
        let public_look_up::PublicLicence { licence, kind_names, unit, fields } = one;
        Self {
            identifier: licence.identifier.to_string(),
            kind: licence.kind(),
            kind_names,
            unit: unit.0,
            unit_names: unit.1,
            status: licence.status.as_str(),
            status_label: licence.status.label(),
            status_since: licence.status_since,
            valid_from: licence.valid_from,
            valid_to: licence.valid_to,
            fields: fields.into_iter().map(SeenField::from).collect(),
        }
    }
}

impl From<public_look_up::PublicKind> for PublicKind {
    fn from(one: public_look_up::PublicKind) -> Self {
        let public_look_up::PublicKind { kind, names, fields } = one;
        Self { kind, names, fields }
    }
}

impl From<LookUpError> for Problem {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::Log(error) => error.into(),
            LookUpError::Storage(error) => error.into(),
        }
    }
}

/// Characters of a name.
const MAX_NAME: usize = 100;
