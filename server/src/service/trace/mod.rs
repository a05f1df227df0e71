//! The access log: written before an answer leaves, read by the holder.

pub mod access_log;
pub mod evidence;
pub mod uses;
