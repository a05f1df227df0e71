//! The harness: a whole server in this process on SQLite or on a real PostgreSQL, a clock that stands still, and
//! makers of the people and licences a test needs.
//!
//! A test speaks HTTP through [`app::TestApp`] and its [`caller::Caller`]s, or storage functions through
//! [`db::TestDb`]; nothing is mocked. What another thread does is waited for by [`until`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that goes wrong should stop at once"
)]

pub mod acts;
pub mod app;
pub mod authenticator;
pub mod caller;
pub mod clock;
pub mod db;
pub mod demo;
pub mod http;
pub mod make;
pub mod outside;
pub mod register;
mod server;
pub mod silence;
pub mod snapshot;
pub mod source;
pub mod until;
