//! `sync` against a server on this machine: what is taken, what is refused, and what is left as it was.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]

mod attacks;
mod by_file;
mod deltas;
mod interruptions;
mod one_of_many;
mod setting;
mod silence;
#[path = "../support/mod.rs"]
mod support;
mod taken;
mod threshold;
