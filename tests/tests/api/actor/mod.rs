//! Who acts.

mod me;
mod pins;
mod sessions;
