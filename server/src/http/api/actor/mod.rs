//! Logging in and out.

mod factors;
pub mod sessions;
