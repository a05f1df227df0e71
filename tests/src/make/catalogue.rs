//! Units.

use liangzheng_core::text::Text;
use liangzheng_server::demo::demo_units;
use liangzheng_server::domain::catalogue::unit::{Unit, UnitState};

/// The demo's unit with this code, or one of no particular kind.
pub(super) fn unit_of(code: &str) -> Unit {
    let known = demo_units().unwrap().into_iter().find(|unit| unit.id.as_str() == code);
    known.map_or_else(
        || Unit {
            id: code.parse().unwrap(),
            names: Text::fixed("某单位", "Some unit"),
            regions: Vec::new(),
            capacities: Vec::new(),
            audiences: Vec::new(),
            parent: None,
            successor: None,
            state: UnitState::Active,
        },
        |unit| unit.unit().unwrap(),
    )
}
