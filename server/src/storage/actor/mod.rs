//! Accounts, what they may act as, sessions, holders.

pub mod account;
pub mod agency;
pub mod agency_entry;
pub mod client;
pub mod contact;
pub mod holder;
pub mod identity;
pub mod known_place;
pub mod membership;
pub mod no_suggestions;
pub mod person;
pub mod recovery;
pub mod session;
pub mod totp;
