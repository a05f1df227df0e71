//! `GET /api/v1/me`: what the caller is here.

use actix_web::web;
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::domain::actor::agency::AgencyLevel;
use crate::domain::actor::holder::{Holder, HolderKind};
use crate::domain::actor::membership::{Membership, Role};
use crate::domain::catalogue::codes::Uscc;
use crate::domain::ids::{AccountId, HolderId};
use crate::http::answer::Answer;
use crate::http::extract::Permitted;
use crate::http::problem::Problem;
use crate::service::actor::me;

/// What the caller is here.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Me {
    /// The account.
    account: MyAccount,
    /// The holder this person is; null for one who has no wallet of his own.
    holder: Option<MyHolder>,
    /// The holders this person acts for.
    agencies: Vec<MyAgency>,
    /// The unit this person works for.
    membership: Option<MyMembership>,
    /// What this person proves himself with, beyond the password.
    factors: Factors,
}

/// The account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyAccount {
    id: AccountId,
    /// What its owner types.
    login: String,
    name: String,
}

/// The holder a person is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyHolder {
    id: HolderId,
    kind: HolderKind,
    name: String,
}

/// A holder a person acts for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyAgency {
    holder: ActedFor,
    /// How near the agent stands to the holder.
    level: AgencyLevel,
}

/// Name of a holder somebody acts for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ActedFor {
    id: HolderId,
    name: String,
}

/// Working for a unit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyMembership {
    unit: MyUnit,
    /// What this person may do there.
    roles: Vec<Role>,
}

/// The unit somebody works for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyUnit {
    /// Its unified social credit code.
    id: Uscc,
    names: Text,
}

/// Proofs of who one is, beyond the password.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Factors {
    /// Six digits, for showing licences.
    pin: bool,
}

/// `GET /api/v1/me`
pub async fn read(app: web::Data<App>, permit: Permitted<ManageOwnAccount>) -> Result<Answer<Me>, Problem> {
    Ok(Answer::of(me::read(&app, &permit).await?.into()))
}

impl From<me::Me> for Me {
    fn from(me: me::Me) -> Self {
        let me::Me { account, login, name, holder, agencies, membership, has_pin } = me;
        Self {
            account: MyAccount { id: account, login, name },
            holder: holder.map(MyHolder::from),
            agencies: agencies.into_iter().map(MyAgency::from).collect(),
            membership: membership.map(MyMembership::from),
            factors: Factors { pin: has_pin },
        }
    }
}

impl From<Holder> for MyHolder {
    fn from(holder: Holder) -> Self {
        Self { id: holder.id, kind: holder.kind, name: holder.name }
    }
}

impl From<(Holder, AgencyLevel)> for MyAgency {
    fn from((holder, level): (Holder, AgencyLevel)) -> Self {
        Self { holder: ActedFor { id: holder.id, name: holder.name }, level }
    }
}

impl From<(Membership, Text)> for MyMembership {
    fn from((membership, names): (Membership, Text)) -> Self {
        Self { unit: MyUnit { id: membership.unit, names }, roles: membership.roles }
    }
}
