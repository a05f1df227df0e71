//! Receipts of offline scans.

pub mod scan;
