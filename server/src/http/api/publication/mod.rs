//! The signed objects that verifiers fetch.

pub mod status_lists;
pub mod well_known;
