//! Verifications and receipts.

mod scans;
mod verify;
