//! Licences: cards, acts.

pub mod acts;
pub mod cards;
