//! Spent tokens, wrong short codes, receipts of scans, and what was doubtful at them.

pub mod doubt;
pub mod scan;
pub mod spent;
pub mod wrong_code;
