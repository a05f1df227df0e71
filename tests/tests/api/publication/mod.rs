//! What verifiers fetch.

mod keys;
mod status_lists;
