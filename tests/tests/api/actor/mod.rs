//! Who acts.

mod sessions;
