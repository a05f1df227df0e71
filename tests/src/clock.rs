//! When tests happen.

use liangzheng_core::time::UnixTime;

/// 2026-11-22 04:00 UTC, noon in China: where the test clock begins.
pub const NOON: UnixTime = UnixTime(1_795_320_000);
