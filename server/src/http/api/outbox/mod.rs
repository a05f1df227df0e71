//! What goes out.

pub mod letters;
