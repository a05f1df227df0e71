//! Writing letters, each in the transaction of what it tells of.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::App;
use crate::domain::ids::{AccountId, LetterId, NoticeId, RecoveryId};
use crate::domain::outbox::letter::{Channel, Topic};
use crate::domain::outbox::mail_address::MailAddress;
use crate::service::work::Work;
use crate::storage::StorageError;
use crate::storage::actor::contact;
use crate::storage::licence::notice::NewNotice;
use crate::storage::outbox::letter::{self as stored, NewLetter};

/// To whom a mail goes, as it is sealed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipient {
    pub(super) to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
}

/// A holder was told something: his own account and those that act for him in all matters are written to.
pub(in crate::service) async fn of_notice(
    app: &App,
    work: &mut Work<'_>,
    notice: &NewNotice,
) -> Result<(), StorageError> {
    let event = notice.id.to_string();
    let NewNotice { kind, holder, licence, due, days, .. } = notice;
    if app.outbox.has(Channel::Webhook) {
        let data = json!({
            "id": event, "kind": kind, "holder": holder, "licence": licence,
            "due": (*due > 0).then(|| due.to_string()), "days": (*days > 0).then_some(days),
        });
        call(app, work, Topic::Notice, &event, &data).await?;
    }
    if app.outbox.has(Channel::Mail) {
        let now = work.now;
        for (_, address) in contact::of_holder(&mut work.tx, &app.secrets, *holder, now).await? {
            post(app, work, Topic::Notice, &event, &address, None).await?;
        }
    }
    Ok(())
}

/// A second person agreed that an account be restored: its owner is told where he is reached, so that he can object.
pub(in crate::service) async fn of_recovery(
    app: &App,
    work: &mut Work<'_>,
    recovery: RecoveryId,
    account: AccountId,
    effective_at: i64,
) -> Result<(), StorageError> {
    let event = recovery.to_string();
    if app.outbox.has(Channel::Webhook) {
        let data = json!({ "id": event, "account": account, "effective_at": effective_at });
        call(app, work, Topic::Recovery, &event, &data).await?;
    }
    if let Some(address) = address_of(app, work, account).await? {
        mail(app, work, Topic::Recovery, &event, &address, None).await?;
    }
    Ok(())
}

/// An account is to have this address: what confirms it is sent there.
pub(in crate::service) async fn of_contact_code(
    app: &App,
    work: &mut Work<'_>,
    address: &MailAddress,
    code: &str,
) -> Result<(), StorageError> {
    let event = NoticeId::generate(work.now, &*app.entropy).to_string();
    mail(app, work, Topic::ContactCode, &event, address, Some(code)).await
}

/// An account no longer has this address.
pub(in crate::service) async fn of_contact_change(
    app: &App,
    work: &mut Work<'_>,
    old: &MailAddress,
) -> Result<(), StorageError> {
    let event = NoticeId::generate(work.now, &*app.entropy).to_string();
    mail(app, work, Topic::ContactChanged, &event, old, None).await
}

/// The confirmed address of an account.
async fn address_of(
    app: &App,
    work: &mut Work<'_>,
    account: AccountId,
) -> Result<Option<MailAddress>, StorageError> {
    match contact::of_account(&mut work.tx, account).await? {
        Some(row) => row.address(&app.secrets),
        None => Ok(None),
    }
}

/// Writes to `to`, if mail goes out at all.
pub(super) async fn mail(
    app: &App,
    work: &mut Work<'_>,
    topic: Topic,
    event: &str,
    to: &MailAddress,
    code: Option<&str>,
) -> Result<(), StorageError> {
    if app.outbox.has(Channel::Mail) { post(app, work, topic, event, to, code).await } else { Ok(()) }
}

async fn post(
    app: &App,
    work: &mut Work<'_>,
    topic: Topic,
    event: &str,
    to: &MailAddress,
    code: Option<&str>,
) -> Result<(), StorageError> {
    let id = LetterId::generate(work.now, &*app.entropy);
    let recipient = Recipient { to: to.as_str().to_owned(), code: code.map(str::to_owned) };
    let text = serde_json::to_string(&recipient).unwrap_or_default();
    let sealed = app.secrets.seal_text(&stored::place(id), &text, &*app.entropy);
    let (channel, at) = (Channel::Mail, work.now);
    let letter = NewLetter { id, channel, topic, event, body: None, recipient: Some(&sealed), at };
    stored::insert(&mut work.tx, &letter).await
}

/// Tells the operator's program.
pub(super) async fn call(
    app: &App,
    work: &mut Work<'_>,
    topic: Topic,
    event: &str,
    data: &Value,
) -> Result<(), StorageError> {
    let id = LetterId::generate(work.now, &*app.entropy);
    let body = json!({ "type": topic, "at": work.now, "data": data }).to_string();
    let (channel, at) = (Channel::Webhook, work.now);
    let letter = NewLetter { id, channel, topic, event, body: Some(&body), recipient: None, at };
    stored::insert(&mut work.tx, &letter).await
}
