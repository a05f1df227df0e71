//! `GET /api/v1/me`: what the caller is here.

use actix_web::web;
use liangzheng_core::text::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::App;
use crate::domain::access::ManageOwnAccount;
use crate::domain::actor::agency::{Agency, AgencyAct, AgencyLevel};
use crate::domain::actor::holder::{Holder, HolderKind};
use crate::domain::actor::membership::{Membership, Role};
use crate::domain::actor::session::{MemberBar, Proof};
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
    /// What this person can prove himself with.
    factors: Factors,
    /// The session this request came in.
    session: MySession,
}

/// The session a request came in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MySession {
    /// What it was made with.
    proof: Proof,
    /// What the unit's work still asks of this session: `totp` for the code of an authenticator, `password` where an
    /// identity provider's word is not enough; null if it is good for it.
    staff_factor_needed: Option<Proof>,
}

/// The account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MyAccount {
    id: AccountId,
    /// What its owner types.
    login: String,
    name: String,
    /// Whether others gave the password: nothing is done until it is changed (`PUT /api/v1/me/password`).
    must_change_password: bool,
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
    /// What for; empty = everything.
    acts: Vec<AgencyAct>,
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

/// Proofs of who one is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Factors {
    /// Six digits, for showing licences.
    pin: bool,
    /// To log in with.
    password: bool,
    /// An authenticator, whose code logins ask for.
    totp: bool,
    /// An identity of the identity provider.
    oidc: bool,
}

/// `GET /api/v1/me`
pub async fn read(app: web::Data<App>, permit: Permitted<ManageOwnAccount>) -> Result<Answer<Me>, Problem> {
    Ok(Answer::of(me::read(&app, &permit).await?.into()))
}

impl From<me::Me> for Me {
    fn from(me: me::Me) -> Self {
        let staff_factor_needed = me.member_bar.map(|bar| match bar {
            MemberBar::SecondFactor => Proof::Totp,
            MemberBar::OpenIdConnect | MemberBar::FirstPassword => Proof::Password,
        });
        let factors =
            Factors { pin: me.has_pin, password: me.has_password, totp: me.has_totp, oidc: me.has_oidc };
        let session = MySession { proof: me.proof, staff_factor_needed };
        let me::Me { account, login, name, holder, agencies, membership, must_change_password, .. } = me;
        Self {
            account: MyAccount { id: account, login, name, must_change_password },
            holder: holder.map(MyHolder::from),
            agencies: agencies.into_iter().map(MyAgency::from).collect(),
            membership: membership.map(MyMembership::from),
            factors,
            session,
        }
    }
}

impl From<Holder> for MyHolder {
    fn from(holder: Holder) -> Self {
        Self { id: holder.id, kind: holder.kind, name: holder.name }
    }
}

impl From<(Holder, Agency)> for MyAgency {
    fn from((holder, agency): (Holder, Agency)) -> Self {
        let Agency { level, acts, .. } = agency;
        Self { holder: ActedFor { id: holder.id, name: holder.name }, level, acts }
    }
}

impl From<(Membership, Text)> for MyMembership {
    fn from((membership, names): (Membership, Text)) -> Self {
        Self { unit: MyUnit { id: membership.unit, names }, roles: membership.roles }
    }
}
