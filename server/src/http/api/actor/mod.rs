//! Logging in and out, and what concerns the own account.

pub mod accounts;
pub mod agencies;
pub mod clients;
pub mod contact;
pub mod effective;
mod factors;
pub mod me;
pub mod oidc;
pub mod own_sessions;
pub mod password;
pub mod recovery;
pub mod sessions;
pub mod totp;
