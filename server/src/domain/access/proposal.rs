//! Proposals: what one person asks for and another confirms, before it happens.
//!
//! Here are the rules: who may propose and confirm, and when a proposal has lapsed. What a confirmed one does is its
//! area's.

use liangzheng_core::time::UnixTime;

use crate::domain::actor::membership::{Membership, Role};
use crate::domain::calendar::Calendar;
use crate::domain::catalogue::codes::Uscc;
use crate::words;

words! {
    /// What a proposal is of.
    pub enum ProposalSort: "sort of proposal" {
        /// 注销、吊销、撤销、废止 of a licence.
        LicenceAct = "licence_act" / "证照操作" / "act on a licence",
        /// A role of the platform's own unit, given or taken.
        RoleGrant = "role_grant" / "平台角色的授予或收回" / "role of the platform given or taken",
    }
}

words! {
    /// Where a proposal stands.
    pub enum ProposalState: "state of a proposal" {
        /// Waits for another person.
        Open = "open" / "待确认" / "Open",
        /// Confirmed, and carried out.
        Confirmed = "confirmed" / "已确认" / "Confirmed",
        /// Refused, or taken back by who proposed it.
        Refused = "refused" / "已否决" / "Refused",
        /// Nobody confirmed it in time, or what it stood on is gone.
        Lapsed = "lapsed" / "已失效" / "Lapsed",
    }
}

words! {
    /// What is decided on a proposal.
    pub enum Decision: "decision" {
        /// 确认
        Confirm = "confirm" / "确认" / "confirm",
        /// 否决
        Refuse = "refuse" / "否决" / "refuse",
    }
}

impl ProposalSort {
    /// Who proposes and decides.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::LicenceAct => &[Role::IssuerMaker, Role::IssuerChecker],
            Self::RoleGrant => &[Role::Manager],
        }
    }

    /// The role that at least one of the two must have.
    pub const fn needs(self) -> Role {
        match self {
            Self::LicenceAct => Role::IssuerChecker,
            Self::RoleGrant => Role::Manager,
        }
    }

    /// Whether a member of a unit sees and decides proposals of this sort.
    pub fn is_for(self, member: &Membership) -> bool {
        member.has_role(self.roles())
    }
}

/// What an open proposal stands on, as it was when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// What it is of.
    pub sort: ProposalSort,
    /// Whose matter it is.
    pub unit: Uscc,
    /// The version of its object.
    pub version: i64,
    /// From when it no longer counts.
    pub lapses_at: UnixTime,
}

/// What has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present<'a> {
    /// The present moment.
    pub now: UnixTime,
    /// The version of its object; `None` if there is no such object any more.
    pub version: Option<i64>,
    /// What its proposer is now; `None` if nothing.
    pub proposer: Option<&'a Membership>,
}

words! {
    /// Why a proposal has lapsed.
    pub enum LapsedBy: "reason to lapse" {
        /// Nobody decided in time.
        Time = "time" / "超过十个工作日无人确认" / "nobody confirmed it within ten working days",
        /// Its object is not what it was.
        Change = "change" / "其对象此后已变更" / "its object has changed since",
        /// Who proposed it may do so no more.
        Role = "role" / "提出人已不再担任该角色" / "who proposed it no longer has the role",
    }
}

/// Why somebody cannot confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConfirmable {
    /// Who proposed it, under this or another account.
    #[error("the same person proposed it")]
    SamePerson,
    /// Neither of the two has the role that one must have.
    #[error("neither of the two is {0}")]
    Lacking(Role),
}

impl Grounds {
    /// Whether an open proposal still stands.
    ///
    /// # Errors
    /// [`LapsedBy`] says what ended it.
    pub fn stand(&self, present: &Present<'_>) -> Result<(), LapsedBy> {
        if self.lapses_at <= present.now {
            return Err(LapsedBy::Time);
        }
        if present.version != Some(self.version) {
            return Err(LapsedBy::Change);
        }
        let proposes = |member: &Membership| member.unit == self.unit && self.sort.is_for(member);
        if present.proposer.is_some_and(proposes) { Ok(()) } else { Err(LapsedBy::Role) }
    }

    /// Whether a member may confirm what another has proposed. That he sees it is taken for granted.
    ///
    /// # Errors
    /// [`NotConfirmable`] says why not.
    pub fn confirmable(
        &self,
        proposer: &Membership,
        confirmer: &Membership,
        is_same_person: bool,
    ) -> Result<(), NotConfirmable> {
        if is_same_person {
            return Err(NotConfirmable::SamePerson);
        }
        let needed = self.sort.needs();
        if proposer.has_role(&[needed]) || confirmer.has_role(&[needed]) {
            Ok(())
        } else {
            Err(NotConfirmable::Lacking(needed))
        }
    }
}

/// When a proposal of this moment lapses: at the end of the tenth working day after it.
pub fn lapses_at(now: UnixTime, calendar: &Calendar) -> UnixTime {
    calendar.deadline(now, WORKING_DAYS).at
}

const WORKING_DAYS: u16 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_795_305_600);
    const UNIT: &str = "11990100MB0000019L";

    fn member(unit: &str, roles: &[Role]) -> Membership {
        Membership { unit: unit.parse().unwrap(), roles: roles.to_vec() }
    }

    fn end() -> UnixTime {
        lapses_at(NOW, &Calendar::default())
    }

    fn grounds() -> Grounds {
        Grounds { sort: ProposalSort::LicenceAct, unit: UNIT.parse().unwrap(), version: 3, lapses_at: end() }
    }

    #[test]
    fn a_proposal_lapses_by_time_by_change_and_with_its_proposers_role() {
        let maker = member(UNIT, &[Role::IssuerMaker]);
        let (handler, elsewhere) =
            (member(UNIT, &[Role::Handler]), member("11990100MB0000027F", &[Role::IssuerChecker]));
        let last = UnixTime(end().0 - 1);
        for (now, version, proposer, want) in [
            (NOW, Some(3), Some(&maker), Ok(())),
            (last, Some(3), Some(&maker), Ok(())),
            (end(), Some(3), Some(&maker), Err(LapsedBy::Time)),
            (NOW, Some(4), Some(&maker), Err(LapsedBy::Change)),
            (NOW, None, Some(&maker), Err(LapsedBy::Change)),
            (NOW, Some(3), Some(&handler), Err(LapsedBy::Role)),
            (NOW, Some(3), Some(&elsewhere), Err(LapsedBy::Role)),
            (NOW, Some(3), None, Err(LapsedBy::Role)),
        ] {
            assert_eq!(grounds().stand(&Present { now, version, proposer }), want, "{version:?}");
        }
    }

    #[test]
    fn ten_working_days_end_at_midnight_in_china_and_skip_weekends() {
        // A Sunday, 22 November 2026; the tenth working day is Friday, 4 December.
        assert_eq!(end(), UnixTime(1_796_400_000));
    }

    #[test]
    fn two_persons_confirm_of_whom_one_is_a_checker() {
        let maker = member(UNIT, &[Role::IssuerMaker]);
        let checker = member(UNIT, &[Role::IssuerChecker]);
        let lacking = Err(NotConfirmable::Lacking(Role::IssuerChecker));
        for (proposer, confirmer, same, want) in [
            (&maker, &checker, false, Ok(())),
            (&checker, &maker, false, Ok(())),
            (&checker, &checker, false, Ok(())),
            (&maker, &maker, false, lacking),
            (&checker, &checker, true, Err(NotConfirmable::SamePerson)),
        ] {
            assert_eq!(grounds().confirmable(proposer, confirmer, same), want);
        }
    }
}
