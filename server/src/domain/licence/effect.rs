//! What an act will do, and what a holder can do next, in words: said before and after, the same everywhere.

use liangzheng_core::text::Text;

use crate::domain::licence::acts::ActName;
use crate::domain::licence::{Dates, Status};

impl ActName {
    /// What doing it will do, for who is about to.
    pub const fn effect(self) -> Text {
        match self {
            Self::Suspend => Text::fixed(
                "立即不能亮证，核验显示暂停；可随时解除",
                "It can no longer be shown and verifies as suspended; can be undone.",
            ),
            Self::Seize => Text::fixed(
                "立即不能亮证，核验显示暂停；期满不自动发还",
                "It can no longer be shown and verifies as suspended; a last day does not return it by itself.",
            ),
            Self::Disable => Text::fixed(
                "电子证照立即不能亮证；纸质证照不受影响；可重新启用",
                "The electronic licence can no longer be shown; the paper is not touched; can be enabled again.",
            ),
            Self::Resume | Self::Return | Self::Enable => {
                Text::fixed("立即恢复有效，可以亮证", "It is valid again at once and can be shown.")
            }
            Self::ReportLoss => Text::fixed(
                "电子证照仍可亮证，核验提示纸质证照已挂失",
                "The electronic licence can still be shown; verifiers are told that the paper is lost.",
            ),
            Self::WithdrawLoss => {
                Text::fixed("取消挂失提示", "Verifiers are no longer told that the paper is lost.")
            }
            Self::Cancel | Self::Revoke | Self::Withdraw | Self::Annul => Text::fixed(
                "须另一人确认；确认后立即失效且不能恢复，有误须重新签发",
                "Another person must confirm; then it ends at once and for good: a mistake needs a fresh issue.",
            ),
            Self::Pledge | Self::Mortgage => Text::fixed(
                "仍然有效，核验有提示；解除前不能变更或注销",
                "It stays valid with a notice; it is neither changed nor cancelled before the release.",
            ),
            Self::ReleasePledge | Self::ReleaseMortgage => {
                Text::fixed("取消提示，可以变更或注销", "The notice ends; it can be changed or cancelled.")
            }
            Self::PassInspection => Text::fixed(
                "年检记为合格，至截止日前不再提示",
                "The inspection counts until the day you name.",
            ),
            Self::FailInspection => {
                Text::fixed("核验提示年检未通过，直至合格", "Verifiers are told so until it is passed.")
            }
            Self::Submit | Self::Approve | Self::SendBack => {
                Text::fixed("在审核中办理", "Done in the review.")
            }
            Self::Supersede => {
                Text::fixed("由新版本的审核通过产生", "Follows from the approval of a new version.")
            }
            Self::OpenDispute | Self::CloseDispute => {
                Text::fixed("只对工作人员提示", "Told to officials only.")
            }
        }
    }
}

impl Status {
    /// What its holder can do about a licence that stands so; `None` while nothing need be done.
    pub const fn next_step(self, dates: Dates) -> Option<Text> {
        Some(match self {
            Self::Draft | Self::PendingReview => return None,
            Self::Active => match dates {
                Dates::Expired => Text::fixed("请向签发单位申请延续。", "Ask the issuing unit to renew it."),
                Dates::NotYet | Dates::Current => return None,
            },
            Self::Superseded { .. } => Text::fixed("请出示新版本。", "Show the newer version."),
            Self::OnHold => Text::fixed(
                "请联系签发单位了解情况；原因消除后由其解除挂起。",
                "Ask the issuing unit; it resumes the licence once the cause is gone.",
            ),
            Self::Seized { .. } => Text::fixed(
                "请按签发单位的决定办理，期满后向其申请发还。",
                "Follow the unit’s decision, and ask for its return when the time is over.",
            ),
            Self::ReportedLost => Text::fixed(
                "电子证照仍可使用；请向签发单位补办纸质证照，找到的请申请解除挂失。",
                "The electronic licence can be used; ask the issuing unit for a new paper, or to withdraw the report if it was found.",
            ),
            Self::Disabled => Text::fixed(
                "如需恢复使用，请向签发单位申请启用。",
                "To use it again, ask the issuing unit to enable it.",
            ),
            Self::Cancelled => Text::fixed(
                "此证照不能恢复；如仍需要，请重新申请。",
                "It cannot be restored: apply anew if you need it.",
            ),
            Self::Revoked | Self::Withdrawn | Self::Annulled => Text::fixed(
                "此证照不能恢复；如有异议，可依法申请行政复议或者提起行政诉讼。",
                "It cannot be restored; you may ask for administrative reconsideration or go to court.",
            ),
        })
    }
}
