//! What using units do.

pub mod alarm;
pub mod counter_request;
