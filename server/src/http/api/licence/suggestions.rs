//! `/api/v1/wallet/suggestions`: what a holder might do with what he has (R69).

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{ManageOwnAccount, ViewWallet};
use crate::domain::catalogue::codes::{KindCode, SceneCode, Uscc};
use crate::domain::ids::LicenceId;
use crate::domain::licence::suggestion;
use crate::http::answer::Answer;
use crate::http::api::licence::cards::whose;
use crate::http::extract::{Body, Permitted};
use crate::http::problem::{Problem, kinds};
use crate::service::licence::suggestions::{self, Suggested};

/// Whose suggestions.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestionsQuery {
    /// `own`, which is so if it is left out, or the holder one acts for.
    #[serde(default, rename = "for")]
    whose: Option<String>,
}

/// Body of `PUT /wallet/suggestions`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestionsRequest {
    /// Whether the caller wants any.
    on: bool,
}

/// What is suggested.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Suggestions {
    /// Whether the caller wants any; without that none is worked out.
    on: bool,
    /// At most twenty: what runs out, then matters, then scenes.
    items: Vec<Suggestion>,
}

/// A kind and its names.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuggestedKind {
    code: KindCode,
    names: Text,
    /// Whether the holder has one that holds.
    held: bool,
}

/// What a suggestion is of.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// A licence runs out within 60 days.
    RenewalDue,
    /// A matter whose materials the holder has, all or all but one.
    Matter,
    /// A scene in which he can show what he has.
    Scene,
}

/// Something a holder might do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Suggestion {
    kind: SuggestionKind,
    /// The licence that runs out, or that can be shown; null of a matter.
    licence: Option<LicenceId>,
    /// The kinds it is about.
    kinds: Vec<SuggestedKind>,
    /// The last day of what runs out.
    valid_to: Option<Day>,
    /// How many days that is from today.
    days: Option<i64>,
    /// Code of the matter.
    matter: Option<String>,
    /// The unit at which the matter is done.
    unit: Option<Uscc>,
    /// That unit's names.
    unit_names: Option<Text>,
    /// Code of the scene.
    #[schemars(with = "Option<String>")]
    scene: Option<SceneCode>,
    /// Names of the matter or the scene; null of a renewal.
    names: Option<Text>,
}

/// `GET /api/v1/wallet/suggestions`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewWallet>,
    query: web::Query<SuggestionsQuery>,
) -> Result<Answer<Suggestions>, Problem> {
    let whose = whose(query.whose.as_deref())?;
    let told = suggestions::list(&app, &permit, whose).await?;
    let told = told.ok_or_else(|| Problem::new(&kinds::NOT_FOUND))?;
    let on = told.is_some();
    let items = told.unwrap_or_default().into_iter().map(Suggestion::from).collect();
    Ok(Answer::of(Suggestions { on, items }).private())
}

/// `PUT /api/v1/wallet/suggestions`
pub async fn put(
    app: web::Data<App>,
    permit: Permitted<ManageOwnAccount>,
    body: Body<SuggestionsRequest>,
) -> Result<Answer<(), 204>, Problem> {
    suggestions::put(&app, &permit, body.0.on).await?;
    Ok(Answer::of(()))
}

impl From<Suggested> for Suggestion {
    fn from(one: Suggested) -> Self {
        let Suggested { what, matter, scene, kinds } = one;
        let (kind, licence, valid_to, days, missing) = match what {
            suggestion::Suggestion::RenewalDue { licence, valid_to, days, .. } => {
                (SuggestionKind::RenewalDue, Some(licence), Some(valid_to), Some(days), Vec::new())
            }
            suggestion::Suggestion::Matter { missing, .. } => {
                (SuggestionKind::Matter, None, None, None, missing)
            }
            suggestion::Suggestion::Scene { licence, .. } => {
                (SuggestionKind::Scene, Some(licence), None, None, Vec::new())
            }
        };
        let kinds = kinds.into_iter();
        let kinds = kinds.map(|(code, names)| SuggestedKind { code, names, held: !missing.contains(&code) });
        let (unit, names, code) = match matter {
            Some(matter) => (Some((matter.unit, matter.unit_names)), Some(matter.names), Some(matter.code)),
            None => (None, None, None),
        };
        let (unit, unit_names) = unit.unzip();
        let (scene, scene_names) = scene.unzip();
        Self {
            kind,
            licence,
            kinds: kinds.collect(),
            valid_to,
            days,
            matter: code,
            unit,
            unit_names,
            scene,
            names: names.or(scene_names),
        }
    }
}
