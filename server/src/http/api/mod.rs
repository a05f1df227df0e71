//! One file per resource: bodies, answers, and handlers that translate, call, translate.

pub mod acts;
pub mod devices;
pub mod grant;
pub(crate) mod qr_image;
pub mod sessions;
pub mod show;
pub mod status_lists;
pub mod uses;
pub mod verify;
pub mod wallet_licences;
pub mod well_known;
