//! `/api/v1/matters`, `/kinds`, `/scenes`, `/inspection-matters`, `/units/{id}/using-list`: entries of the catalogue, all by
//! the same handlers.

use actix_web::{HttpRequest, web};
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::domain::access::{ActOnEntry, EditEntry, ViewEntries};
use crate::domain::catalogue::entry::{ActRefused, EntryAct, EntryState, allowed};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, IfMatch, MaybePermitted, Permitted, items_on_page};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::catalogue::entries::{self, Entered, Entry, EntryError};
use crate::service::catalogue::reading::{self, Version, Viewer};

/// Body of `POST …/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryActRequest {
    /// What to do.
    act: EntryAct,
    /// Why; needed to return and to disable.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// Which page of entries.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntriesQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Only what is in force, as everybody sees it: no drafts of one's own unit.
    #[serde(default)]
    in_force: bool,
}

/// Which version.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// Its number; absent = the newest one may see.
    #[serde(default)]
    version: Option<i64>,
}

/// One version of an entry, without what it says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntryVersion {
    version: i64,
    state: EntryState,
    /// When it was last written, in unix seconds.
    written_at: i64,
    /// Since when it has been in force.
    published_at: Option<i64>,
    /// Since when it is out of force.
    disabled_at: Option<i64>,
}

/// What differs between two versions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EntryDifference {
    /// JSON pointer.
    pointer: String,
    /// In the first; null if it is not there.
    before: Value,
    /// In the second.
    after: Value,
}

/// `POST /api/v1/{sort}`
pub async fn create<E: Entry>(
    app: web::Data<App>,
    permit: Permitted<EditEntry>,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Body<E>,
) -> Result<Answer<Entered<E>, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let made = entries::create(&app, &permit, body.0, claim).await?;
    Ok(Answer::replied(made).tagged(Entered::changes))
}

/// `PUT /api/v1/{sort}/{code}`
pub async fn edit<E: Entry>(
    app: web::Data<App>,
    permit: Permitted<EditEntry>,
    code: web::Path<String>,
    condition: IfMatch,
    body: Body<E>,
) -> Result<Answer<Entered<E>>, Problem> {
    let entered = entries::edit(&app, &permit, &code, body.0, condition.0).await?;
    Ok(Answer::of(entered).tagged(Entered::changes))
}

/// `POST /api/v1/{sort}/{code}/acts`
pub async fn act<E: Entry>(
    app: web::Data<App>,
    permit: Permitted<ActOnEntry>,
    code: web::Path<String>,
    condition: IfMatch,
    body: Body<EntryActRequest>,
) -> Result<Answer<Entered<E>>, Problem> {
    let EntryActRequest { act, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = match reason {
        Some(reason) => problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON)),
        None if matches!(act, EntryAct::Return | EntryAct::Disable) => {
            problem = problem.field("/reason", "missing", "请说明理由", "say why");
            None
        }
        None => None,
    };
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    let entered = entries::act::<E>(&app, &permit, &code, act, reason, condition.0).await?;
    Ok(Answer::of(entered).tagged(Entered::changes))
}

/// `GET /api/v1/{sort}/{code}`
pub async fn read<E: Entry>(
    app: web::Data<App>,
    permit: MaybePermitted<ViewEntries>,
    code: web::Path<String>,
    query: web::Query<VersionQuery>,
) -> Result<Answer<Entered<E>>, Problem> {
    let entered = reading::one(&app, viewer(&permit), &code, query.version).await?;
    Ok(Answer::of(entered).tagged(Entered::changes))
}

/// `GET /api/v1/{sort}`
pub async fn list<E: Entry>(
    app: web::Data<App>,
    permit: MaybePermitted<ViewEntries>,
    query: web::Query<EntriesQuery>,
) -> Result<Answer<Page<Entered<E>>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let viewer = if query.in_force { Viewer::Anybody } else { viewer(&permit) };
    let (items, next) = reading::list::<E>(&app, viewer, &query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `GET /api/v1/{sort}/{code}/versions`
pub async fn versions<E: Entry>(
    app: web::Data<App>,
    permit: MaybePermitted<ViewEntries>,
    code: web::Path<String>,
) -> Result<Answer<Page<EntryVersion>>, Problem> {
    let rows = reading::versions::<E>(&app, viewer(&permit), &code).await?;
    Ok(Answer::of(Page::whole(rows)))
}

/// `GET /api/v1/{sort}/{code}/versions/{a}/diff/{b}`
pub async fn diff<E: Entry>(
    app: web::Data<App>,
    permit: MaybePermitted<ViewEntries>,
    path: web::Path<(String, i64, i64)>,
) -> Result<Answer<Page<EntryDifference>>, Problem> {
    let (code, first, second) = path.into_inner();
    let viewer = viewer(&permit);
    let first = reading::one::<E>(&app, viewer, &code, Some(first)).await?;
    let second = reading::one::<E>(&app, viewer, &code, Some(second)).await?;
    let mut found = Vec::new();
    let value = |body: &E| serde_json::to_value(body).unwrap_or_default();
    differences(String::new(), &value(&first.body), &value(&second.body), &mut found);
    Ok(Answer::of(Page::whole(found)))
}

fn viewer(permit: &MaybePermitted<ViewEntries>) -> Viewer {
    permit.0.as_ref().map_or(Viewer::Anybody, |permit| permit.scope().into())
}

impl EntryDifference {
    /// Its pointer, and the values before and after.
    pub(in crate::http) fn parts(self) -> (String, Value, Value) {
        (self.pointer, self.before, self.after)
    }
}

/// Leaf by leaf; a list whose length differs is told as a whole.
pub(in crate::http) fn differences(
    pointer: String,
    before: &Value,
    after: &Value,
    found: &mut Vec<EntryDifference>,
) {
    match (before, after) {
        (Value::Object(first), Value::Object(second)) => {
            let mut members: Vec<&String> = first.keys().chain(second.keys()).collect();
            members.sort_unstable();
            members.dedup();
            for member in members {
                let of = |map: &serde_json::Map<String, Value>| map.get(member).cloned().unwrap_or_default();
                differences(format!("{pointer}/{member}"), &of(first), &of(second), found);
            }
        }
        (Value::Array(first), Value::Array(second)) if first.len() == second.len() => {
            for (at, (before, after)) in first.iter().zip(second).enumerate() {
                differences(format!("{pointer}/{at}"), before, after, found);
            }
        }
        _ if before == after => {}
        _ => found.push(EntryDifference { pointer, before: before.clone(), after: after.clone() }),
    }
}

impl From<Version> for EntryVersion {
    fn from(version: Version) -> Self {
        let Version { version, state, written_at, published_at, disabled_at } = version;
        Self { version, state, written_at, published_at, disabled_at }
    }
}

impl From<EntryError> for Problem {
    fn from(error: EntryError) -> Self {
        match error {
            EntryError::NotFound => Self::new(&kinds::NOT_FOUND),
            EntryError::NotYours => Self::new(&kinds::FORBIDDEN)
                .detail("只有所属单位可以编辑", "only the unit that owns the entry edits it"),
            EntryError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            EntryError::Refused(refused) => refused.into(),
            EntryError::CodeTaken { by: Some(name) } => taken(
                "/code",
                Text::new(
                    format!("该代码已用于「{name}」，请换用其他代码"),
                    format!("the code is that of {name}: choose another"),
                ),
            ),
            EntryError::CodeTaken { by: None } => taken(
                "/code",
                Text::fixed("该代码已被使用，请换用其他代码", "the code is taken: choose another"),
            ),
            EntryError::NameTaken { by: Some(code) } => taken(
                "/names/zh-CN",
                Text::new(format!("{code} 已使用该名称"), format!("{code} has this name already")),
            ),
            EntryError::NameTaken { by: None } => taken(
                "/names/zh-CN",
                Text::fixed("该名称已被使用，请换用其他名称", "the name is taken: choose another"),
            ),
            EntryError::Stale { now } => Self::new(&kinds::STALE_VERSION)
                .detail(format!("当前标签为 \"{now}\""), format!("the tag is \"{now}\" now")),
            EntryError::Full => Self::new(&kinds::CATALOGUE_FULL),
            EntryError::Work(error) => error.into(),
        }
    }
}

fn taken(pointer: &'static str, detail: Text) -> Problem {
    let mut problem = Problem::new(&kinds::ALREADY_EXISTS).detail_text(detail.clone());
    problem.errors.push(FieldError { pointer: pointer.into(), code: "already-exists", detail });
    problem
}

impl From<ActRefused> for Problem {
    fn from(refused: ActRefused) -> Self {
        match refused {
            ActRefused::State { from, act } => {
                let (state, asked) = (from.label(), act.label());
                let acts: Vec<&str> = allowed(from).iter().map(|act| act.as_str()).collect();
                let allowed = if acts.is_empty() { "-".to_owned() } else { acts.join(", ") };
                Self::new(&kinds::FORBIDDEN_TRANSITION).detail(
                    format!("当前为「{}」，不能{}；可以：{allowed}", state.zh, asked.zh),
                    format!("it is {}: it cannot be changed by {act}; allowed: {allowed}", state.en),
                )
            }
            ActRefused::NotYours { act, .. } => Self::new(&kinds::FORBIDDEN).detail(
                format!("您不能{}：提交由所属单位办理，发布由电子证照管理机构办理", act.label().zh),
                format!("{act} is not for you: the owning unit submits, the manager publishes"),
            ),
            ActRefused::TwoPersons => Self::new(&kinds::TWO_PERSONS)
                .detail("起草人不能发布自己起草的内容", "nobody publishes what he wrote"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_names_the_leaf() {
        let told = |before: Value, after: Value| {
            let mut found = Vec::new();
            differences(String::new(), &before, &after, &mut found);
            found.into_iter().map(|one| one.pointer).collect::<Vec<_>>()
        };
        assert_eq!(told(json!({ "a": 1 }), json!({ "a": 1 })), [""; 0]);
        assert_eq!(told(json!({ "a": { "b": 1 } }), json!({ "a": { "b": 2 }, "c": 3 })), ["/a/b", "/c"]);
        assert_eq!(told(json!([1, 2]), json!([1, 3])), ["/1"]);
        assert_eq!(told(json!({ "l": [1] }), json!({ "l": [1, 2] })), ["/l"]);
    }
}
