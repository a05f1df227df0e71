//! The outbox as the operator sees it: what waits, what was given up and why, and trying again.

use liangzheng_core::time::UnixTime;

use crate::App;
use crate::domain::access::{Permit, WorkOutbox};
use crate::domain::ids::LetterId;
use crate::domain::outbox::letter::{Channel, LetterAct, LetterState, Topic};
use crate::domain::outbox::mail_address::MailAddress;
use crate::domain::text::PlainText;
use crate::service::outbox::sending::recipient;
use crate::service::work::{Work, WorkError};
use crate::storage::outbox::letter::{self as stored, LetterRow};
use crate::storage::{StorageError, page};

/// A letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its id.
    pub id: LetterId,
    /// By what it goes out.
    pub channel: Channel,
    /// What it tells of.
    pub topic: Topic,
    /// The id of what it tells of.
    pub event: String,
    /// To whom, of a mail: the first character and the host.
    pub to: Option<String>,
    /// Where it stands.
    pub state: LetterState,
    /// Tries that failed.
    pub tries: i64,
    /// When it is tried again; `None` unless it waits.
    pub next_at: Option<UnixTime>,
    /// Why the last try failed.
    pub fault: Option<String>,
    /// When it was written.
    pub at: UnixTime,
    /// When it was sent, died or was dropped.
    pub ended_at: Option<UnixTime>,
}

/// Which letters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// In this state only.
    pub state: Option<LetterState>,
    /// Of this channel only.
    pub channel: Option<Channel>,
    /// Before this one.
    pub before: Option<LetterId>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LetterError {
    /// No such letter.
    #[error("no such letter")]
    NotFound,
    /// Only what is dead is tried again or dropped.
    #[error("the letter is {0}")]
    NotDead(LetterState),
    /// The command could not go on.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StorageError> for LetterError {
    fn from(error: StorageError) -> Self {
        Self::Work(error.into())
    }
}

/// A page of letters, newest first, and where the next begins.
pub async fn list(
    app: &App,
    _permit: &Permit<WorkOutbox>,
    wanted: Wanted,
    limit: i64,
) -> Result<(Vec<Letter>, Option<LetterId>), StorageError> {
    let Wanted { state, channel, before } = wanted;
    let mut tx = app.db.begin_read().await?;
    let mut rows = stored::list(&mut tx, state, channel, before, limit + 1).await?;
    tx.commit().await?;
    let next = page::cut(&mut rows, limit, |row| row.id);
    let letters = rows.into_iter().map(|row| open(app, row));
    Ok((letters.collect::<Result<_, _>>()?, next))
}

/// Tries a dead letter again, or drops it.
pub async fn act(
    app: &App,
    permit: &Permit<WorkOutbox>,
    id: LetterId,
    act: LetterAct,
    reason: Option<&PlainText>,
) -> Result<Letter, LetterError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let (done, action) = match act {
        LetterAct::Retry => (stored::retry(&mut work.tx, id, now).await?, "retry letter"),
        LetterAct::Drop => (stored::drop_dead(&mut work.tx, id, now).await?, "drop letter"),
    };
    let row = stored::find(&mut work.tx, id).await?.ok_or(LetterError::NotFound)?;
    if !done {
        return Err(LetterError::NotDead(row.state()?));
    }
    let letter = open(app, row)?;
    work.audit(action, &id.to_string(), reason.map(PlainText::as_str)).await?;
    work.finish().await?;
    Ok(letter)
}

/// Tries all dead letters again, or all of a channel; tells how many they are.
pub async fn retry_all(
    app: &App,
    permit: &Permit<WorkOutbox>,
    channel: Option<Channel>,
) -> Result<u64, LetterError> {
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let letters = stored::retry_all(&mut work.tx, channel, now).await?;
    work.audit("retry letters", channel.map_or("all", Channel::as_str), None).await?;
    work.finish().await?;
    Ok(letters)
}

fn open(app: &App, row: LetterRow) -> Result<Letter, StorageError> {
    let state = row.state()?;
    let to = recipient(app, &row).and_then(|recipient| MailAddress::parse(&recipient.to).ok());
    Ok(Letter {
        id: row.id,
        channel: row.channel()?,
        topic: row.topic()?,
        to: to.map(|address| address.masked()),
        state,
        tries: row.tries,
        next_at: (state == LetterState::Waiting).then_some(UnixTime(row.next_at)),
        at: UnixTime(row.at),
        ended_at: row.ended_at.map(UnixTime),
        event: row.event,
        fault: row.fault,
    })
}
