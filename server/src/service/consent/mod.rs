//! What holders and issuers let units use.

pub mod authorisations;
pub mod duty_applications;
pub mod options;
pub mod succession;
