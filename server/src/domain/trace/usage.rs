//! One use of a licence, as the access log keeps it.

use std::sync::Arc;

use liangzheng_core::time::UnixTime;

use crate::domain::actor::membership::Footing;
use crate::domain::casework::fetch::ScopeRule;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::using_list::MaterialFooting;
use crate::domain::ids::HolderId;

/// What was done with a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum UseKind {
    /// A show was opened. Its further tokens are named by the same row.
    Show = 1,
    /// An offline grant went to a device.
    OfflineGrant = 3,
    /// Somebody verified a token here.
    Verification = 4,
    /// Staff of the platform looked at it, for a case or a reason.
    Look = 6,
    /// A licence's file was fetched; the code for print in it is named as a show's tokens are.
    Download = 7,
    /// A unit fetched it for a case, or tried to.
    Fetch = 8,
    /// The same with all that a matter needs at one look.
    Prefill = 9,
    /// Somebody looked it up among what is public.
    PublicLookUp = 10,
    /// The counter of the issuing unit looked it up for its holder, who had no phone.
    CounterLookUp = 11,
    /// The issuing unit printed a copy of it, which stands in its print register.
    Print = 12,
}

impl UseKind {
    /// What the number of a row says; what is not known is a verification, as the first rows were.
    pub const fn of_number(number: i64) -> Self {
        match number {
            1 => Self::Show,
            3 => Self::OfflineGrant,
            6 => Self::Look,
            7 => Self::Download,
            8 => Self::Fetch,
            9 => Self::Prefill,
            10 => Self::PublicLookUp,
            11 => Self::CounterLookUp,
            12 => Self::Print,
            _ => Self::Verification,
        }
    }
}

/// One row of the log.
#[derive(Clone, Debug)]
pub struct Use {
    /// When, in whole seconds.
    pub at: UnixTime,
    /// What was done.
    pub kind: UseKind,
    /// The licence; empty when a verification could not tell.
    pub licence: Arc<str>,
    /// The account that did it; empty for the anonymous public.
    pub actor: Arc<str>,
    /// The show, the device (offline grant), or the verdict's code (verification).
    pub subject: Arc<str>,
    /// The scene, as far as known.
    pub scene: Arc<str>,
    /// For a show its sealed secret, from which the `jti` of each of its tokens is derived; otherwise the token's `jti`
    /// or the first 12 bytes of its replay key.
    pub token: Vec<u8>,
    /// For whom and why, where that is more than "the account itself, for its own licence".
    pub ground: Option<Box<Ground>>,
}

/// For whom and why a licence was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// On what footing.
    pub footing: Footing,
    /// For which unit a member acted.
    pub unit: Option<Uscc>,
    /// The holder an agent or delegate acted for.
    pub on_behalf_of: Option<HolderId>,
    /// The case it was needed for.
    pub case: Option<String>,
    /// Code of the purpose, as in the using list.
    pub purpose: Option<String>,
    /// Why, in words of who did it, sealed, since they may name persons
    /// ([`crate::storage::trace::access_log::seal_reason`]).
    pub reason: Option<Vec<u8>>,
    /// Code of the inspection matter.
    pub matter: Option<String>,
    /// What a fetch asked for, and what became of it.
    pub fetch: Option<FetchGround>,
}

/// What a fetch asked for, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchGround {
    /// Whose licences, as far as he has a row.
    pub holder: Option<HolderId>,
    /// Of which kind; `None` where the list of the unit has nothing for the case's matter.
    pub kind: Option<KindCode>,
    /// On which footing of the using list; `None` where it was refused before that was known.
    pub material: Option<MaterialFooting>,
    /// The rule that failed.
    pub refused: Option<ScopeRule>,
}

impl Ground {
    /// Somebody did it for `holder`: an agent, or a delegate.
    pub fn on_behalf_of(holder: HolderId, footing: Footing) -> Self {
        Self {
            footing,
            unit: None,
            on_behalf_of: Some(holder),
            case: None,
            purpose: None,
            reason: None,
            matter: None,
            fetch: None,
        }
    }

    /// A member of `unit` did it.
    pub fn member(unit: Uscc) -> Self {
        Self {
            footing: Footing::Member,
            unit: Some(unit),
            on_behalf_of: None,
            case: None,
            purpose: None,
            reason: None,
            matter: None,
            fetch: None,
        }
    }
}
