//! Duty applications 履职共享申请: a using unit says for which of its matters it needs licences that another unit issues, and
//! that unit gives its standing consent, until it ends it (R58).

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::words;

words! {
    /// Where an application stands.
    pub enum DutyState: "state of a duty application" {
        /// It waits for the issuer.
        Applied = "applied" / "待审核" / "waits for the issuer",
        /// The issuer's standing consent.
        Granted = "granted" / "已同意" / "granted",
        /// The issuer did not agree.
        Refused = "refused" / "未同意" / "refused",
        /// The issuer has ended its consent.
        Ended = "ended" / "已终止" / "ended",
        /// The unit has taken it back.
        Withdrawn = "withdrawn" / "已撤回" / "withdrawn",
    }
}

words! {
    /// What is done with an application.
    pub enum DutyAct: "act on a duty application" {
        /// The issuer agrees, from now on.
        Grant = "grant" / "同意" / "grant",
        /// It does not.
        Refuse = "refuse" / "不同意" / "refuse",
        /// It ends what it has agreed to.
        End = "end" / "终止" / "end",
        /// The unit takes it back, or no longer needs it.
        Withdraw = "withdraw" / "撤回" / "withdraw",
    }
}

impl DutyAct {
    /// Whether it is the issuer's; else it is the unit's that applied.
    pub const fn is_issuers(self) -> bool {
        matches!(self, Self::Grant | Self::Refuse | Self::End)
    }
}

impl DutyState {
    /// The state after an act; `None` where the act is not possible.
    pub const fn after(self, act: DutyAct) -> Option<Self> {
        match (self, act) {
            (Self::Applied, DutyAct::Grant) => Some(Self::Granted),
            (Self::Applied, DutyAct::Refuse) => Some(Self::Refused),
            (Self::Granted, DutyAct::End) => Some(Self::Ended),
            (Self::Applied | Self::Granted, DutyAct::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// The standing consent of one issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingConsent {
    /// Who gives it.
    pub issuer: Uscc,
    /// To whom.
    pub unit: Uscc,
    /// For licences of which kind.
    pub kind: KindCode,
    /// Code of what for.
    pub purpose: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_is_for_its_state() {
        let acts = |state: DutyState| -> Vec<DutyAct> {
            DutyAct::ALL.iter().copied().filter(|act| state.after(*act).is_some()).collect()
        };
        assert_eq!(acts(DutyState::Applied), [DutyAct::Grant, DutyAct::Refuse, DutyAct::Withdraw]);
        assert_eq!(acts(DutyState::Granted), [DutyAct::End, DutyAct::Withdraw]);
        for state in [DutyState::Refused, DutyState::Ended, DutyState::Withdrawn] {
            assert_eq!(acts(state), [], "{state}");
        }
    }
}
