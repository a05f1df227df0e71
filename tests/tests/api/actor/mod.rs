//! Who acts.

mod floods;
mod me;
mod pins;
mod races;
mod sessions;
