//! The trace that uses leave.

pub mod usage;
