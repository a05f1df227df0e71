//! Shows and phones.

mod show;
