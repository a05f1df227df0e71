//! What a holder sees of the access log.

mod uses;
