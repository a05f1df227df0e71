//! Logging in and out.

mod factors;
pub mod me;
pub mod sessions;
