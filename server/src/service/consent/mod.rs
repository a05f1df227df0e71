//! What holders and issuers let units use.

pub mod at_counter;
pub mod authorisations;
pub mod delegation_acts;
pub mod delegation_list;
pub mod delegations;
pub mod duty_applications;
pub mod options;
pub mod succession;
