#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test that goes wrong should stop at once"
    )
)]

extern crate alloc;
#[cfg(any(test, feature = "ofd"))]
extern crate std;

pub mod base64url;
pub mod by_name;
pub mod ffi;
pub mod identifier;
pub mod json;
pub mod jws;
pub mod key;
pub mod limits;
mod members;
#[cfg(feature = "ofd")]
pub mod ofd;
pub mod qr;
pub mod reading;
mod refusal;
#[cfg(feature = "schema")]
mod schema;
#[cfg(feature = "seal")]
pub mod seal;
pub mod status;
pub mod text;
pub mod time;
pub mod token;
pub mod trust;
pub mod verify;
