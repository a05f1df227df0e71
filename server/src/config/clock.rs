//! `[clock]`: by what the machine's clock is judged when the server starts.

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// By what the machine's clock is judged when the server starts. Afterwards it is watched against the steady one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockConfig {
    /// Address of a web server whose `Date` is right; `None` = nobody is asked.
    pub peer: Option<String>,
    /// How long the newest status lists may lie back at start, in seconds, without the clock being doubted; 0 = as long as
    /// one likes. Longer than a server is away, short of what verifiers would bear from a clock that is ahead.
    pub longest_outage_seconds: i64,
}

impl Default for ClockConfig {
    fn default() -> Self {
        Self { peer: None, longest_outage_seconds: 7 * 86_400 }
    }
}

impl ClockConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        let is_address = |peer: &String| peer.starts_with("http://") || peer.starts_with("https://");
        require(
            self.peer.as_ref().is_none_or(is_address),
            "clock.peer",
            "must be an address like https://time.example.org/",
        )?;
        require(self.longest_outage_seconds >= 0, "clock.longest_outage_seconds", "must be 0 or more")
    }
}
