//! `[access]`: what a session must have been made with.

use serde::{Deserialize, Serialize};

use crate::domain::actor::session::StaffFactor;

/// What a session must have been made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessConfig {
    /// For the work of a unit: `totp` asks for a password and the code of an authenticator, `none` for a password.
    ///
    /// `none` is for demonstrations: whoever then learns a clerk's password issues licences.
    pub staff_factor: StaffFactor,
}

impl Default for AccessConfig {
    fn default() -> Self {
        // What is safe where nobody said anything.
        Self { staff_factor: StaffFactor::Totp }
    }
}
