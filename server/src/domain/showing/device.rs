//! A holder's phone, known by the public half of a key that never leaves it.

use liangzheng_core::key::PublicKey;
use liangzheng_core::time::UnixTime;

use crate::domain::ids::{AccountId, DeviceId};

/// One registered phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id here.
    pub id: DeviceId,
    /// Whose it is.
    pub account: AccountId,
    /// What its owner calls it, sealed: many call it after themselves.
    pub name: Vec<u8>,
    /// The key a grant is bound to (`cnf`).
    pub key: PublicKey,
    /// When it was registered.
    pub created_at: UnixTime,
    /// When it was dropped; its codes are refused from the next status list on.
    pub dropped_at: Option<UnixTime>,
}
