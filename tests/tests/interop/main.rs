//! Programs that know nothing of us judge what we make: JOSE and SD-JWT libraries, QR decoders.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that goes wrong should stop at once"
)]

mod demo;
mod described;
mod peers;
mod served;
mod signed;
