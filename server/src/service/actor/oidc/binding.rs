//! Whose account an identity of the provider is.
//!
//! The first time, type and number of the document must be a holder's and the name must be the one in the register; then the
//! pair of issuer and subject is bound to the account, which is made if the holder has none. An account with a password is
//! linked only by its owner, logged in: whoever the provider takes for him does not get what he has. Whom nothing fits gets
//! no account, and members of staff a task.

use liangzheng_core::time::UnixTime;
use zeroize::Zeroizing;

use super::OidcError;
use super::provider::Identity;
use crate::App;
use crate::domain::actor::holder::{Holder, HolderNumber, is_one_name};
use crate::domain::actor::session::{Carrier, Proof};
use crate::domain::ids::{AccountId, SessionId};
use crate::service::actor::identity_tasks;
use crate::service::actor::session::{self, Entry};
use crate::service::work::Work;
use crate::storage::actor::account::{self, AccountRow};
use crate::storage::actor::{holder, identity as stored, person, session as stored_session};
use crate::storage::change::Change;
use crate::storage::{StorageError, Tx};

/// A session of the person, whose account is made if this is the first time.
pub(super) async fn log_in(
    app: &App,
    identity: &Identity,
    agent: Option<&str>,
) -> Result<(Zeroizing<String>, UnixTime), OidcError> {
    let mut work = Work::of_server(app).await?;
    let key = key_of(app, identity);
    let now = work.now;
    let account = match stored::account_of(&mut work.tx, &key).await? {
        Some(id) => account::find_and_hold(&mut work.tx, id).await?,
        None => match first_time(app, &mut work, identity, &key).await? {
            Some(account) => Some(account),
            None => {
                // What was left for staff stays.
                work.finish().await?;
                return Err(OidcError::Unmatched);
            }
        },
    };
    let account = account.filter(|account| account.disabled_at.is_none()).ok_or(OidcError::SessionOver)?;
    // The provider may have given the subject to somebody else since.
    let holder = match account.holder {
        Some(id) => holder::find(&mut work.tx, &app.secrets, id).await?,
        None => None,
    };
    if number_of(identity).is_none_or(|number| holder.is_none_or(|holder| holder.number != number)) {
        return Err(OidcError::Unmatched);
    }
    let proof = Proof::OpenIdConnect;
    let entry = Entry { carrier: Carrier::Cookie, proof, agent, lives: None, through: None };
    let opened = session::open(app, &mut work.tx, account, entry, now).await?;
    work.finish().await?;
    Ok((opened.token, opened.expires_at))
}

/// Links the identity to the account whose owner asked for it in `session`, which must still be open.
pub(super) async fn link(
    app: &App,
    identity: &Identity,
    id: AccountId,
    session: SessionId,
) -> Result<(), OidcError> {
    let mut work = Work::of_server(app).await?;
    let now = work.now;
    let account = account::find_and_hold(&mut work.tx, id).await?.ok_or(OidcError::SessionOver)?;
    if !stored_session::is_open(&mut work.tx, session, now).await? {
        return Err(OidcError::SessionOver);
    }
    let holder = matched(app, &mut work.tx, identity).await?.ok_or(OidcError::Unmatched)?;
    if account.holder != Some(holder.id) {
        become_holder(app, &mut work, &account, &holder).await?;
    }
    let key = key_of(app, identity);
    match stored::account_of(&mut work.tx, &key).await? {
        Some(bound) if bound == id => return Ok(work.finish().await?),
        Some(_) => return Err(OidcError::LinkedOtherwise),
        None => {}
    }
    if !stored::insert(&mut work.tx, &key, id, now).await? {
        return Err(OidcError::LinkedOtherwise);
    }
    stored::end_task_of(&mut work.tx, &key).await?;
    work.audit("link identity", &id.to_string(), None).await?;
    Ok(work.finish().await?)
}

/// Makes an account of a member of staff the holder's that he is: the provider's word and the number under which he was
/// entered say the same of him.
async fn become_holder(
    app: &App,
    work: &mut Work<'_>,
    account: &AccountRow,
    holder: &Holder,
) -> Result<(), OidcError> {
    let number = app.secrets.holder_key(&holder.number);
    let is_his = person::numbers(&mut work.tx, account.id).await?.contains(&number.to_vec());
    if account.holder.is_some() || !is_his {
        return Err(OidcError::Unmatched);
    }
    holder::hold(&mut work.tx, holder.id).await?;
    if account::of_holder(&mut work.tx, holder.id).await? {
        return Err(OidcError::LinkedOtherwise);
    }
    if !account::set_holder(&mut work.tx, account.id, holder.id).await? {
        return Err(StorageError::Conflict.into());
    }
    work.changed(Change::Account(account.id)).await?;
    Ok(work.audit("become holder", &account.id.to_string(), None).await?)
}

/// The account of who comes the first time; `None`, and a task for staff, if he is no holder.
async fn first_time(
    app: &App,
    work: &mut Work<'_>,
    identity: &Identity,
    key: &[u8; 32],
) -> Result<Option<AccountRow>, OidcError> {
    let Some(holder) = matched(app, &mut work.tx, identity).await? else {
        identity_tasks::leave(app, work, identity, key).await?;
        return Ok(None);
    };
    // Two first logins at once make one account.
    holder::hold(&mut work.tx, holder.id).await?;
    // As a member of staff, too: one person has one account, and links it himself.
    if person::account_of(&mut work.tx, &app.secrets, &holder.number).await?.is_some() {
        return Err(OidcError::LinkNeeded);
    }
    let id = AccountId::generate(work.now, &*app.entropy);
    // No person's login has a colon in it, and no password opens it.
    let login = format!("oidc:{id}");
    let row = AccountRow {
        holder: Some(holder.id),
        ..AccountRow::new(&app.secrets, &*app.entropy, id, login, &holder.name, work.now)
    };
    if !account::insert(&mut work.tx, &row).await? || !stored::insert(&mut work.tx, key, id, work.now).await?
    {
        return Err(StorageError::Conflict.into());
    }
    stored::end_task_of(&mut work.tx, key).await?;
    work.audit("make account by identity provider", &id.to_string(), None).await?;
    Ok(Some(row))
}

/// The holder whose document and name these are.
async fn matched(app: &App, tx: &mut Tx, identity: &Identity) -> Result<Option<Holder>, StorageError> {
    let Some(number) = number_of(identity) else { return Ok(None) };
    let found = holder::find_by_number(tx, &app.secrets, &number).await?;
    Ok(found.filter(|holder| is_one_name(&holder.name, identity.name.trim())))
}

fn number_of(identity: &Identity) -> Option<HolderNumber> {
    HolderNumber::new(&identity.id_type, &identity.id_number).ok()
}

/// What is kept of issuer and subject, which may be a number of the person's.
fn key_of(app: &App, identity: &Identity) -> [u8; 32] {
    let text = format!("{}\0{}", identity.issuer, identity.subject);
    app.secrets.fingerprint("oidc identity", text.as_bytes())
}
