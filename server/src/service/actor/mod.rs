//! Accounts: the first ones, logging in and out, passwords, PINs.

pub mod founding;
pub mod known;
pub mod login;
pub mod me;
pub mod password;
pub mod pin;
pub mod session;
pub mod turns;
