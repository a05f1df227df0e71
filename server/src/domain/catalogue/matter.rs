//! Matters 事项: what a unit does for people, and in which licences are issued or used (R89).

use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::Uscc;
use crate::domain::fault::Faults;
use crate::domain::schema::optional_where_defaulted;
use crate::words;

words! {
    /// What licences are to a matter.
    pub enum MatterType: "type of matter" {
        /// It ends with a licence.
        Issuing = "issuing" / "制证" / "issuing",
        /// It asks for licences.
        Using = "using" / "用证" / "using",
    }
}

/// A matter, as its unit writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = optional_where_defaulted)]
pub struct Matter {
    /// Its code, `[A-Za-z0-9._-]{1,64}`.
    pub code: String,
    /// Its names.
    pub names: Text,
    /// The unit that owns it.
    pub unit: Uscc,
    /// The business system it is done in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// What licences are to it.
    #[serde(rename = "type")]
    pub matter_type: MatterType,
}

impl Matter {
    /// What is wrong with it by itself.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        check_code(&mut faults, &self.code);
        faults.names("/names", &self.names, MAX_NAME);
        if let Some(system) = &self.system {
            faults.line("/system", system, MAX_NAME);
        }
        faults
    }
}

/// The code of a matter: it stands in addresses.
pub(super) fn check_code(faults: &mut Faults, code: &str) {
    faults.require(
        is_code(code),
        "/code",
        "malformed",
        "应为 1 到 64 位字母、数字、点、连字符或下划线，至少一位字母或数字",
        "must be 1 to 64 letters, digits, dots, hyphens or underscores, at least one of them a letter or digit",
    );
}

/// Whether a text is a code of the field: of a matter, of a purpose.
pub fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        // `.` and `..` mean other places where the code stands in an address.
        && code.bytes().any(|b| b.is_ascii_alphanumeric())
}

/// Characters of a name.
pub(super) const MAX_NAME: usize = 100;
