//! What is to be done, and by whom.

use crate::domain::actor::membership::Role;
use crate::words;

words! {
    /// What is to be done.
    pub enum TaskKind: "kind of task" {
        /// A draft is to be finished or mended, and handed in.
        Draft = "draft" / "待提交草稿" / "draft to be handed in",
        /// A draft is to be approved or sent back.
        Review = "review" / "待审核" / "review",
        /// A file of many rows is to be committed or cancelled.
        Import = "import" / "待确认导入" / "import to be committed",
        /// What a holder asked of the unit is to be put forward or refused.
        Request = "request" / "持证人申请" / "request of a holder",
        /// A licence should have been there.
        Overdue = "overdue" / "逾期未制证" / "overdue licence",
        /// An agency is to be approved by a second person.
        Agency = "agency" / "待审核代理关系" / "agency to be approved",
        /// Something doubtful at a scan is to be looked into.
        Doubt = "doubt" / "核验存疑" / "doubt at a scan",
        /// Somebody whom the identity provider knows fits no holder.
        Identity = "identity" / "身份不符" / "identity that fits no holder",
        /// A using unit asks for the standing consent of this one.
        Duty = "duty" / "履职共享申请" / "duty application",
        /// Counts over licences are to be approved or sent back.
        Analysis = "analysis" / "待审核统计分析" / "analysis to be approved",
        /// Tries of a unit to fetch were refused, three in an hour.
        ScopeAlarm = "scope_alarm" / "超范围用证预警" / "tries out of scope",
    }
}

words! {
    /// What is done with a task.
    pub enum TaskAct: "act on a task" {
        /// One takes it.
        Claim = "claim" / "认领" / "claim",
        /// One gives it back.
        Release = "release" / "退回" / "release",
        /// It goes to another.
        Reassign = "reassign" / "转交" / "reassign",
        /// It has been seen to; of what no other act ends.
        End = "end" / "办结" / "end",
    }
}

impl TaskKind {
    /// Whose task it is.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Draft | Self::Overdue => &[Role::IssuerMaker],
            Self::Review | Self::Import | Self::Agency | Self::Duty => &[Role::IssuerChecker],
            Self::Request => &[Role::IssuerMaker, Role::IssuerChecker],
            Self::Doubt | Self::Analysis => &[Role::IssuerChecker, Role::Manager],
            Self::Identity | Self::ScopeAlarm => &[Role::Manager],
        }
    }
}
