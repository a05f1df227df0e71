//! Accounts, what they may act as, sessions, holders.

pub mod account;
pub mod agency;
pub mod holder;
pub mod known_place;
pub mod membership;
pub mod session;
