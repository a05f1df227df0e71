//! Verifying what is shown: online, and receipts of offline scans.

pub mod judge;
pub mod scans;
pub mod verify;
