//! `/api/v1/accounts/{id}/effective`: every right of an account, and where it comes from.
//!
//! Made from the route table, by which rights are asked for: what stands here is what holds, and nothing else.

use actix_web::web;
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::accounts::{ReasonQuery, reason};
use crate::App;
use crate::domain::access::{
    Action, AskOfUnit, FetchOfflineGrant, MakeOwnFile, ManageAgents, ManageDevices, OpenOwnFace, OpenShow,
    ReadFile, ViewAccounts, ViewWallet,
};
use crate::domain::actor::agency::{Agency, AgencyAct, AgencyLevel};
use crate::domain::actor::membership::{Footing, Role};
use crate::domain::actor::roles::last_day;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::AccountId;
use crate::http::answer::{Answer, Page};
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::http::routes::{Login, RouteEntry, routes};
use crate::service::actor::accounts::{self, Standing};

/// A right.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Right {
    /// The action, as the route table has it.
    action: &'static str,
    /// Method of the route.
    method: &'static str,
    /// Its pattern.
    path: &'static str,
    /// What it does.
    summary: Text,
    /// Within what: `account`, `wallet`, `unit`, `province`.
    within: &'static str,
    /// What gives it; any of them is enough.
    from: Vec<Source>,
}

/// What gives a right.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Source {
    /// `own`, `agent` for a holder one acts for, or `member` for a role.
    footing: Footing,
    /// How near the agent stands to the holder; of an agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<AgencyLevel>,
    /// The role.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Uscc>,
    /// Its last day, `YYYYMMDD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// `GET /api/v1/accounts/{id}/effective`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewAccounts>,
    id: web::Path<AccountId>,
    query: web::Query<ReasonQuery>,
) -> Result<Answer<Page<Right>>, Problem> {
    let reason = reason(query.reason.as_deref())?;
    let standing = accounts::read(&app, &permit, *id, reason.as_ref()).await?;
    let rights =
        routes().filter(|route| route.login != Login::Never).filter_map(|route| right(route, &standing));
    Ok(Answer::of(Page::whole(rights)))
}

fn right(route: &RouteEntry, standing: &Standing) -> Option<Right> {
    let from = sources(route, standing);
    (!from.is_empty()).then_some(Right {
        action: route.action,
        method: route.method,
        path: route.path,
        summary: route.summary.clone(),
        within: route.scope,
        from,
    })
}

fn sources(route: &RouteEntry, standing: &Standing) -> Vec<Source> {
    let own = Source { footing: Footing::Own, level: None, role: None, unit: None, until: None };
    let must_change = standing.account.must_change_password;
    match route.scope {
        "account" => vec![own],
        _ if must_change => Vec::new(),
        "wallet" => standing.holder.map(|_| own).into_iter().chain(by_agencies(route, standing)).collect(),
        "file" => {
            let own = standing.holder.map(|_| own).into_iter();
            own.chain(by_agencies(route, standing)).chain(by_roles(route, standing)).collect()
        }
        _ => by_roles(route, standing).collect(),
    }
}

/// The agencies that give a right: in whose wallets an agent does the same, as far as he was named for it.
fn by_agencies<'a>(route: &'a RouteEntry, standing: &'a Standing) -> impl Iterator<Item = Source> + 'a {
    let gives = move |agency: &&Agency| match act_of(route.action) {
        ForAgents::Act(act) => agency.is_for(act),
        ForAgents::Any => true,
        ForAgents::No => false,
    };
    standing.agencies.iter().filter(gives).map(|agency| Source {
        footing: Footing::Agent,
        level: Some(agency.level),
        role: None,
        unit: None,
        until: agency.ends_at.map(|end| last_day(end).to_text()),
    })
}

/// What an agent must have been named for, to do something in another's wallet.
enum ForAgents {
    /// For this.
    Act(AgencyAct),
    /// For anything.
    Any,
    /// No agent does it.
    No,
}

fn act_of(action: &str) -> ForAgents {
    let acts: [(&[&str], ForAgents); 4] = [
        (&[ViewWallet::NAME, OpenOwnFace::NAME], ForAgents::Act(AgencyAct::View)),
        (
            &[OpenShow::NAME, FetchOfflineGrant::NAME, MakeOwnFile::NAME, ReadFile::NAME],
            ForAgents::Act(AgencyAct::Show),
        ),
        (&[AskOfUnit::NAME], ForAgents::Act(AgencyAct::Ask)),
        (&[ManageAgents::NAME, ManageDevices::NAME], ForAgents::Any),
    ];
    let found = acts.into_iter().find(|(actions, _)| actions.contains(&action));
    found.map_or(ForAgents::No, |(_, act)| act)
}

/// The roles that give a right; none while the member or his unit does not work.
fn by_roles<'a>(route: &'a RouteEntry, standing: &'a Standing) -> impl Iterator<Item = Source> + 'a {
    let held = standing
        .account
        .roles
        .iter()
        .filter(move |given| standing.works && route.roles.contains(&given.role));
    held.map(move |given| Source {
        footing: Footing::Member,
        level: None,
        role: Some(given.role),
        unit: Some(standing.account.unit),
        until: given.until.clone(),
    })
}
