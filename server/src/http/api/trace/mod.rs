//! Who used what.

pub mod uses;
