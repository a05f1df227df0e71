//! What an account is told of itself: who it is, for whom it acts, where it works, what it proves itself with.

use liangzheng_core::text::Text;

use crate::App;
use crate::domain::access::{ManageOwnAccount, Permit};
use crate::domain::actor::agency::Agency;
use crate::domain::actor::holder::Holder;
use crate::domain::actor::membership::Membership;
use crate::domain::actor::session::{MemberBar, Proof};
use crate::domain::ids::{AccountId, HolderId};
use crate::service::actor::totp;
use crate::storage::actor::{account, holder, identity};
use crate::storage::catalogue::unit;
use crate::storage::{StorageError, Tx};

/// An account as it sees itself.
#[derive(Clone, Debug)]
pub struct Me {
    /// The account.
    pub account: AccountId,
    /// What its owner types.
    pub login: String,
    /// Its name.
    pub name: String,
    /// The holder this person is.
    pub holder: Option<Holder>,
    /// The holders this person acts for, and how near.
    pub agencies: Vec<(Holder, Agency)>,
    /// The unit this person works for, and its names.
    pub membership: Option<(Membership, Text)>,
    /// Whether it has a PIN, with which it may show licences.
    pub has_pin: bool,
    /// Whether others gave the password: nothing is done until it is changed.
    pub must_change_password: bool,
    /// Whether it has a password.
    pub has_password: bool,
    /// Whether it is bound to an identity of the identity provider.
    pub has_oidc: bool,
    /// Whether its logins ask for the code of an authenticator.
    pub has_totp: bool,
    /// What this session was made with.
    pub proof: Proof,
    /// What keeps this session from the work of the unit.
    pub member_bar: Option<MemberBar>,
}

/// The account of `permit`.
pub async fn read(app: &App, permit: &Permit<ManageOwnAccount>) -> Result<Me, StorageError> {
    let principal = permit.principal().clone();
    let mut tx = app.db.begin_read().await?;
    let account = account::find(&mut tx, permit.scope()).await?;
    let holder = match principal.holder {
        Some(id) => Some(found(app, &mut tx, id).await?),
        None => None,
    };
    let mut agencies = Vec::with_capacity(principal.agencies.len());
    for agency in principal.agencies {
        agencies.push((found(app, &mut tx, agency.holder).await?, agency));
    }
    let has_totp = totp::is_set(&mut tx, permit.scope()).await?;
    let has_oidc = identity::is_bound(&mut tx, permit.scope()).await?;
    let (proof, member_bar) = (principal.proof, principal.member_bar);
    let membership = match principal.membership {
        Some(membership) => {
            let unit = unit::find(&mut tx, membership.unit).await?;
            let code = membership.unit.to_string();
            let names = unit.map_or_else(|| Text::new(code.clone(), code), |unit| unit.names);
            Some((membership, names))
        }
        None => None,
    };
    tx.commit().await?;
    Ok(Me {
        account: principal.account,
        login: principal.login,
        name: principal.name,
        holder,
        agencies,
        membership,
        must_change_password: principal.must_change_password,
        has_pin: account.as_ref().is_some_and(|account| account.pin.is_some()),
        has_password: account.is_some_and(|account| account.password.is_some()),
        has_oidc,
        has_totp,
        proof,
        member_bar,
    })
}

/// A holder that an account refers to, which therefore exists.
async fn found(app: &App, tx: &mut Tx, id: HolderId) -> Result<Holder, StorageError> {
    holder::find(tx, &app.secrets, id).await?.ok_or_else(|| StorageError::Inconsistent {
        table: "actor_holder",
        column: "id",
        row: id.to_string(),
    })
}
