//! What using units do with licences in their cases.

pub mod fetch;
