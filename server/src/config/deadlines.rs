//! `[deadlines]`: working days after which things are due. The defaults are the strictest of the regulations
//! (docs/REQUIREMENTS.md, R17).

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// Working days after 办结 in which the licences of a case are due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeadlinesConfig {
    /// Entered by hand: 0 = at the end of the same day.
    pub offline_days: u16,
    /// Many at once.
    pub bulk_days: u16,
    /// Licences on paper, converted.
    pub stock_days: u16,
    /// Made by a national norm, outside this platform.
    pub exempt_days: u16,
}

impl Default for DeadlinesConfig {
    fn default() -> Self {
        Self { offline_days: 0, bulk_days: 5, stock_days: 5, exempt_days: 5 }
    }
}

impl DeadlinesConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (key, days) in [
            ("deadlines.offline_days", self.offline_days),
            ("deadlines.bulk_days", self.bulk_days),
            ("deadlines.stock_days", self.stock_days),
            ("deadlines.exempt_days", self.exempt_days),
        ] {
            require(days <= 250, key, "must be at most 250, the working days of a year")?;
        }
        Ok(())
    }
}
