//! Exports for browsers and Node. Every rule lives in `liangzheng-core`; this crate only carries text in and out.
//!
//! Three modules are built from it, one per cargo feature, so that a page loads what it uses:
//!
//! | feature | for | draws on |
//! |---|---|---|
//! | `verifier` | the inspector's page, the widget, Node | core and `p256` |
//! | `wallet` | the holder's phone: packing, key-binding proofs, drawing codes | core and `fast_qr` |
//! | `scanner` | reading a code from a picture | core (`reading`) and `rxing` |
//!
//! What crosses the border is text: JSON is parsed by the engine on the other side, which is smaller than carrying
//! a second object model in the module. Errors are JSON too (`{code, message, hint}`) and become `LiangzhengError`
//! in `js/`. Nothing here reads a clock, the network or a source of random bytes: the caller gives them.
//!
//! The verifier's own module does without the standard library: what std brings for a panic that nobody reads, and its
//! allocator, would be a tenth of it.

#![cfg_attr(
    all(target_arch = "wasm32", feature = "verifier", not(any(feature = "wallet", feature = "scanner"))),
    no_std
)]

extern crate alloc;

#[cfg(any(feature = "verifier", feature = "wallet"))]
mod error;
#[cfg(feature = "wallet")]
mod qr_svg;
#[cfg(feature = "scanner")]
pub mod scanner;
#[cfg(feature = "verifier")]
pub mod verifier;
#[cfg(feature = "wallet")]
pub mod wallet;
#[cfg(all(target_arch = "wasm32", feature = "verifier", not(any(feature = "wallet", feature = "scanner"))))]
mod without_std;
