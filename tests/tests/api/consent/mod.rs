//! What holders and issuers let units use.

mod authorisations;
mod duty_applications;
mod following;
