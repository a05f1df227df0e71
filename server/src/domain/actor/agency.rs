//! Acting for a holder that cannot act by itself: a firm, a ward.

use crate::domain::ids::HolderId;
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

/// One holder an account acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agency {
    /// The holder.
    pub holder: HolderId,
    /// How near.
    pub level: AgencyLevel,
}
