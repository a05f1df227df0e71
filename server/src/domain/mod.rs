//! The rules of the field, pure: no web server, no database, no waiting, no clock.

pub mod access;
pub mod actor;
pub mod calendar;
pub mod casework;
pub mod catalogue;
pub mod clock;
pub mod consent;
pub mod fault;
pub mod ids;
pub mod issuing;
pub mod licence;
pub mod outbox;
pub mod schema;
pub mod showing;
pub mod text;
pub mod trace;
pub mod verifying;
pub mod words;
