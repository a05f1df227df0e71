//! Verifying what is shown: online, and receipts of offline scans.

pub mod doubts;
pub mod file;
pub mod judge;
pub mod room;
pub mod scans;
pub mod short_code;
pub mod verify;
