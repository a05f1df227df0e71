//! Who acts: accounts and holders.

pub mod account;
pub mod holder;
