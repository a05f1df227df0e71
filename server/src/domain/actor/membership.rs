//! Members of units, their roles, and on what footing somebody acts.

use crate::domain::catalogue::codes::Uscc;
use crate::words;

words! {
    /// What a member of a unit may do there (docs/REQUIREMENTS.md D).
    pub enum Role: "role" {
        /// 制证人员 of an issuing unit: prepares.
        IssuerMaker = "issuer_maker" / "制证人员" / "issuing clerk",
        /// 审核人员 of an issuing unit: approves, changes the state of licences.
        IssuerChecker = "issuer_checker" / "审核人员" / "issuing checker",
        /// Administers a unit.
        UnitAdmin = "unit_admin" / "单位管理员" / "unit administrator",
        /// 办事人员 of a using unit: fetches what a case needs.
        Handler = "handler" / "办事人员" / "case handler",
        /// 检查人员: scans on site.
        Inspector = "inspector" / "检查人员" / "inspector",
        /// Hotel, hospital, pharmacy: scans at the desk.
        Verifier = "verifier" / "核验人员" / "verifier",
        /// 电子证照管理机构: confirms kinds and scenes, sees figures.
        Manager = "manager" / "电子证照管理人员" / "manager",
        /// Runs the server; sees no personal data.
        Operator = "operator" / "运维人员" / "operator",
        /// Reads counts and logs, and with a reason single rows; changes nothing.
        Auditor = "auditor" / "审计人员" / "auditor",
    }
}

words! {
    /// On what footing somebody acts; recorded with each act.
    pub enum Footing: "footing" {
        /// As the holder.
        Own = "own" / "本人" / "own",
        /// For a holder who is a firm or a ward.
        Agent = "agent" / "代理" / "agent",
        /// By a delegation 委托.
        Delegate = "delegate" / "受托" / "delegate",
        /// As a member of a unit.
        Member = "member" / "工作人员" / "member",
    }
}

/// The unit a person works for, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The unit.
    pub unit: Uscc,
    /// The roles in it that have not ended.
    pub roles: Vec<Role>,
}

impl Membership {
    /// Whether one of `roles` is among the member's.
    pub fn has_role(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|held| roles.contains(held))
    }
}
