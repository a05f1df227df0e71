//! One file per resource: bodies, answers, and handlers that translate, call, translate.

pub mod access;
pub mod actor;
pub mod casework;
pub mod catalogue;
pub mod consent;
pub mod issuing;
pub mod licence;
pub mod outbox;
pub mod publication;
pub mod showing;
pub mod trace;
pub mod verifying;

use liangzheng_core::time::{Seconds, UnixTime};

/// A time as a clock in China shows it, to the minute: for the words of a refusal.
pub(crate) fn minute(at: UnixTime) -> String {
    let shown = jiff::Timestamp::from_second(at.plus(EAST_8).0);
    shown.map_or_else(|_| at.0.to_string(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

/// UTC+8, all year.
const EAST_8: Seconds = Seconds(8 * 3600);
