//! Delegations 委托用证: a holder lets one person show one licence in some scenes, from one moment until another (R60).
//!
//! It counts only once that person has accepted it, within seven days. Nobody delegates what was delegated to him.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::domain::catalogue::codes::SceneCode;
use crate::domain::ids::{DelegationId, HolderId, LicenceId};
use crate::words;

words! {
    /// Where a delegation stands.
    pub enum DelegationState: "state of a delegation" {
        /// The person has not answered yet.
        Waiting = "waiting" / "待接受" / "waits for acceptance",
        /// Accepted, and its time has not come.
        Accepted = "accepted" / "已接受，未到开始时间" / "accepted, not yet begun",
        /// The delegate shows the licence.
        Live = "live" / "生效中" / "in force",
        /// Its time is over.
        Ended = "ended" / "已到期" / "ended",
        /// The person did not accept.
        Declined = "declined" / "已谢绝" / "declined",
        /// Nobody accepted it in time.
        Lapsed = "lapsed" / "逾期未接受" / "not accepted in time",
        /// The holder has taken it back.
        Withdrawn = "withdrawn" / "已收回" / "withdrawn",
        /// The delegate has given it up.
        GivenUp = "given_up" / "受托人已退出" / "given up by the delegate",
    }
}

words! {
    /// What is done with a delegation.
    pub enum DelegationAct: "act on a delegation" {
        /// The person takes it, with his PIN.
        Accept = "accept" / "接受委托" / "accept",
        /// He does not.
        Decline = "decline" / "谢绝委托" / "decline",
        /// The holder takes it back, or the delegate gives it up.
        Withdraw = "withdraw" / "收回委托" / "withdraw",
    }
}

words! {
    /// How somebody answered.
    pub enum DelegationAnswer: "answer to a delegation" {
        /// He took it.
        Accepted = "accepted" / "已接受" / "accepted",
        /// He did not.
        Declined = "declined" / "已谢绝" / "declined",
    }
}

words! {
    /// On which side of a delegation somebody stands.
    pub enum DelegationSide: "side of a delegation" {
        /// His is the licence, or he acts for whose it is.
        Given = "given" / "我的委托" / "given",
        /// To him it was delegated.
        Received = "received" / "委托给我的" / "received",
    }
}

/// A delegation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// Its id.
    pub id: DelegationId,
    /// The licence; the newest version where one of the same holder has followed.
    pub licence: LicenceId,
    /// Whose licence it is.
    pub holder: HolderId,
    /// In which scenes it may be shown.
    pub scenes: Vec<SceneCode>,
    /// Code of the matter it is for, where one is named.
    pub matter: Option<String>,
    /// From when on.
    pub from: UnixTime,
    /// From when on no more.
    pub until: UnixTime,
    /// When it was given.
    pub given_at: UnixTime,
    /// How and when it was answered.
    pub answer: Option<(DelegationAnswer, UnixTime)>,
    /// Who ended it before its time, and when.
    pub ended: Option<(DelegationSide, UnixTime)>,
}

impl Delegation {
    /// Where it stands at `now`.
    pub fn state(&self, now: UnixTime) -> DelegationState {
        match (self.ended, self.answer) {
            (Some((DelegationSide::Given, _)), _) => DelegationState::Withdrawn,
            (Some((DelegationSide::Received, _)), _) => DelegationState::GivenUp,
            (None, Some((DelegationAnswer::Declined, _))) => DelegationState::Declined,
            (None, Some((DelegationAnswer::Accepted, _))) if self.until <= now => DelegationState::Ended,
            (None, Some((DelegationAnswer::Accepted, _))) if now < self.from => DelegationState::Accepted,
            (None, Some((DelegationAnswer::Accepted, _))) => DelegationState::Live,
            (None, None) if self.accept_by() <= now => DelegationState::Lapsed,
            (None, None) => DelegationState::Waiting,
        }
    }

    /// From when on it is accepted no more.
    pub fn accept_by(&self) -> UnixTime {
        self.given_at.plus(ACCEPTED_WITHIN).min(self.until)
    }

    /// Whether the delegate may show in `scene` at `now`.
    pub fn is_for(&self, scene: &SceneCode, now: UnixTime) -> bool {
        self.state(now) == DelegationState::Live && self.scenes.contains(scene)
    }
}

impl DelegationState {
    /// What somebody on `side` does with one that stands so.
    pub const fn takes(self, side: DelegationSide) -> &'static [DelegationAct] {
        match (side, self) {
            (DelegationSide::Given, Self::Waiting | Self::Accepted | Self::Live)
            | (DelegationSide::Received, Self::Accepted | Self::Live) => &[DelegationAct::Withdraw],
            (DelegationSide::Received, Self::Waiting) => &[DelegationAct::Accept, DelegationAct::Decline],
            _ => &[],
        }
    }
}

/// How long a delegation waits for acceptance (platform contract).
pub const ACCEPTED_WITHIN: Seconds = Seconds(7 * 86_400);
/// Scenes of one delegation at the most: above the scenes of any kind, and a bound on a row.
pub const MOST_SCENES: usize = 32;
/// Delegations of one holder that wait or hold at the most: far above a family's, and a bound on what one account sends out.
pub const MOST_OPEN: i64 = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemEntropy;

    const NOW: UnixTime = UnixTime(1_795_320_000);

    fn given() -> Delegation {
        Delegation {
            id: DelegationId::generate(NOW, &SystemEntropy),
            licence: LicenceId::generate(NOW, &SystemEntropy),
            holder: HolderId::generate(NOW, &SystemEntropy),
            scenes: vec!["hotel.checkin".parse().unwrap()],
            matter: None,
            from: NOW.plus(Seconds(100)),
            until: NOW.plus(Seconds(200)),
            given_at: NOW,
            answer: None,
            ended: None,
        }
    }

    fn state_at(one: &Delegation, seconds: i64) -> DelegationState {
        one.state(NOW.plus(Seconds(seconds)))
    }

    #[test]
    fn it_holds_from_its_first_second_on_and_not_in_its_last() {
        let one = Delegation { answer: Some((DelegationAnswer::Accepted, NOW)), ..given() };
        let scene = "hotel.checkin".parse().unwrap();
        for (at, state) in [
            (99, DelegationState::Accepted),
            (100, DelegationState::Live),
            (101, DelegationState::Live),
            (199, DelegationState::Live),
            (200, DelegationState::Ended),
            (201, DelegationState::Ended),
        ] {
            assert_eq!(state_at(&one, at), state, "{at}");
            assert_eq!(one.is_for(&scene, NOW.plus(Seconds(at))), state == DelegationState::Live, "{at}");
            assert!(!one.is_for(&"inspect.food".parse().unwrap(), NOW.plus(Seconds(at))));
        }
    }

    #[test]
    fn what_nobody_answers_lapses_after_seven_days_or_with_its_own_end() {
        let soon = given();
        assert_eq!(state_at(&soon, 199), DelegationState::Waiting);
        assert_eq!(state_at(&soon, 200), DelegationState::Lapsed);
        let long = Delegation { until: NOW.plus(Seconds(30 * 86_400)), ..given() };
        for (at, state) in [(-1, DelegationState::Waiting), (0, DelegationState::Lapsed)] {
            assert_eq!(state_at(&long, ACCEPTED_WITHIN.0 + at), state);
        }
    }

    #[test]
    fn what_has_ended_stays_so_and_takes_nothing_more() {
        let accepted = Some((DelegationAnswer::Accepted, NOW));
        for (one, state) in [
            (Delegation { ended: Some((DelegationSide::Given, NOW)), ..given() }, DelegationState::Withdrawn),
            (
                Delegation { answer: accepted, ended: Some((DelegationSide::Received, NOW)), ..given() },
                DelegationState::GivenUp,
            ),
            (
                Delegation { answer: Some((DelegationAnswer::Declined, NOW)), ..given() },
                DelegationState::Declined,
            ),
        ] {
            for at in [0, 150, 250] {
                assert_eq!(state_at(&one, at), state);
            }
            for side in DelegationSide::ALL {
                assert_eq!(state.takes(*side), [], "{state} {side}");
            }
        }
    }

    #[test]
    fn only_who_it_is_for_answers_and_only_while_it_waits() {
        for state in DelegationState::ALL {
            let given = state.takes(DelegationSide::Given);
            assert!(!given.contains(&DelegationAct::Accept) && !given.contains(&DelegationAct::Decline));
            let answers = state.takes(DelegationSide::Received).contains(&DelegationAct::Accept);
            assert_eq!(answers, *state == DelegationState::Waiting);
        }
    }
}
