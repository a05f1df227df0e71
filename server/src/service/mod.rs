//! Use cases: the order of steps and where the transaction ends. Rules about roles and states live in `domain`.

pub mod access;
pub mod actor;
pub mod casework;
pub mod catalogue;
pub mod consent;
pub mod issuing;
pub mod lease;
pub mod licence;
pub mod outbox;
pub mod outgoing;
pub mod publication;
pub mod readiness;
pub mod showing;
pub mod trace;
pub mod verifying;
pub mod work;
