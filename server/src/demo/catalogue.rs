//! The demo's catalogue, made as any other: each entry is written and handed in by a member of its unit, and put in force by
//! the manager, who wrote none of them.

use std::sync::Arc;

use liangzheng_core::time::Seconds;

use super::data;
use super::error::{DemoError, embedded, wrong};
use super::licences::BEGUN;
use super::office::{Office, has};
use crate::domain::access::{ActOnEntry, EditEntry, permit};
use crate::domain::actor::account::Principal;
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::entry::{EntryAct, Sort};
use crate::service::catalogue::entries::{self, Entry, EntryError};
use crate::service::publication::catalogue;

/// Puts the demo's entries in force.
pub(super) async fn make(office: &mut Office<'_>) -> Result<(), DemoError> {
    let demo = embedded("assets/demo/catalogue.json", data::demo_catalogue())?;
    // In force before the first licence is made; signed at the present, with the keys of the present.
    office.stand_at(BEGUN);
    // What is named comes before what names it.
    for body in demo.matters {
        put_in_force(office, body).await?;
    }
    for body in demo.kinds {
        put_in_force(office, body).await?;
    }
    for body in demo.scenes {
        put_in_force(office, body).await?;
    }
    for body in demo.inspection_matters {
        put_in_force(office, body).await?;
    }
    for body in demo.using_lists {
        put_in_force(office, body).await?;
    }
    office.stand_at(Seconds(0));
    catalogue::follow(&office.app).await.map_err(|error| wrong("the catalogue", &error.to_string()))?;
    Ok(())
}

async fn put_in_force<E: Entry>(office: &mut Office<'_>, body: E) -> Result<(), DemoError> {
    let code = body.code().to_owned();
    let refused = |error: EntryError| match error {
        EntryError::Faults(faults) => wrong(&code, &format!("{faults:?}")),
        error => wrong(&code, &error.to_string()),
    };
    let denied = |_| wrong(&code, "whoever is to write it may not");
    let writer = writer(office, body.unit(), E::SORT).await?;
    let manager = office.member(|account| has(account, Role::Manager)).await?;
    let writes = permit::<EditEntry>(Arc::clone(&writer)).map_err(denied)?;
    let submits = permit::<ActOnEntry>(writer).map_err(denied)?;
    let publishes = permit::<ActOnEntry>(manager).map_err(denied)?;
    let app = &office.app;
    entries::put(app, &writes, body, None).await.map_err(refused)?;
    entries::act::<E>(app, &submits, &code, EntryAct::Submit, None, None).await.map_err(refused)?;
    entries::act::<E>(app, &publishes, &code, EntryAct::Publish, None, None).await.map_err(refused)?;
    Ok(())
}

/// Matters and kinds are written by a clerk of the unit, the rest by its administrator.
async fn writer(office: &mut Office<'_>, unit: Uscc, sort: Sort) -> Result<Arc<Principal>, DemoError> {
    let first = if matches!(sort, Sort::Matter | Sort::Kind) { Role::IssuerMaker } else { Role::UnitAdmin };
    let role = if office.has_member(unit, first) { first } else { Role::UnitAdmin };
    office.member(|account| account.unit == Some(unit) && has(account, role)).await
}
