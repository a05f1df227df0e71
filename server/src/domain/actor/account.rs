//! Who acts: accounts, their roles, and the principal a request speaks for.

use std::fmt;
use std::str::FromStr;

use crate::domain::ids::{AccountId, HolderId, SessionId};

/// What an account is, and so what it may do (requirements.md D).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 持证主体: a citizen or an organisation.
    Holder,
    /// 制证人员 of an issuing unit: prepares.
    IssuerMaker,
    /// 审核人员 of an issuing unit: approves, changes the state of licences.
    IssuerChecker,
    /// Administers a using unit.
    UnitAdmin,
    /// 办事人员 of a using unit: fetches what a case needs.
    Handler,
    /// 检查人员: scans on site.
    Inspector,
    /// Hotel, hospital, pharmacy: scans at the desk.
    Verifier,
    /// 电子证照管理机构: confirms kinds and scenes, sees figures.
    Manager,
    /// Runs the server; sees no personal data.
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Holder,
        Self::IssuerMaker,
        Self::IssuerChecker,
        Self::UnitAdmin,
        Self::Handler,
        Self::Inspector,
        Self::Verifier,
        Self::Manager,
        Self::Operator,
    ];

    /// As written in the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::IssuerMaker => "issuer_maker",
            Self::IssuerChecker => "issuer_checker",
            Self::UnitAdmin => "unit_admin",
            Self::Handler => "handler",
            Self::Inspector => "inspector",
            Self::Verifier => "verifier",
            Self::Manager => "manager",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such role")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// Whom a request speaks for, as known when the request came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub account: AccountId,
    /// The session that was used.
    pub session: SessionId,
    /// Its login, for display to itself.
    pub login: String,
    /// Its name, for display to itself and in acts.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// The unit it works for (USCC); staff only.
    pub unit: Option<String>,
    /// The holder it is; role `holder` only.
    pub holder: Option<HolderId>,
}
