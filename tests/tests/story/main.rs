//! What crosses areas and programs: the main job, the command lines, other people's vectors and libraries.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that goes wrong should stop at once"
)]

mod demo_register;
mod faults;
mod from_nothing;
mod import_kills;
mod init;
mod interop;
mod kill_load;
mod kills;
mod main_job;
mod outbox_kills;
mod programs;
mod revoked_seals;
mod seal_keys;
mod served;
mod vectors;
mod wycheproof;
