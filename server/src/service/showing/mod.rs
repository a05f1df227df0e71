//! Showing licences 亮证: shows (profile S), offline grants (profile H), phones.

pub mod assurance;
pub mod device;
pub mod mint;
pub mod offline_grant;
pub mod open_shows;
pub mod reach;
pub mod short_code;
pub mod show;
pub mod show_secret;
