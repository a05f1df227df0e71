//! The access log.

pub mod access_log;
pub mod audit;
