//! What this server signs and publishes: keys, trust lists, catalogue, status lists.

pub mod ceremony;
pub mod key_life;
pub mod keys;
pub mod publish;
pub mod state;
pub mod status;
pub mod trust;
