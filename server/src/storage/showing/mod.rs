//! Phones and open shows.

pub mod device;
pub mod show;
