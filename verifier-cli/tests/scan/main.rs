//! `scan`: lines of a scanner, folders, videos, and the handshake in a row.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod filmed;
mod folders;
mod handshake;
mod lines;
mod setting;
#[path = "../support/mod.rs"]
mod support;
