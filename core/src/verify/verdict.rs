//! The verdict as one JSON for CLI, WASM and server (core/README.md, "Verdict").

use alloc::{string::String, vec, vec::Vec};

use serde::{Serialize, Serializer};

use super::{CheckName, Class, Code, Outcome, Refusal, ReplayKey};
use crate::{reading::Reading, text::Text, time::UnixTime, token::Delegate, trust::Profile};

/// The answer and everything that led to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// Version of this object's form: 1.
    pub schema: u32,
    /// The answer.
    pub verdict: Answer,
    /// Why.
    pub code: Code,
    /// What to mind although valid.
    pub cautions: Vec<Caution>,
    /// All eleven checks, always.
    pub checks: Vec<Check>,
    /// How strongly the code was bound.
    pub profile: Option<Profile>,
    /// The licence; `None` unless every signature verified and the signer may speak for it.
    pub licence: Option<ShownLicence>,
    /// The scene; `None` as for the licence.
    pub scene: Option<ShownScene>,
    /// The token's times and name; `None` as for the licence.
    pub token: Option<ShownToken>,
    /// The status and how fresh it is.
    pub status: Option<ShownStatus>,
    /// The trust list that was used.
    pub trust: Option<ShownTrust>,
    /// The verifier's clock.
    pub checked_at: UnixTime,
    /// What is the case.
    pub message: Text,
    /// What to do next.
    pub hint: Text,
    /// Under which key the shell should remember this presentation after accepting it.
    #[serde(skip)]
    pub replay_key: Option<ReplayKey>,
    /// Until when it must remember it.
    #[serde(skip)]
    pub replay_until: Option<UnixTime>,
}

/// The three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Every required check ran and passed.
    Valid,
    /// Something is wrong.
    Invalid,
    /// Something could not be known.
    Undetermined,
}

/// A caution.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Caution {
    /// `C_…`.
    pub code: Code,
    /// What to mind.
    pub message: Text,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// How it went.
    pub result: Outcome,
    /// The fact behind it.
    pub detail: Option<Text>,
}

/// The licence as a screen may show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownLicence {
    /// GB/T 36904 identifier without its OID root.
    pub identifier: String,
    /// The kind, named by the catalogue.
    pub kind: ShownName,
    /// The issuing unit, named by the catalogue.
    pub unit: ShownName,
    /// The scene's fields, masked as the issuer masked them.
    pub fields: Vec<ShownField>,
    /// First day of validity, `YYYYMMDD`.
    pub valid_from: String,
    /// Last day of validity; `None` is 长期.
    pub valid_to: Option<String>,
    /// Who shows it for the holder.
    pub delegate: Option<Delegate>,
}

/// A code and the names the catalogue gives it; `None` if no catalogue names it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownName {
    /// The code.
    pub code: String,
    /// Its names.
    pub names: Option<Text>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownField {
    /// Short key.
    pub key: String,
    /// The catalogue's label; `None` if it has none.
    pub label: Option<Text>,
    /// The value, masked.
    pub value: String,
}

/// The scene.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownScene {
    /// Its code.
    pub code: String,
    /// Its names.
    pub names: Option<Text>,
    /// Audience class.
    pub audience: String,
    /// The verifier's own scene (or class, if it named no scene) where the code is for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<ShownName>,
}

/// Times and name of the operator's token.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownToken {
    /// Made at.
    pub iat: UnixTime,
    /// Runs out at.
    pub exp: UnixTime,
    /// Its random name.
    pub jti: String,
}

/// The status used.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownStatus {
    /// Value on the wire.
    pub value: u8,
    /// The act behind it; only a server knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// When it was so.
    pub as_of: UnixTime,
    /// Seconds since then.
    pub age_s: i64,
    /// `list` or `live`.
    pub source: &'static str,
}

/// The trust list used.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShownTrust {
    /// Its version.
    pub version: u64,
    /// When it was made.
    pub as_of: UnixTime,
    /// Seconds since then.
    pub age_s: i64,
}

impl Serialize for CheckName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Verdict {
    /// A verdict on something that never became a token: every check but `form` is not checked.
    pub fn refused(now: UnixTime, refusal: &Refusal) -> Self {
        let checks = CheckName::ALL.iter().map(|name| Check {
            name: *name,
            result: if *name == CheckName::Form { Outcome::Fail } else { Outcome::NotChecked },
            detail: (*name == CheckName::Form).then(|| refusal.message()),
        });
        Self {
            schema: 1,
            verdict: match refusal.code.class() {
                Class::Undetermined => Answer::Undetermined,
                _ => Answer::Invalid,
            },
            code: refusal.code,
            cautions: vec![],
            checks: checks.collect(),
            profile: None,
            licence: None,
            scene: None,
            token: None,
            status: None,
            trust: None,
            checked_at: now,
            message: refusal.message(),
            hint: refusal.code.hint(),
            replay_key: None,
            replay_until: None,
        }
    }

    /// Tells what the text is instead of a licence code.
    pub(super) fn name(&mut self, reading: Reading) {
        (self.message, self.hint) = (reading.message(), reading.hint());
        if let Some(form) = self.checks.first_mut() {
            form.detail = Some(self.message.clone());
        }
    }
}
