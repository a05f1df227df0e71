//! Accounts: logging in and out, passwords, PINs.

pub mod me;
pub mod password;
pub mod pin;
pub mod session;
