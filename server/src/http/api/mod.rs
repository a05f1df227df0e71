//! One file per resource: bodies, answers, and handlers that translate, call, translate.

pub mod actor;
pub mod catalogue;
pub mod licence;
pub mod publication;
pub mod showing;
pub mod trace;
pub mod verifying;
