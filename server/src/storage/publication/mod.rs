//! Keys, trust lists, catalogues, status lists.

pub mod keys;
pub mod status;
pub mod status_publication;
pub mod trust;
