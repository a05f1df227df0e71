//! What holders and issuers let units use: authorisations of a holder, the standing consent of an issuer.

pub mod authorisation;
pub mod duty;
