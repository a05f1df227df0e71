//! Working days, read by a calendar that is not ours.

use liangzheng_core::time::{Day, Seconds, UnixTime};
use liangzheng_server::domain::calendar::Calendar;
use serde_json::{Value, json};

use super::peers::{Peer, scratch};

/// Rows: R17.
#[test]
fn every_day_of_the_years_we_know_is_a_working_day_or_not_as_announced() {
    let calendar = Calendar::default();
    // Noon of each day from 1 January 2025 on. A limit of one day that begins the day before ends on a day that is worked.
    let noons = (0..730).map(|days| UnixTime(1_735_704_000).plus(Seconds(days * 86_400)));
    let works = |noon: UnixTime| {
        calendar.deadline(noon.minus(Seconds(86_400)), 1).at == calendar.deadline(noon, 0).at
    };
    let days: Vec<Value> =
        noons.map(|noon| json!({ "day": Day::of(noon).to_text(), "works": works(noon) })).collect();
    assert_eq!((&days[0]["day"], &days[729]["day"]), (&json!("20250101"), &json!("20261231")));
    assert_eq!(days.len(), 730);
    Peer::Python.judges("working_days.py", &days.into(), &scratch("working_days"));
}
