//! A draft that may be of what is there already: why, and what people decide.

use crate::words;

words! {
    /// Why two are suspected to be one.
    pub enum Why: "reason of suspicion" {
        /// Two drafts have what no two licences may both have: only one of them can be issued.
        FaceKey = "face_key" / "不得重复的照面内容相同" / "same values that must differ",
        /// The same holder has a licence, or an open draft, of this kind, and nothing of the kind tells the two apart.
        Holder = "holder" / "同一持证主体已有同类证照" / "same holder, same kind",
        /// The holder is known here by another name.
        Name = "name" / "同一号码已登记为其他姓名（名称）" / "same number, other name",
    }
}

words! {
    /// Where a suspect stands.
    pub enum SuspectState: "state of a suspect" {
        /// Nobody has decided; the draft is not approved.
        Open = "open" / "待核对" / "open",
        /// They are two.
        Different = "different" / "已确认不同" / "different",
        /// They are one.
        Same = "same" / "已确认相同" / "same",
    }
}

words! {
    /// What people decide.
    pub enum SuspectAct: "act on a suspect" {
        /// They are one: the draft is closed, or becomes the next version of the other.
        Same = "same" / "相同" / "same",
        /// They are two: the draft goes on.
        Different = "different" / "不同" / "different",
    }
}
