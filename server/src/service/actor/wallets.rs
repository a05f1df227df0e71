//! Which wallets somebody opens, and what for: his own for everything, that of a holder he acts for as far as he was named.
//!
//! Read anew in each transaction: who was removed a moment ago finds nothing there.

use liangzheng_core::time::UnixTime;

use crate::domain::access::{Action, Permit, ReadFile, Wallets};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::actor::membership::Footing;
use crate::domain::ids::{AccountId, DelegationId, HolderId, LicenceId};
use crate::domain::licence::Licence;
use crate::secrets::Secrets;
use crate::storage::actor::agency;
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// A wallet that is open to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// Whose it is.
    pub holder: HolderId,
    /// On what footing it is opened.
    pub footing: Footing,
    /// When that footing ends by itself: what is given out on it lasts no longer.
    pub until: Option<UnixTime>,
    /// The delegation by which one licence in it is shown; it opens nothing else.
    pub delegation: Option<DelegationId>,
}

/// Whose wallet is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// The own one.
    Own,
    /// That of a holder one acts for.
    Holder(HolderId),
}

/// What a question for one wallet finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// It is open.
    Open(Wallet),
    /// The own one, of somebody who is no holder: nothing is in it.
    Empty,
    /// It is another's, and not open.
    Shut,
}

/// Who opens wallets.
#[derive(Clone, Copy, Debug)]
pub struct Opener {
    account: AccountId,
    own: Option<HolderId>,
}

impl<A: Action<Scope = Wallets>> From<&Permit<A>> for Opener {
    fn from(permit: &Permit<A>) -> Self {
        Self { account: permit.account(), own: permit.scope().own }
    }
}

impl Opener {
    /// Who gets the file of a licence in one of them, and not as a member of staff.
    pub fn of_file(permit: &Permit<ReadFile>) -> Self {
        Self { account: permit.account(), own: permit.scope().holder }
    }
}

/// The wallets that are open for an act, the own one first.
pub async fn open(
    tx: &mut Tx,
    opener: impl Into<Opener>,
    act: AgencyAct,
    now: UnixTime,
) -> Result<Vec<Wallet>, StorageError> {
    let Opener { account, own } = opener.into();
    let own = own.map(|holder| Wallet { holder, footing: Footing::Own, until: None, delegation: None });
    let agencies = agency::of_account(tx, account, now).await?.into_iter();
    let others = agencies.filter(|agency| agency.is_for(act)).map(|agency| Wallet {
        holder: agency.holder,
        footing: Footing::Agent,
        until: agency.ends_at,
        delegation: None,
    });
    Ok(own.into_iter().chain(others).collect())
}

/// The one that is asked for, if it is open for an act.
pub async fn choose(
    tx: &mut Tx,
    opener: impl Into<Opener>,
    act: AgencyAct,
    whose: For,
    now: UnixTime,
) -> Result<Chosen, StorageError> {
    let mut open = open(tx, opener, act, now).await?.into_iter();
    Ok(match whose {
        For::Own => open.find(|wallet| wallet.footing == Footing::Own).map_or(Chosen::Empty, Chosen::Open),
        For::Holder(holder) => open.find(|wallet| wallet.holder == holder).map_or(Chosen::Shut, Chosen::Open),
    })
}

/// A licence in one of them, with the wallet it lies in; `None` if it is in none.
pub async fn find(
    tx: &mut Tx,
    secrets: &Secrets,
    opener: impl Into<Opener>,
    act: AgencyAct,
    licence: LicenceId,
    now: UnixTime,
) -> Result<Option<(Licence, Wallet)>, StorageError> {
    for wallet in open(tx, opener, act, now).await? {
        if let Some(found) = record::find(tx, secrets, wallet.holder, licence).await? {
            return Ok(Some((found, wallet)));
        }
    }
    Ok(None)
}

/// The same, with the licence held until the transaction ends.
pub async fn find_and_hold(
    tx: &mut Tx,
    secrets: &Secrets,
    opener: impl Into<Opener>,
    act: AgencyAct,
    licence: LicenceId,
    now: UnixTime,
) -> Result<Option<(Licence, Wallet)>, StorageError> {
    record::hold(tx, licence).await?;
    find(tx, secrets, opener, act, licence, now).await
}
