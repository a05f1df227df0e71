//! `POST /api/v1/cases/{id}/prefill`: 免提交.

use actix_web::web;
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::fetches::{FetchedLicence, out_of_scope};
use crate::App;
use crate::domain::access::FetchForCase;
use crate::domain::casework::fetch::ScopeRule;
use crate::domain::catalogue::codes::KindCode;
use crate::domain::catalogue::using_list::MaterialFooting;
use crate::domain::ids::CaseId;
use crate::http::answer::Answer;
use crate::http::extract::Permitted;
use crate::http::problem::{Problem, kinds};
use crate::service::casework::prefill::{self, FilledMaterial, PrefillError, Prefilled};
use crate::words;

words! {
    /// What became of a material.
    pub enum MaterialState: "state of a material" {
        /// There it is: it need not be handed in.
        Filled = "filled" / "已调取" / "filled",
        /// The holder has none here that holds.
        Absent = "absent" / "未查到有效证照" / "absent",
        /// A rule failed.
        Refused = "refused" / "未能调取" / "refused",
    }
}

/// What a case was filled with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Prefill {
    case: CaseId,
    /// Code of its matter.
    matter: String,
    /// The matter's names; null if it is not in force.
    matter_names: Option<Text>,
    /// Code of what for.
    purpose: String,
    /// What became of each material of the unit's using list.
    materials: Vec<PrefillMaterial>,
}

/// What became of one material.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PrefillMaterial {
    kind: KindCode,
    kind_names: Text,
    /// On what footing the list has it.
    footing: MaterialFooting,
    /// The footing in words.
    footing_label: Text,
    state: MaterialState,
    /// The state in words.
    state_label: Text,
    /// The rule that failed; null = none.
    rule: Option<ScopeRule>,
    /// Why there is none, or none that holds, in words.
    reason: Option<Text>,
    /// The use, as the log names it.
    #[serde(rename = "use")]
    use_id: String,
    licences: Vec<FetchedLicence>,
}

/// `POST /api/v1/cases/{id}/prefill`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<FetchForCase>,
    id: web::Path<CaseId>,
) -> Result<Answer<Prefill>, Problem> {
    Ok(Answer::of(prefill::prefill(&app, &permit, *id).await?.into()).private())
}

impl From<Prefilled> for Prefill {
    fn from(one: Prefilled) -> Self {
        let Prefilled { case, matter, matter_names, purpose, materials } = one;
        let materials = materials.into_iter().map(PrefillMaterial::from).collect();
        Self { case, matter, matter_names, purpose, materials }
    }
}

impl From<FilledMaterial> for PrefillMaterial {
    fn from(one: FilledMaterial) -> Self {
        let FilledMaterial { kind, names, footing, outcome } = one;
        let (state, rule, reason, use_id, licences) = match outcome {
            Err((rule, use_id)) => {
                (MaterialState::Refused, Some(rule), Some(rule.label()), use_id, Vec::new())
            }
            Ok(got) => {
                let holds = got.licences.iter().any(|licence| licence.withheld.is_none());
                let state = if holds { MaterialState::Filled } else { MaterialState::Absent };
                let why = got.licences.first().and_then(|licence| licence.withheld);
                let none = Text::fixed("持证主体名下没有这种证照", "the holder has no such licence");
                let reason = why.map_or(none, crate::domain::licence::Unshowable::reason);
                let licences = got.licences.into_iter().map(FetchedLicence::from).collect();
                (state, None, (!holds).then_some(reason), got.use_id, licences)
            }
        };
        Self {
            kind,
            kind_names: names,
            footing,
            footing_label: footing.label(),
            state,
            state_label: state.label(),
            rule,
            reason,
            use_id: use_id.to_string(),
            licences,
        }
    }
}

impl From<PrefillError> for Problem {
    fn from(error: PrefillError) -> Self {
        match error {
            PrefillError::NotFound => Self::new(&kinds::NOT_FOUND),
            PrefillError::OutOfScope(rule) => out_of_scope(rule),
            PrefillError::Work(error) => error.into(),
        }
    }
}
