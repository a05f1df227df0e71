//! The acts of docs/REQUIREMENTS.md B2 and what each makes of a licence: every pair of state and act has an answer.
//!
//! Who may do an act, on what grounds, and whether a second person must agree is not asked here; reason, legal basis
//! and operator are recorded by [`crate::service::licence::acts`] in the transaction that writes the new state.

use std::str::FromStr;

use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};

use crate::domain::ids::LicenceId;
use crate::domain::licence::{AnnualInspection, Encumbrances, Licence, Status};

/// One act on a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// 提交审核
    Submit,
    /// 审核通过
    Approve,
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
#[error("{} is not allowed while the licence is {}", .act.name(), .from.as_str())]
pub struct ForbiddenTransition {
    /// The state.
    pub from: Status,
    /// The act.
    pub act: Act,
}

impl Act {
    /// As in the API and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Supersede { .. } => "supersede",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Seize { .. } => "seize",
            Self::Return => "return",
            Self::ReportLoss => "report_loss",
            Self::WithdrawLoss => "withdraw_loss",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Cancel => "cancel",
            Self::Revoke => "revoke",
            Self::Withdraw => "withdraw",
            Self::Annul => "annul",
            Self::Pledge => "pledge",
            Self::ReleasePledge => "release_pledge",
            Self::Mortgage => "mortgage",
            Self::ReleaseMortgage => "release_mortgage",
            Self::PassInspection { .. } => "pass_inspection",
            Self::FailInspection => "fail_inspection",
            Self::OpenDispute => "open_dispute",
            Self::CloseDispute => "close_dispute",
        }
    }

    /// The word of the regulations.
    pub const fn label(self) -> Text {
        match self {
            Self::Submit => Text::fixed("提交审核", "submit for review"),
            Self::Approve => Text::fixed("审核通过", "approve"),
            Self::Supersede { .. } => Text::fixed("换发新版本", "supersede"),
            Self::Suspend => Text::fixed("挂起", "suspend"),
            Self::Resume => Text::fixed("解除挂起", "resume"),
            Self::Seize { .. } => Text::fixed("暂扣", "seize"),
            Self::Return => Text::fixed("发还", "return"),
            Self::ReportLoss => Text::fixed("挂失", "report loss"),
            Self::WithdrawLoss => Text::fixed("解除挂失", "withdraw the report of loss"),
            Self::Disable => Text::fixed("停用", "disable"),
            Self::Enable => Text::fixed("启用", "enable"),
            Self::Cancel => Text::fixed("注销", "cancel"),
            Self::Revoke => Text::fixed("吊销", "revoke"),
            Self::Withdraw => Text::fixed("撤销", "withdraw"),
            Self::Annul => Text::fixed("废止", "annul"),
            Self::Pledge => Text::fixed("质押", "pledge"),
            Self::ReleasePledge => Text::fixed("解除质押", "release the pledge"),
            Self::Mortgage => Text::fixed("抵押", "mortgage"),
            Self::ReleaseMortgage => Text::fixed("解除抵押", "release the mortgage"),
            Self::PassInspection { .. } => Text::fixed("年检合格", "pass the inspection"),
            Self::FailInspection => Text::fixed("年检不合格", "fail the inspection"),
            Self::OpenDispute => Text::fixed("提出异议", "open a dispute"),
            Self::CloseDispute => Text::fixed("异议办结", "close the dispute"),
        }
    }
}

/// The acts one `issuer_checker` may do in one request, without a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectAct {
    /// 挂起
    Suspend,
    /// 解除挂起
    Resume,
    /// 吊销
    Revoke,
}

impl DirectAct {
    /// The act itself.
    pub const fn act(self) -> Act {
        match self {
            Self::Suspend => Act::Suspend,
            Self::Resume => Act::Resume,
            Self::Revoke => Act::Revoke,
        }
    }
}

/// The text names no act that can be done directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such act")]
pub struct UnknownAct;

impl FromStr for DirectAct {
    type Err = UnknownAct;
    fn from_str(text: &str) -> Result<Self, UnknownAct> {
        [Self::Suspend, Self::Resume, Self::Revoke]
            .into_iter()
            .find(|direct| direct.act().name() == text)
            .ok_or(UnknownAct)
    }
}

impl Licence {
    /// The licence after `act`, done at `now`: one version further, or refused.
    pub fn after(&self, act: Act, now: UnixTime) -> Result<Self, ForbiddenTransition> {
        let forbidden = ForbiddenTransition { from: self.status, act };
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        if let Some(changed) = self.status_after(act)? {
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

    /// The new status; `None` for acts that leave it as it is.
    fn status_after(&self, act: Act) -> Result<Option<Status>, ForbiddenTransition> {
        use Status::{
            Active, Annulled, Cancelled, Disabled, Draft, OnHold, PendingReview, ReportedLost, Revoked,
            Seized, Superseded, Withdrawn,
        };
        let encumbered = self.encumbrances != Encumbrances::default();
        let next = match (self.status, act) {
            (Draft, Act::Submit) => PendingReview,
            (PendingReview, Act::Approve) => Active,
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
            ) => return Ok(None),
            (from, act) => return Err(ForbiddenTransition { from, act }),
        };
        Ok(Some(next))
    }

    fn is_active(&self) -> bool {
        self.status == Status::Active
    }
}

#[cfg(test)]
mod tests;
