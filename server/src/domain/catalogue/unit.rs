//! Units: who issues, uses and verifies licences.

use liangzheng_core::text::Text;

use super::codes::Uscc;
use crate::words;

words! {
    /// What a unit may do in the system.
    pub enum Capacity: "capacity" {
        /// 签发单位
        Issuing = "issuing" / "签发" / "issuing",
        /// 应用单位
        Using = "using" / "应用" / "using",
        /// 社会化核验单位: a hotel, a hospital.
        Social = "social" / "社会核验" / "social",
    }
}

words! {
    /// Where a unit stands.
    pub enum UnitState: "state of a unit" {
        /// It asked to be let in.
        Applied = "applied" / "已申请" / "applied",
        /// It works.
        Active = "active" / "正常" / "active",
        /// It has ended; another may have taken its work over.
        Closed = "closed" / "已关闭" / "closed",
    }
}

/// A unit as this installation knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its unified social credit code.
    pub id: Uscc,
    /// Its names.
    pub names: Text,
    /// Codes of the regions it works in.
    pub regions: Vec<String>,
    /// What it may do.
    pub capacities: Vec<Capacity>,
    /// Audience classes of scenes that it may verify as.
    pub audiences: Vec<String>,
    /// The unit above, for statistics and succession; it gives no right.
    pub parent: Option<Uscc>,
    /// The unit that took its work over.
    pub successor: Option<Uscc>,
    /// Where it stands.
    pub state: UnitState,
}
