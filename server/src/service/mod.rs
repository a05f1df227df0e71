//! Use cases: the order of steps and where the transaction ends. Rules about roles and states live in `domain`.

pub mod access;
pub mod actor;
pub mod ceremony;
pub mod key_life;
pub mod keys;
pub mod licence;
pub mod publish;
pub mod showing;
pub mod status;
pub mod tokens;
pub mod trace;
pub mod trust;
pub mod verifying;
