//! What goes out of itself, to whom, and how often it is tried.

pub mod letter;
pub mod mail_address;
