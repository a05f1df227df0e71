//! Who acts.

mod me;
mod pins;
mod races;
mod sessions;
