//! What a holder asks of the unit that issued a licence.

use crate::domain::licence::acts::ActName;
use crate::words;

words! {
    /// What a holder may ask for.
    pub enum RequestedAct: "requested act" {
        /// Done at once: the paper must not be taken any more.
        ReportLoss = "report_loss" / "挂失" / "report loss",
        /// The unit's to do: two of its people must agree.
        Cancel = "cancel" / "注销" / "cancel",
    }
}

words! {
    /// Where a request stands.
    pub enum RequestState: "state of a request" {
        /// Waits for the unit.
        Open = "open" / "待办理" / "Open",
        /// Carried out.
        Done = "done" / "已办理" / "Done",
        /// Refused by the unit, with a reason.
        Refused = "refused" / "不予办理" / "Refused",
        /// The licence ended in another way.
        Lapsed = "lapsed" / "已失效" / "Lapsed",
    }
}

impl RequestedAct {
    /// The act.
    pub const fn act(self) -> ActName {
        match self {
            Self::ReportLoss => ActName::ReportLoss,
            Self::Cancel => ActName::Cancel,
        }
    }
}
