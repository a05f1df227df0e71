//! Verdicts, and receipts of offline scans.

pub mod scans;
pub mod verify;
