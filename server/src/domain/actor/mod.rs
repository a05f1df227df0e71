//! Who acts: accounts, the holders they are or act for, the units they work for.

pub mod account;
pub mod agency;
pub mod client;
pub mod holder;
pub mod lockout;
pub mod membership;
pub mod roles;
pub mod session;
