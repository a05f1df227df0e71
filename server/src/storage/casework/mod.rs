//! What using units do.

pub mod alarm;
pub mod analysis;
pub mod counter_request;
