//! What holders and issuers let units use.

pub mod authorisation;
pub mod delegation;
pub mod duty;
