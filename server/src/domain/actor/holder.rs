//! Whoever holds licences 持证主体: a person or an organisation.

use std::fmt;
use std::str::FromStr;

use liangzheng_core::time::UnixTime;

use crate::domain::ids::HolderId;

/// A holder of licences.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its id here.
    pub id: HolderId,
    /// Person or organisation.
    pub kind: HolderKind,
    /// 姓名 or 名称.
    pub name: String,
    /// 公民身份号码 or 统一社会信用代码. Never in clear in a token, a log or a list.
    pub number: String,
    /// When it was entered.
    pub created_at: UnixTime,
}

// Written by hand so that a name or number never reaches a log through `{:?}`.
impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The kinds of holder the regulations know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderKind {
    /// 自然人
    Natural,
    /// 法人
    Legal,
    /// 非法人组织
    Unincorporated,
}

impl HolderKind {
    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Natural => "natural",
            Self::Legal => "legal",
            Self::Unincorporated => "unincorporated",
        }
    }
}

/// The text names no kind of holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such kind of holder")]
pub struct UnknownHolderKind;

impl FromStr for HolderKind {
    type Err = UnknownHolderKind;
    fn from_str(text: &str) -> Result<Self, UnknownHolderKind> {
        [Self::Natural, Self::Legal, Self::Unincorporated]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownHolderKind)
    }
}
