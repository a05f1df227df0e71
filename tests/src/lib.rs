//! The harness: a whole server in this process on SQLite or on a real PostgreSQL, a clock that stands still, and
//! builders of the people and licences a test needs.
//!
//! A test speaks HTTP through [`app::TestApp`], or storage functions through [`db::TestDb`]; nothing is mocked.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that goes wrong should stop at once"
)]

pub mod app;
pub mod builders;
pub mod clock;
pub mod db;
pub mod demo;
pub mod http;
