//! What using units do with licences in their cases.

pub mod analysis;
pub mod counter_request;
pub mod fetch;
