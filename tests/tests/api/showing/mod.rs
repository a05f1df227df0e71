//! Shows, offline grants and phones.

mod devices;
mod offline_grant;
mod show;
