//! The demo's catalogue, made as any other: each entry is written and handed in by a member of its unit, and put in force by
//! the manager, who wrote none of them.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use liangzheng_core::time::UnixTime;

use super::data;
use super::error::{DemoError, embedded, wrong};
use super::file::{DemoFile, FileAccount};
use crate::App;
use crate::config::Config;
use crate::domain::access::{ActOnEntry, EditEntry, ManageOwnAccount, permit};
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::entry::{EntryAct, Sort};
use crate::domain::clock::ManualClock;
use crate::service::actor::known::Origin;
use crate::service::actor::login::{Attempt, log_in};
use crate::service::actor::session::{Carrier, log_out};
use crate::service::catalogue::entries::{self, Entry, EntryError};
use crate::service::publication::catalogue;
use crate::startup::{Dependencies, make_app};

/// Puts the demo's entries in force, by the accounts of `file`.
pub(super) async fn make(config: &Config, file: &DemoFile, now: UnixTime) -> Result<(), DemoError> {
    let demo = embedded("assets/demo/catalogue.json", data::demo_catalogue())?;
    let given = Dependencies { clock: Arc::new(ManualClock::at(now)), ..Dependencies::default() };
    let app = make_app(config.clone(), given, file.base_url.clone()).await;
    let app = app.map_err(|error| wrong("the demo's server", &format!("{error:#}")))?;
    let mut office = Office { app: &app, file, sessions: HashMap::new() };
    // What is named comes before what names it.
    for body in demo.matters {
        office.put_in_force(body).await?;
    }
    for body in demo.kinds {
        office.put_in_force(body).await?;
    }
    for body in demo.scenes {
        office.put_in_force(body).await?;
    }
    for body in demo.inspection_matters {
        office.put_in_force(body).await?;
    }
    for body in demo.using_lists {
        office.put_in_force(body).await?;
    }
    office.close().await?;
    catalogue::follow(&app).await.map_err(|error| wrong("the catalogue", &error.to_string()))?;
    app.publisher.lease.release(&app.db).await?;
    app.db.close().await;
    Ok(())
}

/// Who works on the catalogue.
struct Office<'a> {
    app: &'a App,
    file: &'a DemoFile,
    /// Who has logged in, by login.
    sessions: HashMap<String, Arc<Principal>>,
}

impl Office<'_> {
    async fn put_in_force<E: Entry>(&mut self, body: E) -> Result<(), DemoError> {
        let code = body.code().to_owned();
        let refused = |error: EntryError| match error {
            EntryError::Faults(faults) => wrong(&code, &format!("{faults:?}")),
            error => wrong(&code, &error.to_string()),
        };
        let denied = |_| wrong(&code, "whoever is to write it may not");
        let writer = self.writer(body.unit(), E::SORT).await?;
        let manager = self.member(|account| has(account, Role::Manager)).await?;
        let writes = permit::<EditEntry>(Arc::clone(&writer)).map_err(denied)?;
        let submits = permit::<ActOnEntry>(writer).map_err(denied)?;
        let publishes = permit::<ActOnEntry>(manager).map_err(denied)?;
        entries::put(self.app, &writes, body, None).await.map_err(refused)?;
        entries::act::<E>(self.app, &submits, &code, EntryAct::Submit, None, None).await.map_err(refused)?;
        entries::act::<E>(self.app, &publishes, &code, EntryAct::Publish, None, None)
            .await
            .map_err(refused)?;
        Ok(())
    }

    /// Matters and kinds are written by a clerk of the unit, the rest by its administrator.
    async fn writer(&mut self, unit: Uscc, sort: Sort) -> Result<Arc<Principal>, DemoError> {
        let first =
            if matches!(sort, Sort::Matter | Sort::Kind) { Role::IssuerMaker } else { Role::UnitAdmin };
        let is_of = |account: &FileAccount| account.unit == Some(unit);
        let has_first = self.file.accounts.iter().any(|account| is_of(account) && has(account, first));
        let role = if has_first { first } else { Role::UnitAdmin };
        self.member(|account| is_of(account) && has(account, role)).await
    }

    /// The first account that is such a one, logged in.
    async fn member(&mut self, is_such: impl Fn(&FileAccount) -> bool) -> Result<Arc<Principal>, DemoError> {
        let account = self.file.accounts.iter().find(|account| is_such(account));
        let account = account.ok_or_else(|| wrong("people.json", "nobody is there to write an entry"))?;
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
        let session = log_in(self.app, &attempt).await;
        let session = session.map_err(|error| wrong(&account.login, &error.to_string()))?;
        let principal = Arc::new(session.principal);
        self.sessions.insert(account.login.clone(), Arc::clone(&principal));
        Ok(principal)
    }

    /// Ends the sessions.
    async fn close(self) -> Result<(), DemoError> {
        for (login, principal) in self.sessions {
            let own = permit::<ManageOwnAccount>(principal).map_err(|_| wrong(&login, "has no account"))?;
            log_out(self.app, &own).await.map_err(|error| wrong(&login, &error.to_string()))?;
        }
        Ok(())
    }
}

fn has(account: &FileAccount, role: Role) -> bool {
    account.roles.iter().any(|word| word == role.as_str())
}
