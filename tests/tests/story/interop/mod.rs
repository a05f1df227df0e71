//! Programs that know nothing of us judge what we make: JOSE and SD-JWT libraries, QR decoders.

mod demo;
mod described;
mod peers;
mod sealed;
mod served;
mod signed;
mod tables;
mod working_days;
mod writers;
