//! Accounts: the first ones, logging in and out, passwords, PINs.

pub mod founding;
pub mod me;
pub mod password;
pub mod pin;
pub mod session;
