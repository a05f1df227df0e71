//! Shows, their short codes, offline grants and phones.

mod devices;
mod notices;
mod offline_grant;
mod short_code;
mod show;
