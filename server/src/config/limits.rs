//! `[limits]`: rates and queues.

use serde::{Deserialize, Serialize};

use super::{ConfigError, require};

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateConfig {
    /// Requests that may come at once.
    pub burst: u32,
    /// Requests per second after that.
    pub per_second: u32,
}

/// Rates and queues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// False lifts the rate limits below, for benches; never the counters of wrong passwords and PINs.
    pub enabled: bool,
    /// Logins per address, but for devices on which that login has succeeded before: one address may be a whole town's.
    pub login_per_address: RateConfig,
    /// All requests per address of those who are not logged in: far above what one counter, classroom or office behind
    /// one address sends.
    pub per_address: RateConfig,
    /// Connections that one address may have at once, but for `server.trusted_proxy`; 0 = as many as come. More than the
    /// logins it may send at once, each of which may come on its own; at most half of what the server can take in all.
    pub connections_per_address: usize,
    /// Requests per account: a phone that refreshes once a second stays far below.
    pub per_account: RateConfig,
    /// Requests of a browser in which somebody has logged in before, or with a session that this server has not read yet,
    /// that are not counted with their address: a page and a login, whatever floods come from there.
    pub per_known: RateConfig,
    /// Checks that may wait for a core before others are answered 503, in each of three lanes: PINs, logins from where
    /// they succeeded before, other logins. Each holds 19 MiB while it runs, nothing while it waits; 512 at 30 ms on two
    /// cores are eight seconds of waiting, for who waits last.
    pub password_queue: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            login_per_address: RateConfig { burst: 600, per_second: 20 },
            per_address: RateConfig { burst: 2000, per_second: 500 },
            connections_per_address: 1024,
            per_account: RateConfig { burst: 600, per_second: 100 },
            per_known: RateConfig { burst: 60, per_second: 10 },
            password_queue: 512,
        }
    }
}

impl LimitsConfig {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        for (key, rate) in [
            ("limits.login_per_address", self.login_per_address),
            ("limits.per_address", self.per_address),
            ("limits.per_account", self.per_account),
            ("limits.per_known", self.per_known),
        ] {
            require(rate.burst >= 1 && rate.per_second >= 1, key, "burst and per_second must be at least 1")?;
        }
        require((1..=10_000).contains(&self.password_queue), "limits.password_queue", "must be 1 to 10000")
    }
}
