//! The acts of docs/REQUIREMENTS.md B2 and what each makes of a licence: every pair of state and act has an answer.
//!
//! Who may do an act, on what grounds, and whether a second person must agree is not asked here; reason, legal basis
//! and operator are recorded by [`crate::service::licence::acts`] in the transaction that writes the new state.

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};

use crate::domain::ids::LicenceId;
use crate::domain::licence::acts::{ActName, Doing};
use crate::domain::licence::{AnnualInspection, Dates, Encumbrances, Licence, Status};

/// One act on a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// 提交审核
    Submit,
    /// 审核通过
    Approve,
    /// 退回修改
    SendBack,
    /// 变更、更正、换证、延续: a new version takes its place.
    Supersede {
        /// The new version.
        successor: LicenceId,
    },
    /// 挂起
    Suspend,
    /// 解除挂起
    Resume,
    /// 暂扣
    Seize {
        /// Last day, if the decision names one.
        until: Option<Day>,
    },
    /// 发还
    Return,
    /// 挂失
    ReportLoss,
    /// 解挂
    WithdrawLoss,
    /// 停用
    Disable,
    /// 启用
    Enable,
    /// 注销
    Cancel,
    /// 吊销
    Revoke,
    /// 撤销
    Withdraw,
    /// 废止
    Annul,
    /// 质押
    Pledge,
    /// 解除质押
    ReleasePledge,
    /// 抵押
    Mortgage,
    /// 解除抵押
    ReleaseMortgage,
    /// 年检合格
    PassInspection {
        /// Last day on which this inspection counts.
        due: Day,
    },
    /// 年检不合格
    FailInspection,
    /// 提出异议
    OpenDispute,
    /// 异议办结
    CloseDispute,
}

/// The state does not allow the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{act} is not allowed while the licence is {}", .from.as_str())]
pub struct ForbiddenTransition {
    /// The state.
    pub from: Status,
    /// Whether its last day is past: then fewer acts are allowed than the state by itself does.
    pub expired: bool,
    /// The act.
    pub act: ActName,
}

impl ForbiddenTransition {
    /// The word people read for where the licence stands.
    pub const fn label(self) -> Text {
        if self.expired { Text::fixed("已过有效期", "Expired") } else { self.from.label() }
    }
}

impl Act {
    /// Its name.
    pub const fn name(self) -> ActName {
        match self {
            Self::Submit => ActName::Submit,
            Self::Approve => ActName::Approve,
            Self::SendBack => ActName::SendBack,
            Self::Supersede { .. } => ActName::Supersede,
            Self::Suspend => ActName::Suspend,
            Self::Resume => ActName::Resume,
            Self::Seize { .. } => ActName::Seize,
            Self::Return => ActName::Return,
            Self::ReportLoss => ActName::ReportLoss,
            Self::WithdrawLoss => ActName::WithdrawLoss,
            Self::Disable => ActName::Disable,
            Self::Enable => ActName::Enable,
            Self::Cancel => ActName::Cancel,
            Self::Revoke => ActName::Revoke,
            Self::Withdraw => ActName::Withdraw,
            Self::Annul => ActName::Annul,
            Self::Pledge => ActName::Pledge,
            Self::ReleasePledge => ActName::ReleasePledge,
            Self::Mortgage => ActName::Mortgage,
            Self::ReleaseMortgage => ActName::ReleaseMortgage,
            Self::PassInspection { .. } => ActName::PassInspection,
            Self::FailInspection => ActName::FailInspection,
            Self::OpenDispute => ActName::OpenDispute,
            Self::CloseDispute => ActName::CloseDispute,
        }
    }
}

impl Licence {
    /// The licence after `act`, done at `now`: one version further, or refused.
    pub fn after(&self, act: Act, now: UnixTime) -> Result<Self, ForbiddenTransition> {
        let expired = self.is_active() && self.dates(Day::of(now)) == Dates::Expired;
        let forbidden = ForbiddenTransition { from: self.status, expired, act: act.name() };
        if expired && !is_done_after_the_end(act.name()) {
            return Err(forbidden);
        }
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        let Some(changed) = self.status_after(act) else { return Err(forbidden) };
        if let Some(changed) = changed {
            next.status = changed;
            next.status_since = now;
            return Ok(next);
        }
        match act {
            Act::Pledge if self.is_active() && !self.encumbrances.pledged => next.encumbrances.pledged = true,
            Act::Mortgage if self.is_active() && !self.encumbrances.mortgaged => {
                next.encumbrances.mortgaged = true
            }
            Act::ReleasePledge if !self.status.is_final() && self.encumbrances.pledged => {
                next.encumbrances.pledged = false;
            }
            Act::ReleaseMortgage if !self.status.is_final() && self.encumbrances.mortgaged => {
                next.encumbrances.mortgaged = false;
            }
            Act::PassInspection { due } if self.is_active() && self.annual_inspection.is_some() => {
                next.annual_inspection = Some(AnnualInspection { due, failed: false });
            }
            Act::FailInspection if self.is_active() => match &mut next.annual_inspection {
                Some(inspection) => inspection.failed = true,
                None => return Err(forbidden),
            },
            // A dispute is about what the record says; it may concern a licence in any state.
            Act::OpenDispute if !self.disputed => next.disputed = true,
            Act::CloseDispute if self.disputed => next.disputed = false,
            _ => return Err(forbidden),
        }
        Ok(next)
    }

    /// The acts of one or of two persons that would be done at `now`: what a refusal names, and a screen offers.
    pub fn allowed(&self, now: UnixTime) -> Vec<ActName> {
        let asked = ActName::ALL.iter().copied().filter(|name| name.doing() != Doing::Elsewhere);
        asked.filter(|name| name.example(now).is_some_and(|act| self.after(act, now).is_ok())).collect()
    }

    /// The status that an act would lead to now, told as plainly as it can be; `None` if it would not be done.
    pub fn status_by(&self, act: ActName, now: UnixTime) -> Option<Status> {
        act.example(now).and_then(|act| self.after(act, now).ok()).map(|after| after.status)
    }

    /// The new status: `Some(None)` for acts that leave it as it is, `None` where the act is not allowed.
    fn status_after(&self, act: Act) -> Option<Option<Status>> {
        use Status::{
            Active, Annulled, Cancelled, Disabled, Draft, OnHold, PendingReview, ReportedLost, Revoked,
            Seized, Superseded, Withdrawn,
        };
        let encumbered = self.encumbrances != Encumbrances::default();
        let next = match (self.status, act) {
            (Draft, Act::Submit) => PendingReview,
            (PendingReview, Act::Approve) => Active,
            (PendingReview, Act::SendBack) => Draft,
            // A changed or cancelled right would take the security from under the creditor.
            (Active | ReportedLost, Act::Supersede { successor }) if !encumbered => Superseded { successor },
            (Active, Act::Suspend) => OnHold,
            (OnHold, Act::Resume) => Active,
            (Active, Act::Seize { until }) => Seized { until },
            (Seized { .. }, Act::Return) => Active,
            (Active, Act::ReportLoss) => ReportedLost,
            (ReportedLost, Act::WithdrawLoss) => Active,
            (Active, Act::Disable) => Disabled,
            (Disabled, Act::Enable) => Active,
            (Active | OnHold | Seized { .. } | ReportedLost | Disabled, Act::Cancel) if !encumbered => {
                Cancelled
            }
            (Active | OnHold | Seized { .. }, Act::Revoke) => Revoked,
            (Active | OnHold | Seized { .. }, Act::Withdraw) => Withdrawn,
            (from, Act::Annul) if !from.is_final() => Annulled,
            (
                _,
                Act::Pledge
                | Act::ReleasePledge
                | Act::Mortgage
                | Act::ReleaseMortgage
                | Act::PassInspection { .. }
                | Act::FailInspection
                | Act::OpenDispute
                | Act::CloseDispute,
            ) => return Some(None),
            _ => return None,
        };
        Some(Some(next))
    }

    fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}

/// What B2 lists for 有效期届满: it can still be renewed, ended, released and disputed. Whether it is suspended or
/// inspected no longer matters to anybody.
const fn is_done_after_the_end(act: ActName) -> bool {
    matches!(
        act,
        ActName::Supersede
            | ActName::Cancel
            | ActName::Revoke
            | ActName::Withdraw
            | ActName::Annul
            | ActName::ReleasePledge
            | ActName::ReleaseMortgage
            | ActName::OpenDispute
            | ActName::CloseDispute
    )
}

#[cfg(test)]
mod tests;
