//! What this server signs and publishes: keys, trust lists, catalogue, status lists.

pub mod catalogue;
pub mod ceremony;
pub mod clock_start;
pub mod clock_watch;
pub mod founding;
pub mod key_life;
pub mod keys;
pub mod publisher;
pub mod recover;
pub mod state;
pub mod status;
pub mod status_lists;
pub mod trust;
