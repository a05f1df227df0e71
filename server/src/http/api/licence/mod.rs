//! Licences: cards, acts.

pub mod acts;
pub mod cards;
pub mod history;
pub mod notices;
pub mod own_face;
pub mod requests;
pub mod suggestions;
