//! Verifying what is shown: online, and receipts of offline scans.

pub mod file;
pub mod judge;
pub mod room;
pub mod scans;
pub mod verify;
