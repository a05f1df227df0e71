//! Storage functions, area by area: each function's contract, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod actor;
mod licence;
mod publication;
mod schema;
mod shared;
mod showing;
mod trace;
mod verifying;

use liangzheng_core::time::{Seconds, UnixTime};
use liangzheng_tests::clock::NOON;

fn later(seconds: i64) -> UnixTime {
    NOON.plus(Seconds(seconds))
}
