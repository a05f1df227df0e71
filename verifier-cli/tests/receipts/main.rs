//! `--receipts` and what becomes of them: on the disk before the verdict is told, and at the server once.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod files;
mod keeping;
mod setting;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod upload;
