//! Storage functions, area by area: each function's contract, on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that goes wrong should stop at once")]

mod people;
mod schema;
mod tokens;
