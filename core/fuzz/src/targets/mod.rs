//! What each fuzz target does with its input, and what must hold whatever the input is.
//!
//! Not panicking is the least of it: each target asserts a property that a wrong reader would break, such as one
//! spelling only, or never `valid` but for what was really signed. The same functions are run by the libFuzzer
//! programs (`cargo xtask soak fuzz`) and, over the corpora kept in `core/fuzz/corpora`, by `cargo test`
//! (`core/tests/fuzz_corpora.rs`).
#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    missing_docs
)]

mod forms;
mod lists;
mod model;
mod mutate;
mod resign;
mod samples;
#[path = "../../../tests/support/world.rs"]
mod world;

pub use forms::{claims, jws_parse, qr_text, sd_jwt};
pub use lists::{catalogue, status_delta, status_inflate, trust_list};
pub use resign::{resign_grant, resign_show};
pub use samples::seeds;

/// A target's name and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const ALL: [Target; 10] = [
    ("jws_parse", jws_parse),
    ("claims", claims),
    ("trust_list", trust_list),
    ("catalogue", catalogue),
    ("status_inflate", status_inflate),
    ("status_delta", status_delta),
    ("qr_text", qr_text),
    ("sd_jwt", sd_jwt),
    ("resign_show", resign_show),
    ("resign_grant", resign_grant),
];
