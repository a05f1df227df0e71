//! Programs that know nothing of us judge what we make: JOSE and SD-JWT libraries, QR decoders.

mod demo;
mod described;
mod peers;
mod served;
mod signed;
