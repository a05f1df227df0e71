//! Bundles for the command line: its own tests' code, in the corpus' world.
#![allow(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs
)]

use crate::world;

#[path = "../../../verifier-cli/tests/support/bundle.rs"]
mod written;

pub(crate) use written::Bundle;
