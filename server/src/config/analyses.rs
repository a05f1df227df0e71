//! `[analyses]`: who approves counts over licences beside the platform's manager (R64).

use serde::{Deserialize, Serialize};

/// Who approves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnalysesConfig {
    /// Whether each issuing unit of the kinds approves after the manager. Hunan asks for it (HN 21) and Fujian does not
    /// (FJ17 13); the stricter is the default.
    pub issuers_approve: bool,
}

impl Default for AnalysesConfig {
    fn default() -> Self {
        Self { issuers_approve: true }
    }
}
