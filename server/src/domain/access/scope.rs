//! Within what a caller looks objects up.
//!
//! A look-up of somebody's object takes a [`Scope`], and the database is asked for an object within it: what lies
//! outside is not found, so that its existence stays unknown (404, not 403), and no service can forget to ask.

use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, HolderId};

/// What a look-up may find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Objects of this holder.
    Wallet(HolderId),
    /// Objects of this account: its phones, shows, sessions.
    Account(AccountId),
    /// Objects of this unit.
    Unit(Uscc),
    /// Everything, for jobs and for what follows from an object already found.
    All,
}

impl Scope {
    /// The holder and the unit that an object must have to be found; `None` if no object with a holder and a unit is
    /// within this scope.
    pub fn holder_and_unit(self) -> Option<(Option<HolderId>, Option<Uscc>)> {
        match self {
            Self::Wallet(holder) => Some((Some(holder), None)),
            Self::Unit(unit) => Some((None, Some(unit))),
            Self::All => Some((None, None)),
            Self::Account(_) => None,
        }
    }

    /// The account that an object must have to be found; `Some(None)` = any, `None` = nothing is within this scope.
    pub fn account(self) -> Option<Option<AccountId>> {
        match self {
            Self::Account(account) => Some(Some(account)),
            Self::All => Some(None),
            Self::Wallet(_) | Self::Unit(_) => None,
        }
    }
}

impl From<HolderId> for Scope {
    fn from(holder: HolderId) -> Self {
        Self::Wallet(holder)
    }
}

impl From<Uscc> for Scope {
    fn from(unit: Uscc) -> Self {
        Self::Unit(unit)
    }
}

/// How far an action on the catalogue or on units reaches: one's own unit, or the province for its manager and its
/// auditor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What is of this unit.
    Unit(Uscc),
    /// Everything.
    Province,
}

impl ActionScope for Reach {
    const WORD: &'static str = "province";

    fn of(principal: &Principal, roles: &[Role]) -> Option<Self> {
        let membership = principal.membership.as_ref().filter(|membership| membership.has_role(roles))?;
        let of_the_province = [Role::Manager, Role::Auditor];
        let reaches_far =
            of_the_province.iter().any(|role| roles.contains(role) && membership.roles.contains(role));
        Some(if reaches_far { Self::Province } else { Self::Unit(membership.unit) })
    }
}

/// Whose licences' files one gets: those in wallets that are open to one, and as issuing staff those of one's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileReach {
    /// One's own wallet; those of holders one acts for are read in each transaction.
    pub holder: Option<HolderId>,
    /// One's unit's.
    pub unit: Option<Uscc>,
}

impl ActionScope for FileReach {
    const WORD: &'static str = "file";

    fn of(principal: &Principal, roles: &[Role]) -> Option<Self> {
        let (holder, unit) = (principal.holder, Uscc::of(principal, roles));
        let opens_any = holder.is_some() || !principal.agencies.is_empty();
        (opens_any || unit.is_some()).then_some(Self { holder, unit })
    }
}

/// The wallets that somebody opens: one's own, and those of holders one acts for. Which of the latter, and what for, is read
/// in each transaction: an agent may have been removed a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallets {
    /// The holder this person is.
    pub own: Option<HolderId>,
}

impl ActionScope for Wallets {
    const WORD: &'static str = "wallet";

    fn of(principal: &Principal, _: &[Role]) -> Option<Self> {
        let opens_any = principal.holder.is_some() || !principal.agencies.is_empty();
        opens_any.then_some(Self { own: principal.holder })
    }
}

/// A type of scope that an action names: [`HolderId`] for what is done in a wallet, [`Uscc`] for the work of a unit,
/// [`AccountId`] for what concerns the account itself.
pub trait ActionScope: Copy + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// How far it reaches, for programs: `wallet`, `account`, `unit` or `province`.
    const WORD: &'static str;
    /// Within what `principal` may act, having one of `roles`; `None` if not at all.
    fn of(principal: &Principal, roles: &[Role]) -> Option<Self>;
}

impl ActionScope for HolderId {
    const WORD: &'static str = "wallet";

    fn of(principal: &Principal, _: &[Role]) -> Option<Self> {
        principal.holder
    }
}

impl ActionScope for AccountId {
    const WORD: &'static str = "account";

    fn of(principal: &Principal, _: &[Role]) -> Option<Self> {
        Some(principal.account)
    }
}

impl ActionScope for Uscc {
    const WORD: &'static str = "unit";

    fn of(principal: &Principal, roles: &[Role]) -> Option<Self> {
        principal
            .membership
            .as_ref()
            .filter(|membership| membership.has_role(roles))
            .map(|membership| membership.unit)
    }
}
