//! Shows and phones.

mod devices;
mod show;
