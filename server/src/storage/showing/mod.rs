//! Phones, open shows and their short codes.

pub mod device;
pub mod short_code;
pub mod show;
