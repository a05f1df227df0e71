//! What crosses areas and programs: the main job, the command lines, other people's vectors and libraries.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that goes wrong should stop at once"
)]

mod faults;
mod init;
mod interop;
mod kill_load;
mod kills;
mod main_job;
mod programs;
mod vectors;
mod wycheproof;
