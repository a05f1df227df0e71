//! Who acts.

mod pins;
mod sessions;
