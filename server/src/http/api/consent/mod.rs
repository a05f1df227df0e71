//! What holders and issuers let units use.

pub mod authorisations;
pub mod delegations;
pub mod duty_applications;
