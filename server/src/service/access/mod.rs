//! Who gets in: request rates; and what two persons must do.

pub mod limits;
pub mod proposals;
