//! Cases 办件: what a unit does for one holder in one matter, and when its licences are due (R15, R17, R18).

use liangzheng_core::time::UnixTime;

use crate::domain::calendar::{Calendar, Deadline};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::ids::CaseId;
use crate::domain::issuing::person::Person;
use crate::words;

words! {
    /// How the licences of a case are made.
    pub enum CaseMode: "way of making licences" {
        /// At the end of the case: it does not end without one.
        Online = "online" / "在线生成" / "online",
        /// Entered by hand after the case has ended.
        Offline = "offline" / "线下补录" / "offline",
        /// Many at once, after the cases have ended.
        Bulk = "bulk" / "批量制发" / "bulk",
        /// Licences on paper that are in force, converted.
        Stock = "stock" / "存量转换" / "stock",
        /// Made by a national norm, outside this platform.
        Exempt = "exempt" / "按国家规范制作" / "exempt",
    }
}

words! {
    /// Where a case stands.
    pub enum CaseState: "state of a case" {
        /// Being worked on.
        Open = "open" / "办理中" / "open",
        /// 办结.
        Concluded = "concluded" / "已办结" / "concluded",
        /// Ended without a licence, for a reason.
        Closed = "closed" / "已关闭" / "closed",
    }
}

words! {
    /// What is done with a case.
    pub enum CaseAct: "act on a case" {
        /// 办结.
        Conclude = "conclude" / "办结" / "conclude",
        /// It ends without a licence.
        CloseWithout = "close_without" / "不予制证关闭" / "close without a licence",
        /// The holder agrees that his licences are used in it.
        Consent = "consent" / "登记同意" / "record consent",
        /// He takes that back.
        WithdrawConsent = "withdraw_consent" / "撤回同意" / "withdraw consent",
    }
}

words! {
    /// How a holder agreed.
    pub enum ConsentMeans: "means of consent" {
        /// At a counter.
        Counter = "counter" / "窗口" / "at a counter",
        /// Over the network.
        Online = "online" / "线上" / "online",
    }
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id here.
    pub id: CaseId,
    /// Whose it is.
    pub unit: Uscc,
    /// Whether licences come of it or are used in it.
    pub case_type: MatterType,
    /// Its number with its unit.
    pub number: String,
    /// Code of the matter.
    pub matter: String,
    /// How its licences are made; `None` for a using case.
    pub mode: Option<CaseMode>,
    /// Whom it is for.
    pub person: Person,
    /// Where it stands.
    pub state: CaseState,
    /// 办结.
    pub concluded_at: Option<UnixTime>,
    /// The first second at which an owed licence is overdue.
    pub due_at: Option<UnixTime>,
    /// Whether that counts a year that is not announced.
    pub provisional: bool,
    /// Counts what was done to it.
    pub version: i64,
    /// When it was opened.
    pub created_at: UnixTime,
}

/// How many licences there are to a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Approved.
    pub issued: i64,
    /// Written, and not approved yet.
    pub open: i64,
}

/// In how many working days after 办结 licences are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDays {
    /// Entered by hand: 0 is the same day.
    pub offline: u16,
    /// Many at once.
    pub bulk: u16,
    /// Converted.
    pub stock: u16,
    /// Made by a national norm.
    pub exempt: u16,
}

/// Why an act on a case is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseRefused {
    /// Its state does not allow it.
    #[error("{from} does not allow {act}")]
    State {
        /// Where it stands.
        from: CaseState,
        /// What was asked.
        act: CaseAct,
    },
    /// The act is for the other type of case.
    #[error("{act} is not for a case of this type")]
    Type {
        /// What was asked.
        act: CaseAct,
    },
    /// It ends with a licence, and there is none yet (R15).
    #[error("the case does not end without a licence")]
    LicenceOwed,
}

impl Case {
    /// Whether its licences are still to come: after 办结, until there are some and all are approved.
    pub fn is_owed(&self, made: Made) -> bool {
        self.case_type == MatterType::Issuing
            && self.state == CaseState::Concluded
            && (made.issued == 0 || made.open > 0)
    }

    /// Whether they should have been there.
    pub fn is_overdue(&self, made: Made, now: UnixTime) -> bool {
        self.is_owed(made) && self.due_at.is_some_and(|due| due <= now)
    }

    /// The case after 办结 at `now`.
    pub fn concluded(
        &self,
        made: Made,
        calendar: &Calendar,
        days: DueDays,
        now: UnixTime,
    ) -> Result<Self, CaseRefused> {
        self.must_be_open(CaseAct::Conclude)?;
        let due = match self.mode {
            None => None,
            Some(CaseMode::Online) if made.issued == 0 || made.open > 0 => {
                return Err(CaseRefused::LicenceOwed);
            }
            Some(CaseMode::Online) => Some(Deadline { at: now, provisional: false }),
            Some(CaseMode::Offline) => Some(calendar.deadline(now, days.offline)),
            Some(CaseMode::Bulk) => Some(calendar.deadline(now, days.bulk)),
            Some(CaseMode::Stock) => Some(calendar.deadline(now, days.stock)),
            Some(CaseMode::Exempt) => Some(calendar.deadline(now, days.exempt)),
        };
        Ok(Self {
            state: CaseState::Concluded,
            concluded_at: Some(now),
            due_at: due.map(|due| due.at),
            provisional: due.is_some_and(|due| due.provisional),
            version: self.version.saturating_add(1),
            ..self.clone()
        })
    }

    /// The case after it was ended without a licence. One that has made some ends by 办结.
    pub fn closed(&self, made: Made) -> Result<Self, CaseRefused> {
        let act = CaseAct::CloseWithout;
        // A concluded one whose licence turns out not to be due is closed, too; else it would be owed for ever.
        if self.state != CaseState::Open && !self.is_owed(made) {
            return Err(CaseRefused::State { from: self.state, act });
        }
        if made != Made::default() {
            return Err(CaseRefused::State { from: self.state, act });
        }
        Ok(Self { state: CaseState::Closed, version: self.version.saturating_add(1), ..self.clone() })
    }

    /// The case after a consent was recorded or withdrawn.
    pub fn consented(&self, act: CaseAct) -> Result<Self, CaseRefused> {
        if self.case_type != MatterType::Using {
            return Err(CaseRefused::Type { act });
        }
        self.must_be_open(act)?;
        Ok(Self { version: self.version.saturating_add(1), ..self.clone() })
    }

    fn must_be_open(&self, act: CaseAct) -> Result<(), CaseRefused> {
        if self.state == CaseState::Open { Ok(()) } else { Err(CaseRefused::State { from: self.state, act }) }
    }
}

/// Whether a text is the number of a case.
pub fn is_number(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::holder::{HolderKind, HolderNumber};
    use crate::domain::clock::SystemEntropy;

    const NOW: UnixTime = UnixTime(1_795_320_000); // Sunday 22 November 2026, noon in China
    const DAYS: DueDays = DueDays { offline: 0, bulk: 5, stock: 5, exempt: 5 };
    const NONE: Made = Made { issued: 0, open: 0 };

    fn case(case_type: MatterType, mode: Option<CaseMode>) -> Case {
        Case {
            id: CaseId::generate(NOW, &SystemEntropy),
            unit: "11990100MB0000019L".parse().unwrap(),
            case_type,
            number: "2026-1".into(),
            matter: "samr.food".into(),
            mode,
            person: Person {
                kind: HolderKind::Natural,
                name: "林晓舟".into(),
                number: HolderNumber::new("111", "11010519491231002X").unwrap(),
            },
            state: CaseState::Open,
            concluded_at: None,
            due_at: None,
            provisional: false,
            version: 1,
            created_at: NOW,
        }
    }

    #[test]
    fn an_online_case_ends_with_its_licence_and_the_others_owe_it() {
        let calendar = Calendar::default();
        let online = case(MatterType::Issuing, Some(CaseMode::Online));
        for made in [NONE, Made { issued: 1, open: 1 }] {
            assert_eq!(online.concluded(made, &calendar, DAYS, NOW), Err(CaseRefused::LicenceOwed));
        }
        let ended = online.concluded(Made { issued: 1, open: 0 }, &calendar, DAYS, NOW).unwrap();
        assert_eq!((ended.due_at, ended.is_owed(Made { issued: 1, open: 0 })), (Some(NOW), false));
        let midnight = NOW.0 + 12 * 3600;
        for (mode, due) in [(CaseMode::Offline, midnight), (CaseMode::Bulk, midnight + 5 * 86_400)] {
            let ended = case(MatterType::Issuing, Some(mode)).concluded(NONE, &calendar, DAYS, NOW).unwrap();
            assert_eq!(ended.due_at, Some(UnixTime(due)), "{mode}");
            assert!(ended.is_owed(NONE) && ended.is_owed(Made { issued: 1, open: 1 }));
            assert!(!ended.is_overdue(NONE, UnixTime(due - 1)) && ended.is_overdue(NONE, UnixTime(due)));
            assert!(!ended.is_overdue(Made { issued: 2, open: 0 }, UnixTime(due)));
        }
    }

    #[test]
    fn each_act_is_for_its_state_and_type() {
        let calendar = Calendar::default();
        let issuing = case(MatterType::Issuing, Some(CaseMode::Offline));
        let using = case(MatterType::Using, None);
        assert!(issuing.consented(CaseAct::Consent).is_err() && using.consented(CaseAct::Consent).is_ok());
        assert!(issuing.closed(Made { issued: 0, open: 1 }).is_err(), "a draft is there");
        let closed = issuing.closed(NONE).unwrap();
        assert!(closed.concluded(NONE, &calendar, DAYS, NOW).is_err() && closed.closed(NONE).is_err());
        let owed = issuing.concluded(NONE, &calendar, DAYS, NOW).unwrap();
        assert_eq!(owed.closed(NONE).unwrap().state, CaseState::Closed, "owed, and not due after all");
        let used = using.concluded(NONE, &calendar, DAYS, NOW).unwrap();
        assert_eq!((used.due_at, used.is_owed(NONE)), (None, false));
        assert!(used.consented(CaseAct::WithdrawConsent).is_err() && used.closed(NONE).is_err());
    }
}
