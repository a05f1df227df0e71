//! Who works while the demo is made: members of its units, logged in as anybody is, before services that have no port.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use liangzheng_core::time::{Day, Seconds, UnixTime};

use super::error::{DemoError, wrong};
use super::file::{DemoFile, FileAccount};
use super::register::KnownPeople;
use crate::App;
use crate::config::{Config, NoticesConfig};
use crate::domain::access::{Action, ManageOwnAccount, Permit, permit};
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::clock::ManualClock;
use crate::service::actor::known::Origin;
use crate::service::actor::login::{Attempt, log_in};
use crate::service::actor::session::{Carrier, log_out};
use crate::startup::{Dependencies, make_app};

/// The services, a clock that goes where the demo's past is told, and who has logged in.
pub(super) struct Office<'a> {
    /// The services.
    pub(super) app: App,
    clock: Arc<ManualClock>,
    file: &'a DemoFile,
    /// When the demo is made.
    now: UnixTime,
    /// Who has logged in, by login.
    sessions: HashMap<String, Arc<Principal>>,
}

impl<'a> Office<'a> {
    /// Opens it at `now`, for the accounts of `file`.
    pub(super) async fn open(config: &Config, file: &'a DemoFile, now: UnixTime) -> Result<Self, DemoError> {
        let mut config = config.clone();
        // Everybody works from one address, and nobody guesses.
        config.limits.enabled = false;
        // Nobody is told anew of what was done before there was anybody to tell.
        config.notices = NoticesConfig::default();
        let clock = Arc::new(ManualClock::at(now));
        let given = Dependencies {
            clock: clock.clone(),
            register: Some(Arc::new(KnownPeople::read()?)),
            ..Dependencies::default()
        };
        let app = make_app(config, given, file.base_url.clone()).await;
        let app = app.map_err(|error| wrong("the demo's server", &format!("{error:#}")))?;
        Ok(Self { app, clock, file, now, sessions: HashMap::new() })
    }

    /// Sets the clock to `after` the present; what is told of the past has negative ones.
    pub(super) fn stand_at(&self, after: Seconds) {
        self.clock.set(self.now.plus(after));
    }

    /// The day `offset` days from when the demo is made.
    pub(super) fn day(&self, offset: i64) -> Day {
        Day::of(self.now.plus(Seconds(offset * 86_400)))
    }

    /// The first of `accounts` of `unit` with this role may do `A`.
    pub(super) async fn permit<A: Action>(&mut self, unit: Uscc, role: Role) -> Result<Permit<A>, DemoError> {
        let who = self.member(|account| account.unit == Some(unit) && has(account, role)).await?;
        permit::<A>(who).map_err(|_| wrong(unit.as_str(), "whoever is to do it may not"))
    }

    /// The first account that is such a one, logged in. That is done at the time when the demo is made: a session lasts
    /// for hours, and what is told of the past goes over a year.
    pub(super) async fn member(
        &mut self,
        is_such: impl Fn(&FileAccount) -> bool,
    ) -> Result<Arc<Principal>, DemoError> {
        let account = self.file.accounts.iter().find(|account| is_such(account));
        let account = account.ok_or_else(|| wrong("people.json", "nobody is there to do the work"))?;
        if let Some(known) = self.sessions.get(&account.login) {
            return Ok(Arc::clone(known));
        }
        let attempt = Attempt {
            login: &account.login,
            password: &account.password,
            totp: None,
            carrier: Carrier::Bearer,
            origin: Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST), device: None },
            agent: None,
            assertion: None,
        };
        let stood_at = self.app.now();
        self.clock.set(self.now);
        let session = log_in(&self.app, &attempt).await;
        self.clock.set(stood_at);
        let session = session.map_err(|error| wrong(&account.login, &error.to_string()))?;
        let principal = Arc::new(session.principal);
        self.sessions.insert(account.login.clone(), Arc::clone(&principal));
        Ok(principal)
    }

    /// Whether an account of `unit` has this role.
    pub(super) fn has_member(&self, unit: Uscc, role: Role) -> bool {
        self.file.accounts.iter().any(|account| account.unit == Some(unit) && has(account, role))
    }

    /// Ends the sessions, and the services with them.
    pub(super) async fn close(self) -> Result<(), DemoError> {
        self.clock.set(self.now);
        for (login, principal) in self.sessions {
            let own = permit::<ManageOwnAccount>(principal).map_err(|_| wrong(&login, "has no account"))?;
            log_out(&self.app, &own).await.map_err(|error| wrong(&login, &error.to_string()))?;
        }
        self.app.publisher.lease.release(&self.app.db).await?;
        self.app.db.close().await;
        Ok(())
    }
}

/// Whether an account has a role in its unit.
pub(super) fn has(account: &FileAccount, role: Role) -> bool {
    account.roles.iter().any(|word| word == role.as_str())
}
