//! Keys, trust lists, catalogues, status lists.

pub mod keys;
pub mod status;
pub mod trust;
