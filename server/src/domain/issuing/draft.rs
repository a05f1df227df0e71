//! Drafts of licences: what a maker writes, and where it stands.

use std::fmt;

use liangzheng_core::text::Text;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::person::HolderRequest;
use crate::domain::schema::optional_where_defaulted;
use crate::words;

words! {
    /// Where a draft stands.
    pub enum DraftState: "state of a draft" {
        /// Being written.
        Draft = "DRAFT" / "制证中" / "draft",
        /// Handed to the checker.
        PendingReview = "PENDING_REVIEW" / "待审核" / "pending review",
        /// It was given up: what it was to become is there already.
        Closed = "CLOSED" / "已关闭" / "closed",
        /// A licence has come of it.
        Issued = "ISSUED" / "已签发" / "issued",
    }
}

words! {
    /// What is done with a draft.
    pub enum ReviewAct: "act on a draft" {
        /// Its maker hands it to the checker.
        Submit = "submit" / "提交审核" / "submit for review",
        /// A checker makes a licence of it.
        Approve = "approve" / "审核通过" / "approve",
        /// A checker gives it back.
        SendBack = "send_back" / "退回修改" / "send back",
    }
}

words! {
    /// Why a licence gets a next version.
    pub enum ChangeKind: "kind of change" {
        /// 延续: another term.
        Renew = "renew" / "延续" / "renewal",
        /// 变更: something has changed.
        Change = "change" / "变更" / "change",
        /// 更正: something was wrong.
        Correct = "correct" / "更正" / "correction",
        /// 换证: the same again, as after a loss.
        Reissue = "reissue" / "换发" / "reissue",
    }
}

words! {
    /// What is known of a holder from the base register (R26).
    pub enum RegisterState: "answer of the base register" {
        /// It knows this person by this name and number.
        Matched = "matched" / "一致" / "matched",
        /// It does not.
        Mismatched = "mismatched" / "不一致" / "mismatched",
        /// It has not answered yet, and is asked again.
        Waiting = "waiting" / "等待比对" / "waiting",
        /// This installation has none for such holders.
        NotConfigured = "not_configured" / "未配置比对" / "not configured",
    }
}

/// A licence as its maker writes it. Codes and words are texts here, so that all that is wrong is told at once, each with
/// its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = optional_where_defaulted)]
pub struct DraftRequest {
    /// The case that it ends.
    #[serde(default)]
    pub case: Option<String>,
    /// Type code of its kind.
    pub kind: String,
    /// Who holds it.
    pub holder: HolderRequest,
    /// Who holds it, too.
    #[serde(default)]
    pub co_holders: Vec<HolderRequest>,
    /// What stands on it: key of the kind's face → value.
    pub face: FaceRequest,
    /// First day of validity, `YYYYMMDD`.
    pub valid_from: String,
    /// Last day; absent = 长期, or as the kind's fixed term has it.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// `online`, `offline`, `bulk`, `stock` or `exempt`; absent = the case's, or `online`.
    #[serde(default)]
    pub mode: Option<String>,
    /// Where its content comes from, as of what was converted.
    #[serde(default)]
    pub provenance: Option<String>,
    /// The licence on paper or plastic that goes with it (R30).
    #[serde(default)]
    pub physical: Option<Physical>,
    /// The licence whose next version this is.
    #[serde(default)]
    pub replaces: Option<String>,
    /// Why there is a next version: `renew`, `change`, `correct` or `reissue`.
    #[serde(default)]
    pub change: Option<String>,
}

/// The physical licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Physical {
    /// The number printed on it.
    pub number: String,
}

/// Keys and values of a face, in the order they came.
#[derive(Clone, Default, PartialEq)]
pub struct FaceRequest(pub Vec<(String, Value)>);

impl FaceRequest {
    /// The value of a field, if it is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == key).and_then(|(_, value)| value.as_str())
    }
}

// Written by hand so that no face reaches a log through `{:?}`.
impl fmt::Debug for FaceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

impl Serialize for FaceRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for FaceRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = FaceRequest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FaceRequest, A::Error> {
                let mut fields: Vec<(String, Value)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    // The reader of JSON keeps the last of two; neither may be dropped unseen.
                    if fields.iter().any(|(known, _)| *known == key) {
                        return Err(A::Error::custom("duplicate field in the face"));
                    }
                    if fields.len() == MAX_FIELDS {
                        return Err(A::Error::custom("a face has 60 fields at most"));
                    }
                    fields.push((key, value));
                }
                Ok(FaceRequest(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl JsonSchema for FaceRequest {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FaceValues".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": { "type": "string" } })
    }
}

/// Why an act on a draft is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewRefused {
    /// Its state does not allow it.
    #[error("{from} does not allow {act}")]
    State {
        /// Where it stands.
        from: DraftState,
        /// What was asked.
        act: ReviewAct,
    },
    /// Nobody checks what he wrote (R16).
    #[error("nobody checks what he wrote")]
    TwoPersons,
    /// The caller's role is another, or only its maker hands it in.
    #[error("{act} is not for this caller")]
    NotYours {
        /// What was asked.
        act: ReviewAct,
    },
}

impl ReviewAct {
    /// The state that it leads from.
    pub const fn from(self) -> DraftState {
        match self {
            Self::Submit => DraftState::Draft,
            Self::Approve | Self::SendBack => DraftState::PendingReview,
        }
    }

    /// Whether a draft in a state allows it.
    pub fn is_allowed(self, from: DraftState) -> Result<(), ReviewRefused> {
        if self.from() == from { Ok(()) } else { Err(ReviewRefused::State { from, act: self }) }
    }
}

/// The acts that a draft's state allows: what a refusal names.
pub const fn allowed(from: DraftState) -> &'static [ReviewAct] {
    match from {
        DraftState::Draft => &[ReviewAct::Submit],
        DraftState::PendingReview => &[ReviewAct::Approve, ReviewAct::SendBack],
        DraftState::Issued | DraftState::Closed => &[],
    }
}

/// What a clerk is told of the register's answer, where it has none of its own.
pub const fn register_told(state: RegisterState) -> Text {
    match state {
        RegisterState::Matched => Text::fixed("与基础库一致", "The base register agrees"),
        RegisterState::Mismatched => Text::fixed(
            "与基础库不一致，请核对姓名和号码",
            "The base register disagrees: check name and number",
        ),
        RegisterState::Waiting => Text::fixed(
            "基础库暂未答复，系统会自动再次比对，答复前不能提交",
            "The base register has not answered; it is asked again by itself, and nothing is submitted before",
        ),
        RegisterState::NotConfigured => {
            Text::fixed("本平台未接入该类主体的基础库", "No base register for such holders is connected here")
        }
    }
}

/// As many as a kind may have.
const MAX_FIELDS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_follow_the_states() {
        for from in DraftState::ALL.iter().copied() {
            for act in ReviewAct::ALL.iter().copied() {
                assert_eq!(act.is_allowed(from).is_ok(), allowed(from).contains(&act), "{from} {act}");
            }
        }
    }

    #[test]
    fn a_face_keeps_its_order_and_no_key_stands_twice() {
        let face: FaceRequest = serde_json::from_str(r#"{"n":"山月","c":"9","a":1}"#).unwrap();
        assert_eq!(serde_json::to_string(&face).unwrap(), r#"{"n":"山月","c":"9","a":1}"#);
        assert_eq!((face.text("n"), face.text("a"), face.text("x")), (Some("山月"), None, None));
        assert_eq!(format!("{face:?}"), r#"["n", "c", "a"]"#);
        assert!(serde_json::from_str::<FaceRequest>(r#"{"n":"山月","n":"海月"}"#).is_err());
    }
}
