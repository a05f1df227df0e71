//! What holders and issuers let units use.

mod authorisations;
mod delegation_model;
mod delegation_wire;
mod delegations;
mod duty_applications;
mod following;
