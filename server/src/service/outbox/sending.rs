//! Sending letters: a job's work, one turn at a time, each channel for itself.
//!
//! No transaction is open while the other side is waited for. Where it is not there at all the turn ends, and every letter of
//! the channel waits as long as the one that was tried: a mail server that is down is asked by one letter, not by a thousand.

use crate::App;
use crate::domain::outbox::letter::{Channel, LetterState, wait_after};
use crate::domain::outbox::mail_address::MailAddress;
use crate::service::outbox::mail::Post;
use crate::service::outbox::telling::Recipient;
use crate::service::outbox::{Hope, SendFault};
use crate::storage::StorageError;
use crate::storage::outbox::letter::{self as stored, LetterRow};

/// Sends what is due of a channel.
pub async fn turn(app: &App, channel: Channel) -> Result<(), StorageError> {
    if !app.outbox.has(channel) {
        return Ok(());
    }
    while some(app, channel).await? {}
    let mut tx = app.db.begin_read().await?;
    for state in [LetterState::Waiting, LetterState::Dead] {
        let letters = stored::count(&mut tx, channel, state).await?;
        metrics::gauge!("liangzheng_outbox_letters", "channel" => channel.as_str(), "state" => state.as_str())
            .set(letters as f64);
    }
    tx.commit().await
}

/// Sends some; whether there may be more that can be sent now.
async fn some(app: &App, channel: Channel) -> Result<bool, StorageError> {
    let mut tx = app.db.begin_read().await?;
    let due = stored::due(&mut tx, channel, app.now(), AT_ONCE).await?;
    tx.commit().await?;
    for letter in &due {
        let outcome = send(app, channel, letter).await;
        note(app, channel, letter, &outcome).await?;
        if outcome.is_err_and(|fault| fault.hope == Hope::NotNow) {
            return Ok(false);
        }
    }
    Ok(i64::try_from(due.len()).is_ok_and(|found| found >= AT_ONCE))
}

async fn send(app: &App, channel: Channel, letter: &LetterRow) -> Result<(), SendFault> {
    let broken = || SendFault { told: "the letter cannot be read".into(), hope: Hope::Never };
    let gone = || SendFault { told: "the channel is not configured".into(), hope: Hope::NotNow };
    match channel {
        Channel::Webhook => {
            let webhook = app.outbox.webhook.as_ref().ok_or_else(gone)?;
            let body = letter.body.as_deref().ok_or_else(broken)?;
            webhook.send(&letter.event, body, app.now()).await
        }
        Channel::Mail => {
            let mail = app.outbox.mail.as_ref().ok_or_else(gone)?;
            let Recipient { to, code } = recipient(app, letter).ok_or_else(broken)?;
            let to = MailAddress::parse(&to).map_err(|_| broken())?;
            let topic = letter.topic().map_err(|_| broken())?;
            mail.send(&Post { id: &letter.id.to_string(), to: &to, topic, code: code.as_deref() }).await
        }
    }
}

/// To whom a mail goes; `None` if that cannot be read.
pub(super) fn recipient(app: &App, letter: &LetterRow) -> Option<Recipient> {
    let sealed = letter.recipient.as_deref()?;
    let text = app.secrets.open_text(&stored::place(letter.id), sealed).ok()?;
    serde_json::from_str(&text).ok()
}

/// Notes what became of a try.
async fn note(
    app: &App,
    channel: Channel,
    letter: &LetterRow,
    outcome: &Result<(), SendFault>,
) -> Result<(), StorageError> {
    let now = app.now();
    let tries = letter.tries.saturating_add(1);
    let mut tx = app.db.begin_write().await?;
    let word = match outcome {
        Ok(()) => {
            stored::sent(&mut tx, letter.id, now).await?;
            "sent"
        }
        Err(fault) if fault.hope == Hope::Never || tries >= app.config.notices.tries => {
            stored::give_up(&mut tx, letter.id, now, &fault.told).await?;
            tracing::warn!(letter = %letter.id, channel = channel.as_str(), fault = fault.told, "a letter is given up");
            "dead"
        }
        Err(fault) => {
            let next_at = now.plus(wait_after(tries));
            stored::postpone(&mut tx, letter.id, next_at, &fault.told).await?;
            if fault.hope == Hope::NotNow {
                stored::hold_back(&mut tx, channel, next_at).await?;
            }
            tracing::info!(letter = %letter.id, channel = channel.as_str(), tries, fault = fault.told, "a letter waits");
            "failed"
        }
    };
    tx.commit().await?;
    metrics::counter!("liangzheng_outbox_tries_total", "channel" => channel.as_str(), "outcome" => word)
        .increment(1);
    Ok(())
}

/// Letters looked up together; each is sent and noted by itself.
const AT_ONCE: i64 = 50;
