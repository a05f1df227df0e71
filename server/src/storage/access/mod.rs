//! What two persons must do.

pub mod proposal;
