//! Verifying: receipts of scans made without a network.

pub mod scan;
