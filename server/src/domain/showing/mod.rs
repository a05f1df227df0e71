//! Showing a licence: the phones that may.

pub mod device;
