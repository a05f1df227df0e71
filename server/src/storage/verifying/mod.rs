//! Spent tokens, and receipts of offline scans.

pub mod scan;
pub mod spent;
