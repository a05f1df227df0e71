//! What holders let others use and show, and issuers let units use: authorisations and delegations of a holder, the standing
//! consent of an issuer.

pub mod authorisation;
pub mod delegation;
pub mod duty;
