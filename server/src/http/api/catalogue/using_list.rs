//! `PUT /api/v1/units/{id}/using-list`, and `GET /api/v1/exempt-materials`: what follows from all lists for people.

use actix_web::web;
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::EditEntry;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::using_list::{MaterialFooting, UsingList, UsingMatter};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IfMatch, Permitted, items_on_page, no_cursor};
use crate::http::problem::{Problem, kinds};
use crate::service::catalogue::entries::{self, Entered};
use crate::service::catalogue::using_lists::{self, After};

/// Body of `PUT /api/v1/units/{id}/using-list`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsingListRequest {
    /// Whose it is, as in the address; may be left out.
    #[serde(default)]
    unit: Option<Uscc>,
    /// The matters in which the unit uses licences.
    #[schemars(length(min = 1, max = 500))]
    matters: Vec<UsingMatter>,
}

/// What of the list of materials is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptMaterialsQuery {
    /// In the name of the unit, of the matter or of a licence.
    #[serde(default)]
    #[schemars(length(max = 100))]
    q: String,
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
}

/// A matter in which people need not hand in what they have a licence of.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExemptMatter {
    unit: Uscc,
    unit_names: Text,
    /// Code of the matter.
    matter: String,
    names: Text,
    /// Code of what the licences are used for.
    purpose: String,
    materials: Vec<ExemptMaterial>,
}

/// A licence that takes the place of a paper.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExemptMaterial {
    kind: KindCode,
    names: Text,
    /// Labels of the fields that are looked at.
    fields: Vec<Text>,
    footing: MaterialFooting,
}

/// Writes the draft of a unit's using list.
pub async fn put(
    app: web::Data<App>,
    permit: Permitted<EditEntry>,
    id: web::Path<String>,
    condition: IfMatch,
    body: Body<UsingListRequest>,
) -> Result<Answer<Entered<UsingList>>, Problem> {
    let unit: Uscc = id.parse().map_err(|_| Problem::new(&kinds::NOT_FOUND))?;
    let UsingListRequest { unit: named, matters } = body.0;
    if named.is_some_and(|named| named != unit) {
        return Err(Problem::new(&kinds::INVALID).field(
            "/unit",
            "fixed",
            "应与地址中的单位一致",
            "must be the unit in the address",
        ));
    }
    let entered = entries::put(&app, &permit, UsingList { unit, matters }, condition.0).await?;
    Ok(Answer::of(entered).tagged(Entered::changes))
}

/// Everything that people need not hand in, anywhere, or what of it fits the words.
pub async fn exempt(
    app: web::Data<App>,
    query: web::Query<ExemptMaterialsQuery>,
) -> Result<Answer<Page<ExemptMatter>>, Problem> {
    let ExemptMaterialsQuery { q, cursor, limit } = query.into_inner();
    let limit = usize::try_from(items_on_page(limit)?).unwrap_or_default();
    if q.chars().count() > MAX_WORDS {
        return Err(Problem::new(&kinds::INVALID).field(
            "/q",
            "length",
            "应不超过 100 个字符",
            "at most 100 characters",
        ));
    }
    let after = match cursor.split_once('/') {
        Some((unit, matter)) => After { unit: unit.to_owned(), matter: matter.to_owned() },
        None if cursor.is_empty() => After::default(),
        None => return Err(no_cursor()),
    };
    let (items, next) = using_lists::exempt(&app, &q, &after, limit).await?;
    let next = next.map(|After { unit, matter }| format!("{unit}/{matter}"));
    Ok(Answer::of(Page::part(items, next)))
}

impl From<using_lists::ExemptMatter> for ExemptMatter {
    fn from(matter: using_lists::ExemptMatter) -> Self {
        let using_lists::ExemptMatter { unit, unit_names, code, names, purpose, materials } = matter;
        let materials = materials.into_iter().map(ExemptMaterial::from).collect();
        Self { unit, unit_names, matter: code, names, purpose, materials }
    }
}

impl From<using_lists::ExemptMaterial> for ExemptMaterial {
    fn from(material: using_lists::ExemptMaterial) -> Self {
        let using_lists::ExemptMaterial { kind, names, fields, footing } = material;
        Self { kind, names, fields, footing }
    }
}

/// More than any name.
const MAX_WORDS: usize = 100;
