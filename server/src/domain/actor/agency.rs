//! Acting for a holder that cannot act by itself: a firm, a ward.
//!
//! A counter enters the legal representative of a firm or the guardian of a ward, by two persons. From there on the firm
//! names its own people: managers, five at most, and handlers. Who is removed takes those along whom he named.

use liangzheng_core::time::{Day, UnixTime};

use super::holder::{CITIZEN, HolderKind, HolderNumber};
use super::roles::end_of;
use crate::domain::calendar::last_of_months;
use crate::domain::ids::{AgencyId, HolderId};
use crate::words;

words! {
    /// How near an agent stands to the holder.
    pub enum AgencyLevel: "level of agency" {
        /// 法定代表人
        LegalRepresentative = "legal_representative" / "法定代表人" / "legal representative",
        /// 管理员, named by the legal representative; at most five.
        Manager = "manager" / "管理员" / "manager",
        /// 办事人, named by a manager.
        Handler = "handler" / "办事人" / "handler",
        /// 监护人 of a natural person.
        Guardian = "guardian" / "监护人" / "guardian",
    }
}

words! {
    /// What an agent does for the holder.
    pub enum AgencyAct: "act of an agent" {
        /// See the licences and what became of them.
        View = "view" / "查看" / "see",
        /// Show them.
        Show = "show" / "亮证" / "show",
        /// Ask the issuing unit for something.
        Ask = "ask" / "提出申请" / "ask the unit",
    }
}

words! {
    /// Where an entry of an agency stands.
    pub enum AgencyEntryState: "state of an entry of an agency" {
        /// One person has entered it.
        Entered = "entered" / "待审核" / "waits for approval",
        /// Another has approved it: the agency began.
        Approved = "approved" / "已生效" / "in force",
        /// It was not approved.
        Refused = "refused" / "已退回" / "refused",
        /// The agency that began was ended.
        Ended = "ended" / "已终止" / "ended",
    }
}

words! {
    /// What is decided on an entry.
    pub enum EntryDecision: "decision on an entry" {
        /// The agency begins.
        Approve = "approve" / "审核通过" / "approve",
        /// It does not.
        Refuse = "refuse" / "退回" / "refuse",
        /// The agency that began ends, with those below it.
        End = "end" / "终止" / "end",
    }
}

impl AgencyEntryState {
    /// Whether an entry that stands so takes a decision.
    pub const fn takes(self, decision: EntryDecision) -> bool {
        match decision {
            EntryDecision::Approve | EntryDecision::Refuse => matches!(self, Self::Entered),
            EntryDecision::End => matches!(self, Self::Approved),
        }
    }
}

/// One holder an account acts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// The holder.
    pub holder: HolderId,
    /// How near.
    pub level: AgencyLevel,
    /// What for; all if empty.
    pub acts: Vec<AgencyAct>,
    /// When it ends by itself.
    pub ends_at: Option<UnixTime>,
}

impl Agency {
    /// Whether it is for an act.
    pub fn is_for(&self, act: AgencyAct) -> bool {
        self.acts.is_empty() || self.acts.contains(&act)
    }

    /// Whether it is for all that another is for, of which an empty list means everything.
    pub fn covers(&self, acts: &[AgencyAct]) -> bool {
        self.acts.is_empty() || (!acts.is_empty() && acts.iter().all(|act| self.acts.contains(act)))
    }
}

/// Managers of a holder at the most.
pub const MOST_MANAGERS: usize = 5;

impl AgencyLevel {
    /// Whether an agent of this level names and removes agents of another.
    pub const fn names(self, other: Self) -> bool {
        match (self, other) {
            (Self::LegalRepresentative, Self::Manager | Self::Handler) | (Self::Manager, Self::Handler) => {
                true
            }
            (_, Self::LegalRepresentative | Self::Manager | Self::Handler | Self::Guardian) => false,
        }
    }

    /// Whether a counter enters agents of this level, for a holder of a kind.
    pub const fn is_entered_for(self, kind: HolderKind) -> bool {
        match self {
            Self::LegalRepresentative => !matches!(kind, HolderKind::Natural),
            Self::Guardian => matches!(kind, HolderKind::Natural),
            Self::Manager | Self::Handler => false,
        }
    }
}

/// When the guardianship of the person with this number ends by itself: as his 18th birthday begins in China. `None` where
/// the number says no birthday.
pub fn comes_of_age(number: &HolderNumber) -> Option<UnixTime> {
    if number.id_type() != CITIZEN {
        return None;
    }
    let birthday = Day::parse(number.number().get(6..14)?)?;
    // The end of the day before.
    end_of(last_of_months(birthday, EIGHTEEN_YEARS))
}

const EIGHTEEN_YEARS: u16 = 18 * 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legal_representative_names_managers_and_they_handlers_and_nobody_names_his_equal() {
        use AgencyLevel::{Guardian, Handler, LegalRepresentative, Manager};
        for by in AgencyLevel::ALL.iter().copied() {
            for level in AgencyLevel::ALL.iter().copied() {
                let right =
                    matches!((by, level), (LegalRepresentative, Manager | Handler) | (Manager, Handler));
                assert_eq!(by.names(level), right, "{by} names {level}");
            }
        }
        assert!(Guardian.is_entered_for(HolderKind::Natural) && !Guardian.is_entered_for(HolderKind::Legal));
        assert!(LegalRepresentative.is_entered_for(HolderKind::Unincorporated));
        assert!(!LegalRepresentative.is_entered_for(HolderKind::Natural));
        for kind in HolderKind::ALL.iter().copied() {
            assert!(!Manager.is_entered_for(kind) && !Handler.is_entered_for(kind), "{kind}");
        }
    }

    #[test]
    fn what_waits_is_approved_or_refused_and_only_what_began_is_ended() {
        use AgencyEntryState::{Approved, Entered};
        for state in AgencyEntryState::ALL.iter().copied() {
            for decision in EntryDecision::ALL.iter().copied() {
                let right = matches!(
                    (state, decision),
                    (Entered, EntryDecision::Approve | EntryDecision::Refuse)
                        | (Approved, EntryDecision::End)
                );
                assert_eq!(state.takes(decision), right, "{state} {decision}");
            }
        }
    }

    #[test]
    fn a_ward_comes_of_age_as_his_eighteenth_birthday_begins() {
        for (born, eve) in [("20101122", "20281121"), ("20100101", "20271231"), ("20080301", "20260228")] {
            let number = HolderNumber::new(CITIZEN, &format!("990101{born}001X")).unwrap();
            assert_eq!(comes_of_age(&number), end_of(Day::parse(eve).unwrap()), "{born}");
        }
        assert_eq!(comes_of_age(&HolderNumber::new("414", "E1234567890123456").unwrap()), None);
    }
}
