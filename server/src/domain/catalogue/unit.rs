//! Units: who issues, uses and verifies licences.

use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::codes::{KindCode, Uscc};
use crate::domain::actor::holder::HolderNumber;
use crate::words;

words! {
    /// What a unit may do in the system.
    pub enum Capacity: "capacity" {
        /// 签发单位
        Issuing = "issuing" / "签发" / "issuing",
        /// 应用单位
        Using = "using" / "应用" / "using",
        /// 社会化核验单位: a hotel, a hospital.
        Social = "social" / "社会核验" / "social",
    }
}

words! {
    /// Where a unit stands.
    pub enum UnitState: "state of a unit" {
        /// It asked to be let in.
        Applied = "applied" / "已申请" / "applied",
        /// It works.
        Active = "active" / "正常" / "active",
        /// It has ended; another may have taken its work over.
        Closed = "closed" / "已关闭" / "closed",
    }
}

words! {
    /// What is done with a unit.
    pub enum UnitAct: "act on a unit" {
        /// A unit that asked to be let in is.
        Approve = "approve" / "批准" / "approve",
        /// It is not.
        Refuse = "refuse" / "不予批准" / "refuse",
        /// It ends, having nothing left to do.
        Close = "close" / "关闭" / "close",
        /// It ends, and others take its work over.
        Succeed = "succeed" / "由其他单位承接" / "succeed",
    }
}

/// The unit's state does not allow the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a unit that is {from} does not allow {act}")]
pub struct UnitActRefused {
    /// Where it stands.
    pub from: UnitState,
    /// What was asked.
    pub act: UnitAct,
}

impl UnitState {
    /// The state after an act; of `succeed`, on the day it names.
    ///
    /// # Errors
    /// [`UnitActRefused`].
    pub fn after(self, act: UnitAct) -> Result<Self, UnitActRefused> {
        match (self, act) {
            (Self::Applied, UnitAct::Approve) => Ok(Self::Active),
            (Self::Applied, UnitAct::Refuse) => Ok(Self::Closed),
            (Self::Active, UnitAct::Close | UnitAct::Succeed) => Ok(Self::Closed),
            (from, act) => Err(UnitActRefused { from, act }),
        }
    }

    /// The acts that a unit allows: what a refusal names.
    pub fn allowed(self) -> impl Iterator<Item = UnitAct> {
        UnitAct::ALL.iter().copied().filter(move |act| self.after(*act).is_ok())
    }
}

/// Who is responsible in a unit (R86). Sealed where it is kept: it names a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The office.
    #[schemars(length(min = 1, max = 100))]
    pub office: String,
    /// The person.
    #[schemars(length(min = 1, max = 50))]
    pub person: String,
    /// Where that person is reached.
    #[schemars(length(min = 5, max = 30))]
    pub phone: String,
    /// The office's address of mail, to which goes what it has to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 3, max = 254))]
    pub email: Option<String>,
}

// Written by hand so that a person never reaches a log through `{:?}`.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").finish_non_exhaustive()
    }
}

/// Where the work of a unit moves (R25).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// Who takes over what no part names; accounts move there, too.
    pub to: Uscc,
    /// What others take over.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub split: Vec<SuccessionPart>,
}

/// What another unit takes over: either kinds or a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuccessionPart {
    /// Type codes of kinds: their licences, and the kinds themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 300))]
    pub kinds: Vec<KindCode>,
    /// Code of a region, six digits; one that ends in `00` covers what lies in it. The licences of holders whose citizen
    /// number or unified social credit code was given there; the kinds are then issued by both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 6, max = 6))]
    pub region: Option<String>,
    /// Who.
    pub to: Uscc,
}

impl Succession {
    /// Every unit that takes something over.
    pub fn heirs(&self) -> impl Iterator<Item = Uscc> {
        std::iter::once(self.to).chain(self.split.iter().map(|part| part.to))
    }

    /// Who takes over a kind.
    pub fn heir_of(&self, kind: KindCode) -> Uscc {
        self.split.iter().find(|part| part.kinds.contains(&kind)).map_or(self.to, |part| part.to)
    }

    /// Who takes over what is of a kind and of a holder with this number: the first part that says so. A kind goes before
    /// a region.
    pub fn heir_of_licence(&self, kind: KindCode, holder: &HolderNumber) -> Uscc {
        let by_kind = self.split.iter().find(|part| part.kinds.contains(&kind));
        by_kind.map_or_else(|| self.heir_in(holder), |part| part.to)
    }

    /// Who takes over what is of no kind, by the holder's number.
    pub fn heir_in(&self, holder: &HolderNumber) -> Uscc {
        let region = holder.region().unwrap_or_default();
        self.split.iter().find(|part| part.covers(region)).map_or(self.to, |part| part.to)
    }

    /// Who takes over by region.
    pub fn heirs_by_region(&self) -> impl Iterator<Item = Uscc> {
        self.split.iter().filter(|part| part.region.is_some()).map(|part| part.to)
    }
}

impl SuccessionPart {
    /// Whether a region lies in the one that is named.
    fn covers(&self, region: &str) -> bool {
        let Some(named) = &self.region else { return false };
        let tier = named.strip_suffix("0000").or_else(|| named.strip_suffix("00")).unwrap_or(named);
        !region.is_empty() && region.starts_with(tier)
    }
}

/// A unit as this installation knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its unified social credit code.
    pub id: Uscc,
    /// Its names.
    pub names: Text,
    /// Codes of the regions it works in.
    pub regions: Vec<String>,
    /// What it may do.
    pub capacities: Vec<Capacity>,
    /// Audience classes of scenes that it may verify as.
    pub audiences: Vec<String>,
    /// The unit above, for statistics and succession; it gives no right.
    pub parent: Option<Uscc>,
    /// The unit that took its work over.
    pub successor: Option<Uscc>,
    /// Where it stands.
    pub state: UnitState,
}

impl Unit {
    /// Whether it works, and has a capacity.
    pub fn may(&self, capacity: Capacity) -> bool {
        self.state == UnitState::Active && self.capacities.contains(&capacity)
    }

    /// Whether it works, and may verify as an audience class.
    pub fn verifies_as(&self, audience: &str) -> bool {
        self.state == UnitState::Active && self.audiences.iter().any(|own| own == audience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_from_every_state() {
        for from in UnitState::ALL.iter().copied() {
            for act in UnitAct::ALL.iter().copied() {
                let right = match (from, act) {
                    (UnitState::Applied, UnitAct::Approve) => Some(UnitState::Active),
                    (UnitState::Applied, UnitAct::Refuse)
                    | (UnitState::Active, UnitAct::Close | UnitAct::Succeed) => Some(UnitState::Closed),
                    _ => None,
                };
                assert_eq!(from.after(act).ok(), right, "{from} {act}");
            }
        }
        assert_eq!(UnitState::Closed.allowed().count(), 0);
    }

    #[test]
    fn a_part_goes_where_it_says_and_the_rest_to_the_successor() {
        let unit = |code: &str| code.parse::<Uscc>().unwrap();
        let (one, other) = (unit("11990100MB0000019L"), unit("11990100MB0000027F"));
        let kind = |code: &str| code.parse::<KindCode>().unwrap();
        let named = kind("11990000MB00010993001");
        let succession = Succession {
            to: one,
            split: vec![SuccessionPart { kinds: vec![named], region: None, to: other }],
        };
        assert_eq!(succession.heir_of(named), other);
        assert_eq!(succession.heir_of(kind("11990000MB00010993002")), one);
        assert_eq!(succession.heirs().collect::<Vec<_>>(), [one, other]);

        let third = unit("11990100MB00000435");
        let by_region = |region: &str| Succession {
            to: one,
            split: vec![
                SuccessionPart { kinds: vec![named], region: None, to: other },
                SuccessionPart { kinds: Vec::new(), region: Some(region.into()), to: third },
            ],
        };
        let citizen = HolderNumber::new("111", "99010119880614012X").unwrap();
        let firm = HolderNumber::new("001", "91990101MA0000031K").unwrap();
        let foreigner = HolderNumber::new("414", "990101").unwrap();
        let any = kind("11990000MB00010993002");
        for (region, holder, heir) in [
            ("990101", &citizen, third),
            ("990101", &firm, third),
            ("990100", &citizen, third),
            ("990000", &firm, third),
            ("990102", &citizen, one),
            ("980000", &firm, one),
            ("990101", &foreigner, one),
        ] {
            assert_eq!(by_region(region).heir_of_licence(any, holder), heir, "{region}");
            assert_eq!(
                by_region(region).heir_of_licence(named, holder),
                other,
                "a kind goes before a region"
            );
        }
    }
}
