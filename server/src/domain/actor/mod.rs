//! Who acts: accounts, the holders they are or act for, the units they work for.

pub mod account;
pub mod agency;
pub mod holder;
pub mod membership;
