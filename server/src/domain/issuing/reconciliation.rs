//! A unit's own list beside what is here.

use crate::words;

words! {
    /// How a licence stands that is not the same on both sides.
    pub enum Found: "difference" {
        /// In the list and not here.
        Missing = "missing" / "本平台没有" / "not here",
        /// Here, not ended, and not in the list.
        Extra = "extra" / "清单没有" / "not in the list",
        /// On both sides, and not the same.
        Different = "different" / "内容不同" / "differs",
    }
}
