//! What using units do.

pub mod alarm;
