//! Licences: acts, annual inspections, composites, the cards of a wallet, what holders ask and are told.

pub mod acts;
pub mod annual_inspection;
pub mod cards;
mod delegated;
pub mod history;
pub mod notices;
pub mod own_face;
pub mod parts;
pub mod requests;
pub mod succession;
pub mod suggestions;
