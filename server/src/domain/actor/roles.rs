//! Who gives which role (docs/REQUIREMENTS.md D): silence is no.
//!
//! A unit's administrator gives the roles that his unit's capacities carry. The manager gives administrators, and two
//! managers together the platform's own roles. Nobody gives himself anything.

use liangzheng_core::time::{Day, Seconds, UnixTime};

use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::unit::Capacity;

/// Who gives, and to a member of which unit.
#[derive(Clone, Copy, Debug)]
pub struct Giver<'a> {
    /// The giver's roles.
    pub roles: &'a [Role],
    /// The giver's unit.
    pub unit: Uscc,
    /// The unit whose member gets.
    pub to: Uscc,
    /// That unit's capacities.
    pub capacities: &'a [Capacity],
}

/// How a role is given and taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giving {
    /// By one, at once.
    AtOnce,
    /// By two.
    ByTwo,
}

/// Why a role is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGiven {
    /// Somebody else gives it.
    #[error("somebody else gives this role")]
    NotYours,
    /// The unit does not do such work.
    #[error("the unit has not the capacity that carries this role")]
    NoCapacity,
    /// It belongs to the platform's own unit.
    #[error("the role belongs to the platform's own unit")]
    NotOfPlatform,
}

/// The capacity of a unit that carries a role; `None` for those that no capacity carries.
pub const fn carried_by(role: Role) -> Option<Capacity> {
    match role {
        Role::IssuerMaker | Role::IssuerChecker => Some(Capacity::Issuing),
        Role::Handler | Role::Inspector => Some(Capacity::Using),
        Role::Verifier => Some(Capacity::Social),
        Role::UnitAdmin | Role::Manager | Role::Operator | Role::Auditor => None,
    }
}

impl Giver<'_> {
    /// How this giver gives and takes `role`.
    ///
    /// # Errors
    /// [`NotGiven`].
    pub fn gives(&self, role: Role) -> Result<Giving, NotGiven> {
        let is_manager = self.roles.contains(&Role::Manager);
        let is_administrator = self.roles.contains(&Role::UnitAdmin) && self.unit == self.to;
        match (role, carried_by(role)) {
            (Role::UnitAdmin, _) if is_manager => Ok(Giving::AtOnce),
            (Role::Manager | Role::Operator | Role::Auditor, _) if is_manager => {
                if self.unit == self.to {
                    Ok(Giving::ByTwo)
                } else {
                    Err(NotGiven::NotOfPlatform)
                }
            }
            (_, Some(capacity)) if is_administrator => {
                if self.capacities.contains(&capacity) {
                    Ok(Giving::AtOnce)
                } else {
                    Err(NotGiven::NoCapacity)
                }
            }
            _ => Err(NotGiven::NotYours),
        }
    }
}

/// When a role that is given until a day ends: at 24:00 in China. `None` beyond the calendar.
pub fn end_of(day: Day) -> Option<UnixTime> {
    let number: i32 = day.to_text().parse().ok()?;
    let part = |digits: i32| i8::try_from(digits % 100).ok();
    let date =
        jiff::civil::Date::new(i16::try_from(number / 10_000).ok()?, part(number / 100)?, part(number)?);
    let next = date.ok()?.tomorrow().ok()?;
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    Some(UnixTime(next.to_zoned(zone).ok()?.timestamp().as_second()))
}

/// The day until which a role counts that ends at `end`.
pub fn last_day(end: UnixTime) -> Day {
    Day::of(end.minus(Seconds(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_ends_at_midnight_in_china() {
        for day in ["20261122", "20240229", "20261231"] {
            let day = Day::parse(day).unwrap();
            let end = end_of(day).unwrap();
            assert_eq!((last_day(end), Day::of(end) > day), (day, true));
        }
        assert_eq!(end_of(Day::parse("99991231").unwrap()), None);
    }

    #[test]
    fn each_role_has_its_giver() {
        let unit = |code: &str| code.parse::<Uscc>().unwrap();
        let (own, other) = (unit("11990100MB0000019L"), unit("11990100MB0000027F"));
        let all = [Capacity::Issuing, Capacity::Using, Capacity::Social];
        for giver in Role::ALL.iter().copied() {
            for (to, is_own) in [(own, true), (other, false)] {
                for role in Role::ALL.iter().copied() {
                    let roles = [giver];
                    let gives = Giver { roles: &roles, unit: own, to, capacities: &all }.gives(role);
                    let right = match (giver, role) {
                        (Role::Manager, Role::UnitAdmin) => Ok(Giving::AtOnce),
                        (Role::Manager, Role::Manager | Role::Operator | Role::Auditor) if is_own => {
                            Ok(Giving::ByTwo)
                        }
                        (Role::Manager, Role::Manager | Role::Operator | Role::Auditor) => {
                            Err(NotGiven::NotOfPlatform)
                        }
                        (
                            Role::UnitAdmin,
                            Role::IssuerMaker
                            | Role::IssuerChecker
                            | Role::Handler
                            | Role::Inspector
                            | Role::Verifier,
                        ) if is_own => Ok(Giving::AtOnce),
                        _ => Err(NotGiven::NotYours),
                    };
                    assert_eq!(gives, right, "{giver} gives {role}, own unit: {is_own}");
                }
            }
        }
        let roles = [Role::UnitAdmin];
        let hotel = Giver { roles: &roles, unit: own, to: own, capacities: &[Capacity::Social] };
        assert_eq!(hotel.gives(Role::Verifier), Ok(Giving::AtOnce));
        assert_eq!(hotel.gives(Role::IssuerMaker), Err(NotGiven::NoCapacity));
    }
}
