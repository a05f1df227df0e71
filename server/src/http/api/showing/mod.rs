//! Shows, their short codes, offline grants, phones.

pub mod devices;
pub mod offline_grant;
pub(crate) mod qr_image;
pub mod short_code;
pub mod show;
