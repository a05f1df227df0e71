//! Which key signs what, and when.
//!
//! A key signs only once it stands in the newest trust list, from its `nbf` on, and only if the key store holds
//! its private half. The newest such key of a purpose is the active one; older ones are retired: they sign
//! nothing more and verify what they signed until that expires.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use liangzheng_core::key::Signer;
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::{Operator, Purpose};

use crate::signing::{KeyStore, KeyStoreError};

/// The operator's signing keys, parsed once and shared by every worker.
pub struct Keys {
    store: Arc<dyn KeyStore>,
    ring: RwLock<Arc<Vec<RingKey>>>,
}

/// No key of this purpose may sign now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no active key for {purpose:?} tokens")]
pub struct NoActiveKey {
    /// The purpose asked for.
    pub purpose: Purpose,
}

struct RingKey {
    purpose: Purpose,
    nbf: UnixTime,
    exp: UnixTime,
    signer: Arc<dyn Signer>,
}

impl Keys {
    /// An empty ring over `store`; [`Keys::reload`] fills it.
    pub fn new(store: Arc<dyn KeyStore>) -> Self {
        Self { store, ring: RwLock::default() }
    }

    /// The store behind the ring.
    pub fn store(&self) -> &dyn KeyStore {
        &*self.store
    }

    /// Takes the keys of `operator` as published that can be opened here.
    ///
    /// A published key that the store lacks is no error: another server may hold it. One that the store holds
    /// but cannot open is, because then this server would go on with an older key unnoticed.
    pub fn reload(&self, operator: &Operator) -> Result<(), KeyStoreError> {
        let mut ring = Vec::with_capacity(operator.keys.len());
        for key in operator.keys.iter().filter(|key| !key.compromised && key.revoked_at.is_none()) {
            match self.store.open(&key.kid) {
                Ok(stored) => {
                    ring.push(RingKey {
                        purpose: key.purpose,
                        nbf: key.nbf,
                        exp: key.exp,
                        signer: stored.signer,
                    });
                }
                Err(KeyStoreError::Absent { .. }) => {
                    tracing::warn!(kid = key.kid, "a published key is not in this server's key store");
                }
                Err(other) => return Err(other),
            }
        }
        ring.sort_by_key(|key| std::cmp::Reverse(key.nbf));
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }

    /// The active key of a purpose.
    pub fn signer(&self, purpose: Purpose, now: UnixTime) -> Result<Arc<dyn Signer>, NoActiveKey> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        ring.iter()
            .find(|key| key.purpose == purpose && key.nbf <= now && now < key.exp)
            .map(|key| key.signer.clone())
            .ok_or(NoActiveKey { purpose })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_list().entries(ring.iter().map(|key| (key.purpose, key.signer.kid()))).finish()
    }
}

/// A purpose as written in the register and on the command line.
pub const fn purpose_name(purpose: Purpose) -> &'static str {
    purpose.as_str()
}

/// Reads what [`purpose_name`] writes.
pub fn purpose_from_name(name: &str) -> Option<Purpose> {
    ALL_PURPOSES.into_iter().find(|purpose| purpose_name(*purpose) == name)
}

/// Every purpose a key may have.
pub const ALL_PURPOSES: [Purpose; 4] = [Purpose::Show, Purpose::Grant, Purpose::Status, Purpose::Catalogue];
