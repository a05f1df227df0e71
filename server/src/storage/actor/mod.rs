//! Accounts, sessions, holders.

pub mod account;
pub mod holder;
pub mod session;
