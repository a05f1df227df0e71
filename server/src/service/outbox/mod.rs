//! The outbox: what holders and units are told goes out by mail and to a program of the operator's.
//!
//! A letter is written in the transaction of what it tells of (`telling`, `units`), and sent by a job (`sending`), at least
//! once; so an act never waits for somebody else's server, and nothing that was told is lost with a server. What it says is
//! that there is something to see and where: names and numbers stay here.

pub mod letters;
pub mod mail;
pub mod sending;
pub mod telling;
pub mod units;
pub mod webhook;

use self::mail::Mail;
use self::webhook::Webhook;
use crate::config::NoticesConfig;
use crate::domain::outbox::letter::Channel;

/// By what letters go out of this installation.
pub struct Outbox {
    /// The mail server.
    pub mail: Option<Mail>,
    /// The operator's program.
    pub webhook: Option<Webhook>,
}

/// Why a try failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendFault {
    /// In words, without addresses.
    pub told: String,
    /// What it says of the next try.
    pub hope: Hope,
}

/// What a failed try says of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hope {
    /// The other side is not there: no other letter need be tried now.
    NotNow,
    /// This letter was not taken: it is tried again.
    Later,
    /// Nobody is at this address.
    Never,
}

impl Outbox {
    /// What the configuration names, for a server that is called `base_url`.
    pub fn new(config: &NoticesConfig, base_url: &str) -> anyhow::Result<Self> {
        Ok(Self { mail: Mail::new(&config.smtp, base_url)?, webhook: Webhook::new(&config.webhook)? })
    }

    /// Whether letters of this channel go out.
    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Mail => self.mail.is_some(),
            Channel::Webhook => self.webhook.is_some(),
        }
    }
}
