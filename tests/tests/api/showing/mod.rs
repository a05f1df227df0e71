//! Shows, offline grants and phones.

mod devices;
mod notices;
mod offline_grant;
mod show;
