//! Licences: acts, annual inspections, the cards of a wallet.

pub mod acts;
pub mod annual_inspection;
pub mod cards;
