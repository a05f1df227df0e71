//! Licences, the acts on them, what holders ask and are told.

pub mod act;
pub mod co_holder;
pub mod listing;
pub mod notice;
pub mod record;
pub mod request;
