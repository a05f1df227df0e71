//! Cards of what was delegated to somebody: of a licence only what its scenes show, and nothing of its record (R60).

use std::collections::BTreeMap;

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::access::{Permit, ViewWallet};
use crate::domain::consent::delegation::{Delegation, DelegationState};
use crate::domain::ids::{HolderId, LicenceId};
use crate::domain::licence::Licence;
use crate::service::actor::wallets::Wallet;
use crate::service::licence::cards::Card;
use crate::service::showing::reach;
use crate::storage::consent::delegation;
use crate::storage::{StorageError, Tx};

/// A licence that was delegated to somebody, by one delegation or several.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    /// The licence.
    pub(super) licence: Licence,
    /// The wallet it lies in, as the delegate has it.
    pub(super) wallet: Wallet,
    /// From when on it is shown, where that is still to come.
    pub(super) from: Option<UnixTime>,
    given: Vec<Delegation>,
}

/// What was delegated to the caller and has not ended: of one licence, or of one holder.
pub(super) async fn find(
    app: &App,
    tx: &mut Tx,
    permit: &Permit<ViewWallet>,
    licence: Option<LicenceId>,
    holder: Option<HolderId>,
) -> Result<Vec<Shared>, StorageError> {
    let now = app.now();
    let mut found: BTreeMap<LicenceId, Shared> = BTreeMap::new();
    for row in delegation::accepted(tx, permit.account(), licence, holder, now).await? {
        let given = row.read()?;
        if let Some(shared) = found.get_mut(&row.licence) {
            shared.given.push(given);
        } else if let Some(licence) = reach::open(tx, &app.secrets, &row).await? {
            let shared = Shared { licence, wallet: reach::of(&given), from: None, given: vec![given] };
            found.insert(row.licence, shared);
        }
    }
    let shared = found.into_values().map(|mut shared| {
        shared.wallet.until = shared.given.iter().map(|given| given.until).max();
        let is_live = shared.given.iter().any(|given| given.state(now) == DelegationState::Live);
        let first = shared.given.iter().map(|given| given.from).min();
        shared.from = first.filter(|_| !is_live);
        shared
    });
    Ok(shared.collect())
}

impl Shared {
    /// Leaves of a card what its delegate has of it: the scenes that are in force for him now, and of the face what they
    /// show, as they show it.
    pub(super) fn narrow(&self, mut card: Card, now: UnixTime) -> Card {
        card.scenes.retain(|shown| {
            let code = shown.scene.code.parse();
            code.is_ok_and(|code| self.given.iter().any(|given| given.is_for(&code, now)))
        });
        card.fields.clear();
        for field in card.scenes.iter().flat_map(|shown| &shown.fields) {
            if card.fields.iter().all(|known| known.key != field.key) {
                card.fields.push(field.clone());
            }
        }
        card.parts.clear();
        card
    }
}
