//! What goes out.

pub mod letter;
