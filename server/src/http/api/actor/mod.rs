//! Logging in and out.

pub mod sessions;
