//! Entries of the catalogue 目录条目: matters, kinds, scenes, inspection matters and using lists, each with an owner, versions,
//! and a state.
//!
//! ```text
//!     draft ──submit──▶ submitted ──publish──▶ published ──disable──▶ disabled
//!       ▲ ◀────return──────┘                     │  ▲                    │
//!       └──────────── a new draft, the published version stays in force ─┘
//! ```

use unicode_normalization::UnicodeNormalization;

use crate::words;

words! {
    /// What an entry is.
    pub enum Sort: "sort of entry" {
        /// 事项
        Matter = "matter" / "事项" / "matter",
        /// 证照类型
        Kind = "kind" / "证照类型" / "kind of licence",
        /// 用证场景
        Scene = "scene" / "用证场景" / "scene",
        /// 检查事项
        InspectionMatter = "inspection_matter" / "检查事项" / "inspection matter",
        /// 用证清单
        UsingList = "using_list" / "用证清单" / "using list",
    }
}

impl Sort {
    /// Whether verifiers read of it in the signed catalogue.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Kind | Self::Scene)
    }
}

/// A name as it is compared: names that differ only by width, case or blanks (「Ａ证」 and 「a 证」) are one name (R08).
pub fn compared(name: &str) -> String {
    name.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

words! {
    /// Where a version of an entry stands.
    pub enum EntryState: "state of an entry" {
        /// Being written.
        Draft = "draft" / "草稿" / "draft",
        /// Handed to the manager.
        Submitted = "submitted" / "待确认" / "submitted",
        /// In force, or it was until a later version.
        Published = "published" / "已发布" / "published",
        /// Out of force: nothing new is made by it.
        Disabled = "disabled" / "已停用" / "disabled",
    }
}

words! {
    /// What is done with an entry.
    pub enum EntryAct: "act on an entry" {
        /// Its unit hands the draft to the manager.
        Submit = "submit" / "提交" / "submit",
        /// The manager gives it back, or its unit takes it back.
        Return = "return" / "退回" / "return",
        /// The manager puts it in force.
        Publish = "publish" / "发布" / "publish",
        /// The manager or its unit takes it out of force.
        Disable = "disable" / "停用" / "disable",
    }
}

/// Who acts on an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActedBy {
    /// A member of the unit that owns it.
    Owner,
    /// 电子证照管理机构.
    Manager,
}

/// Why an act is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActRefused {
    /// The version's state does not allow it.
    #[error("{from} does not allow {act}")]
    State {
        /// Where it stands.
        from: EntryState,
        /// What was asked.
        act: EntryAct,
    },
    /// It is for the other of unit and manager.
    #[error("{act} is not for {by:?}")]
    NotYours {
        /// What was asked.
        act: EntryAct,
        /// Who asked.
        by: ActedBy,
    },
    /// Nobody publishes what he wrote (R16's rule of two persons, for the catalogue).
    #[error("nobody publishes what he wrote")]
    TwoPersons,
}

/// The state after an act on a version that stands at `from`; `is_writer`: by a person who wrote in it.
pub fn after(
    from: EntryState,
    act: EntryAct,
    by: ActedBy,
    is_writer: bool,
) -> Result<EntryState, ActRefused> {
    use ActedBy::{Manager, Owner};
    use EntryAct::{Disable, Publish, Return, Submit};
    use EntryState::{Disabled, Draft, Published, Submitted};
    let next = match (from, act, by) {
        (Draft, Submit, Owner) => Submitted,
        (Submitted, Return, _) => Draft,
        (Submitted, Publish, Manager) if is_writer => return Err(ActRefused::TwoPersons),
        (Submitted, Publish, Manager) => Published,
        (Published, Disable, _) => Disabled,
        (_, Submit, Manager) | (_, Publish, Owner) => return Err(ActRefused::NotYours { act, by }),
        _ => return Err(ActRefused::State { from, act }),
    };
    Ok(next)
}

/// The acts that would be done from a state, by anybody: what a refusal names.
pub fn allowed(from: EntryState) -> &'static [EntryAct] {
    match from {
        EntryState::Draft => &[EntryAct::Submit],
        EntryState::Submitted => &[EntryAct::Publish, EntryAct::Return],
        EntryState::Published => &[EntryAct::Disable],
        EntryState::Disabled => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        for (one, other) in
            [("Ａ类（甲）证", "a类\u{28}甲\u{29}证"), ("食品 经营", "食品\u{3000}经营"), ("ＬＥＤ", "led")]
        {
            assert_eq!(compared(one), compared(other), "{one} {other}");
        }
        assert_ne!(compared("结婚证"), compared("离婚证"));
    }

    #[test]
    fn every_act_from_every_state_by_either_side() {
        for from in EntryState::ALL.iter().copied() {
            for act in EntryAct::ALL.iter().copied() {
                for by in [ActedBy::Owner, ActedBy::Manager] {
                    let right = match (from, act, by) {
                        (EntryState::Draft, EntryAct::Submit, ActedBy::Owner) => Some(EntryState::Submitted),
                        (EntryState::Submitted, EntryAct::Return, _) => Some(EntryState::Draft),
                        (EntryState::Submitted, EntryAct::Publish, ActedBy::Manager) => {
                            Some(EntryState::Published)
                        }
                        (EntryState::Published, EntryAct::Disable, _) => Some(EntryState::Disabled),
                        _ => None,
                    };
                    assert_eq!(after(from, act, by, false).ok(), right, "{from} {act} {by:?}");
                    if right.is_some() {
                        assert!(allowed(from).contains(&act), "{from} names {act}");
                    }
                }
            }
        }
        assert_eq!(
            after(EntryState::Submitted, EntryAct::Publish, ActedBy::Manager, true),
            Err(ActRefused::TwoPersons)
        );
    }
}
