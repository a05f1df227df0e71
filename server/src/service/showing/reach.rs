//! What somebody shows: the licences in wallets that are open to him for it, and beside them what was delegated to him.
//!
//! A delegation opens one licence, in its scenes, while it is in force, and nothing else of the wallet (R60).

use liangzheng_core::time::UnixTime;

use crate::domain::access::{Action, Permit, Wallets};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::actor::membership::Footing;
use crate::domain::catalogue::codes::SceneCode;
use crate::domain::consent::delegation::{Delegation, DelegationState};
use crate::domain::ids::{DelegationId, LicenceId};
use crate::domain::licence::Licence;
use crate::secrets::Secrets;
use crate::service::actor::wallets::{self, Wallet};
use crate::storage::consent::delegation::{self, DelegationRow};
use crate::storage::licence::record;
use crate::storage::{StorageError, Tx};

/// What a look for a licence to be shown finds.
#[derive(Debug)]
pub enum Reached {
    /// It may be shown.
    Open(Box<Licence>, Wallet),
    /// It was delegated, and not for this scene, or its time has not come.
    NotDelegated,
    /// It is nothing of the caller's.
    Nothing,
}

/// A licence that the caller may show in `scene` now.
pub async fn find<A: Action<Scope = Wallets>>(
    tx: &mut Tx,
    secrets: &Secrets,
    permit: &Permit<A>,
    licence: LicenceId,
    scene: &SceneCode,
    now: UnixTime,
) -> Result<Reached, StorageError> {
    if let Some((found, wallet)) = wallets::find(tx, secrets, permit, AgencyAct::Show, licence, now).await? {
        return Ok(Reached::Open(Box::new(found), wallet));
    }
    let rows = delegation::accepted(tx, permit.account(), Some(licence), None, now).await?;
    let mut reached = Reached::Nothing;
    for row in rows {
        let (delegation, Some(found)) = (row.read()?, open(tx, secrets, &row).await?) else { continue };
        if delegation.is_for(scene, now) {
            return Ok(Reached::Open(Box::new(found), of(&delegation)));
        }
        reached = Reached::NotDelegated;
    }
    Ok(reached)
}

/// The same, with the licence held until the transaction ends: who takes a delegation back waits for it, or is seen.
pub async fn find_and_hold<A: Action<Scope = Wallets>>(
    tx: &mut Tx,
    secrets: &Secrets,
    permit: &Permit<A>,
    licence: LicenceId,
    scene: &SceneCode,
    now: UnixTime,
) -> Result<Reached, StorageError> {
    record::hold(tx, licence).await?;
    find(tx, secrets, permit, licence, scene, now).await
}

/// The licence of a show that was opened before, held, on the footing on which it was opened.
pub async fn find_again<A: Action<Scope = Wallets>>(
    tx: &mut Tx,
    secrets: &Secrets,
    permit: &Permit<A>,
    licence: LicenceId,
    by: Option<DelegationId>,
    now: UnixTime,
) -> Result<Option<(Licence, Wallet)>, StorageError> {
    record::hold(tx, licence).await?;
    let Some(by) = by else {
        return wallets::find(tx, secrets, permit, AgencyAct::Show, licence, now).await;
    };
    let Some(row) = delegation::find_for(tx, permit.account(), by).await? else { return Ok(None) };
    let delegation = row.read()?;
    if delegation.licence != licence || delegation.state(now) != DelegationState::Live {
        return Ok(None);
    }
    let found = open(tx, secrets, &row).await?;
    Ok(found.map(|found| (found, of(&delegation))))
}

/// The licence of a delegation, as far as who gave it still has it.
pub(in crate::service) async fn open(
    tx: &mut Tx,
    secrets: &Secrets,
    row: &DelegationRow,
) -> Result<Option<Licence>, StorageError> {
    record::find(tx, secrets, row.holder, row.licence).await
}

/// The wallet that a licence lies in, as its delegate has it.
pub(in crate::service) const fn of(delegation: &Delegation) -> Wallet {
    Wallet {
        holder: delegation.holder,
        footing: Footing::Delegate,
        until: Some(delegation.until),
        delegation: Some(delegation.id),
    }
}
