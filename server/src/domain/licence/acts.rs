//! The names of acts, who does each and what each needs to be told: what is asked for, before it meets a licence.

use liangzheng_core::time::{Day, Seconds, UnixTime};

use crate::domain::fault::Faults;
use crate::domain::licence::lifecycle::Act;
use crate::words;

words! {
    /// An act by its name, without what belongs to it.
    pub enum ActName: "act" {
        /// Of a draft.
        Submit = "submit" / "提交审核" / "submit for review",
        /// Of a draft under review.
        Approve = "approve" / "审核通过" / "approve",
        /// Of a draft under review.
        SendBack = "send_back" / "退回修改" / "send back",
        /// Follows from the approval of a new version.
        Supersede = "supersede" / "换发新版本" / "supersede",
        /// For as long as a cause is open.
        Suspend = "suspend" / "挂起" / "suspend",
        /// Ends it.
        Resume = "resume" / "解除挂起" / "resume",
        /// By an authority.
        Seize = "seize" / "暂扣" / "seize",
        /// Ends it.
        Return = "return" / "发还" / "return",
        /// Of the paper.
        ReportLoss = "report_loss" / "挂失" / "report loss",
        /// It was found.
        WithdrawLoss = "withdraw_loss" / "解除挂失" / "withdraw the report of loss",
        /// Of the electronic licence.
        Disable = "disable" / "停用" / "disable",
        /// Ends it.
        Enable = "enable" / "启用" / "enable",
        /// The holder's wish, or the end of the right.
        Cancel = "cancel" / "注销" / "cancel",
        /// A penalty.
        Revoke = "revoke" / "吊销" / "revoke",
        /// The grant was wrong.
        Withdraw = "withdraw" / "撤销" / "withdraw",
        /// It is void.
        Annul = "annul" / "废止" / "annul",
        /// A security.
        Pledge = "pledge" / "质押" / "pledge",
        /// Ends it.
        ReleasePledge = "release_pledge" / "解除质押" / "release the pledge",
        /// A security.
        Mortgage = "mortgage" / "抵押" / "mortgage",
        /// Ends it.
        ReleaseMortgage = "release_mortgage" / "解除抵押" / "release the mortgage",
        /// Of the annual inspection.
        PassInspection = "pass_inspection" / "年检合格" / "pass the inspection",
        /// Of the annual inspection.
        FailInspection = "fail_inspection" / "年检不合格" / "fail the inspection",
        /// Somebody says that the record is wrong.
        OpenDispute = "open_dispute" / "提出异议" / "open a dispute",
        /// It is answered.
        CloseDispute = "close_dispute" / "异议办结" / "close the dispute",
    }
}

/// How an act comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// One `issuer_checker` does it.
    OnePerson,
    /// One proposes, another confirms: nothing leads back.
    TwoPersons,
    /// In the review of a draft, or by what follows from something else.
    Elsewhere,
}

impl ActName {
    /// How it comes about.
    pub const fn doing(self) -> Doing {
        match self {
            Self::Cancel | Self::Revoke | Self::Withdraw | Self::Annul => Doing::TwoPersons,
            Self::Submit
            | Self::Approve
            | Self::SendBack
            | Self::Supersede
            | Self::OpenDispute
            | Self::CloseDispute => Doing::Elsewhere,
            _ => Doing::OnePerson,
        }
    }

    /// The act, with what was told of it on `today`: the last day of a seizure, the last day on which an inspection
    /// counts.
    ///
    /// # Errors
    /// What is missing, past, or belongs to another act.
    pub fn told(self, until: Option<Day>, due: Option<Day>, today: Day) -> Result<Act, Faults> {
        let mut faults = Faults::default();
        faults.require(
            until.is_none() || self == Self::Seize,
            "/until",
            "not-of-this-act",
            "只有暂扣可以写明截止日",
            "only a seizure has a last day: leave it out",
        );
        faults.require(
            due.is_none() || self == Self::PassInspection,
            "/due",
            "not-of-this-act",
            "只有年检合格可以写明有效截止日",
            "only a passed inspection has a day on which it is due again: leave it out",
        );
        faults.require(
            until.is_none_or(|until| until >= today),
            "/until",
            "past",
            "截止日不能早于今天",
            "must not lie before today",
        );
        faults.require(
            due.is_none_or(|due| due > today),
            "/due",
            "past",
            "下次年检的截止日应晚于今天",
            "must lie after today",
        );
        faults.none()?;
        let mut faults = Faults::default();
        let act = match self {
            Self::Suspend => Act::Suspend,
            Self::Resume => Act::Resume,
            Self::Seize => Act::Seize { until },
            Self::Return => Act::Return,
            Self::ReportLoss => Act::ReportLoss,
            Self::WithdrawLoss => Act::WithdrawLoss,
            Self::Disable => Act::Disable,
            Self::Enable => Act::Enable,
            Self::Cancel => Act::Cancel,
            Self::Revoke => Act::Revoke,
            Self::Withdraw => Act::Withdraw,
            Self::Annul => Act::Annul,
            Self::Pledge => Act::Pledge,
            Self::ReleasePledge => Act::ReleasePledge,
            Self::Mortgage => Act::Mortgage,
            Self::ReleaseMortgage => Act::ReleaseMortgage,
            Self::FailInspection => Act::FailInspection,
            Self::PassInspection => match due {
                Some(due) => Act::PassInspection { due },
                None => {
                    faults.add(
                        "/due",
                        "missing",
                        "请写明下次年检的截止日",
                        "name the day on which the next inspection is due",
                    );
                    return Err(faults);
                }
            },
            Self::Submit
            | Self::Approve
            | Self::SendBack
            | Self::Supersede
            | Self::OpenDispute
            | Self::CloseDispute => {
                faults.add("/act", "unknown", "此操作不在这里办理", "this act is not done here");
                return Err(faults);
            }
        };
        Ok(act)
    }

    /// The act told as plainly as it can be, to ask a licence whether it would be done.
    pub(super) fn example(self, now: UnixTime) -> Option<Act> {
        let due = (self == Self::PassInspection).then(|| Day::of(now.plus(A_YEAR)));
        self.told(None, due, Day::of(now)).ok()
    }
}

const A_YEAR: Seconds = Seconds(365 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_told_what_it_needs_and_nothing_else() {
        let day = |text: &str| Day::parse(text).unwrap();
        let today = day("20261122");
        let wrong = |name: ActName, until, due| -> Vec<String> {
            let faults = name.told(until, due, today).err().unwrap_or_default();
            faults.0.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
        };
        for (name, until, due, want) in [
            (ActName::Suspend, None, None, &[][..]),
            (ActName::Seize, None, None, &[]),
            (ActName::Seize, Some(today), None, &[]),
            (ActName::Seize, Some(day("20261121")), None, &["/until past"]),
            (ActName::Suspend, Some(today), None, &["/until not-of-this-act"]),
            (ActName::PassInspection, None, Some(day("20271122")), &[]),
            (ActName::PassInspection, None, Some(today), &["/due past"]),
            (ActName::PassInspection, None, None, &["/due missing"]),
            (ActName::Revoke, None, Some(day("20271122")), &["/due not-of-this-act"]),
            (ActName::Approve, None, None, &["/act unknown"]),
            (ActName::Supersede, None, None, &["/act unknown"]),
        ] {
            assert_eq!(wrong(name, until, due), want, "{name}");
        }
    }

    #[test]
    fn what_ends_a_licence_takes_two_and_every_other_act_of_staff_takes_one() {
        let two: Vec<&str> = ActName::ALL
            .iter()
            .filter(|name| name.doing() == Doing::TwoPersons)
            .map(|name| name.as_str())
            .collect();
        assert_eq!(two, ["cancel", "revoke", "withdraw", "annul"]);
        let now = UnixTime(1_795_305_600);
        for name in ActName::ALL.iter().copied() {
            let act = name.example(now);
            assert_eq!(act.is_some(), name.doing() != Doing::Elsewhere, "{name}");
            assert!(act.is_none_or(|act| act.name() == name), "{name}");
        }
    }
}
