//! Licences and the acts on them.

pub mod act;
pub mod record;
