//! One file per resource: bodies, answers, and handlers that translate, call, translate.

pub mod access;
pub mod actor;
pub mod casework;
pub mod catalogue;
pub mod consent;
pub mod issuing;
pub mod licence;
pub mod outbox;
pub mod publication;
pub mod showing;
pub mod trace;
pub mod verifying;

pub(crate) use crate::domain::calendar::minute;
