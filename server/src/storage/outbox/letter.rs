//! Letters that go out, and the days on which units were told what they have to do. Addresses are sealed.

use liangzheng_core::time::{Day, UnixTime};

use crate::domain::ids::LetterId;
use crate::domain::outbox::letter::{Channel, LetterState, Topic};
use crate::storage::day::number;
use crate::storage::sql::{all, columns, execute, one, statements, value};
use crate::storage::{StorageError, Tx};

/// One letter.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LetterRow {
    /// Its id.
    pub id: LetterId,
    /// As [`Channel::as_str`].
    pub channel: String,
    /// As [`Topic::as_str`].
    pub topic: String,
    /// The id of what it tells of.
    pub event: String,
    /// What a webhook is sent.
    pub body: Option<String>,
    /// To whom a mail goes, sealed for [`place`].
    pub recipient: Option<Vec<u8>>,
    /// As [`LetterState::as_str`].
    pub state: String,
    /// Tries that failed.
    pub tries: i64,
    /// It is not tried before.
    pub next_at: i64,
    /// Why the last try failed.
    pub fault: Option<String>,
    /// When it was written.
    pub at: i64,
    /// When it was sent, died or was dropped.
    pub ended_at: Option<i64>,
}

impl LetterRow {
    /// By what it goes out.
    pub fn channel(&self) -> Result<Channel, StorageError> {
        self.channel.parse().map_err(|_| self.inconsistent("channel"))
    }

    /// What it tells of.
    pub fn topic(&self) -> Result<Topic, StorageError> {
        self.topic.parse().map_err(|_| self.inconsistent("topic"))
    }

    /// Where it stands.
    pub fn state(&self) -> Result<LetterState, StorageError> {
        self.state.parse().map_err(|_| self.inconsistent("state"))
    }

    /// A column that holds what no program of ours writes.
    pub fn inconsistent(&self, column: &'static str) -> StorageError {
        StorageError::Inconsistent { table: "outbox_letter", column, row: self.id.to_string() }
    }
}

/// For what a recipient is sealed.
pub fn place(id: LetterId) -> String {
    format!("outbox.recipient/{id}")
}

/// A letter to be written.
#[derive(Clone, Debug)]
pub struct NewLetter<'a> {
    /// Its id.
    pub id: LetterId,
    /// By what it goes out.
    pub channel: Channel,
    /// What it tells of.
    pub topic: Topic,
    /// The id of what it tells of.
    pub event: &'a str,
    /// What a webhook is sent.
    pub body: Option<&'a str>,
    /// To whom a mail goes, sealed.
    pub recipient: Option<&'a [u8]>,
    /// Now.
    pub at: UnixTime,
}

/// Writes a letter.
pub async fn insert(tx: &mut Tx, letter: &NewLetter<'_>) -> Result<(), StorageError> {
    let NewLetter { id, channel, topic, event, body, recipient, at } = letter;
    execute!(tx, INSERT, *id, channel.as_str(), topic.as_str(), *event, *body, *recipient, at.0).map(drop)
}

/// Letters of a channel that are to be tried, those that have waited longest first.
pub async fn due(
    tx: &mut Tx,
    channel: Channel,
    now: UnixTime,
    limit: i64,
) -> Result<Vec<LetterRow>, StorageError> {
    all!(tx, DUE, channel.as_str(), now.0, limit)
}

/// A letter was sent.
pub async fn sent(tx: &mut Tx, id: LetterId, now: UnixTime) -> Result<(), StorageError> {
    execute!(tx, SENT, id, now.0).map(drop)
}

/// A try failed: it is tried again at `next_at`.
pub async fn postpone(tx: &mut Tx, id: LetterId, next_at: UnixTime, fault: &str) -> Result<(), StorageError> {
    execute!(tx, POSTPONE, id, next_at.0, fault).map(drop)
}

/// Lets the due letters of a channel wait until `next_at`.
pub async fn hold_back(tx: &mut Tx, channel: Channel, next_at: UnixTime) -> Result<(), StorageError> {
    execute!(tx, HOLD_BACK, channel.as_str(), next_at.0).map(drop)
}

/// A try failed, and was the last.
pub async fn give_up(tx: &mut Tx, id: LetterId, now: UnixTime, fault: &str) -> Result<(), StorageError> {
    execute!(tx, GIVE_UP, id, now.0, fault).map(drop)
}

/// A letter by its id.
pub async fn find(tx: &mut Tx, id: LetterId) -> Result<Option<LetterRow>, StorageError> {
    one!(tx, FIND, id)
}

/// Letters, newest first, those before `before`; of one state or channel if one is given.
pub async fn list(
    tx: &mut Tx,
    state: Option<LetterState>,
    channel: Option<Channel>,
    before: Option<LetterId>,
    limit: i64,
) -> Result<Vec<LetterRow>, StorageError> {
    let (state, channel) = (state.map(LetterState::as_str), channel.map(Channel::as_str));
    all!(tx, LIST, state, channel, before, limit)
}

/// A dead letter is to be tried again, as if for the first time; false if it is not dead.
pub async fn retry(tx: &mut Tx, id: LetterId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, RETRY, id, now.0)? == 1)
}

/// The same with all dead letters, or all of a channel; how many they are.
pub async fn retry_all(tx: &mut Tx, channel: Option<Channel>, now: UnixTime) -> Result<u64, StorageError> {
    execute!(tx, RETRY_ALL, channel.map(Channel::as_str), now.0)
}

/// A dead letter is not sent; false if it is not dead.
pub async fn drop_dead(tx: &mut Tx, id: LetterId, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, DROP_DEAD, id, now.0)? == 1)
}

/// How many letters of a channel are in a state.
pub async fn count(tx: &mut Tx, channel: Channel, state: LetterState) -> Result<i64, StorageError> {
    value!(tx, COUNT, channel.as_str(), state.as_str())
}

/// Removes letters that were sent or dropped before `before`.
pub async fn forget(tx: &mut Tx, before: UnixTime) -> Result<(), StorageError> {
    execute!(tx, FORGET, before.0)?;
    execute!(tx, FORGET_DAYS, before.0).map(drop)
}

/// Notes that the units are told on `day`; false if they were.
pub async fn begin_day(tx: &mut Tx, day: Day, now: UnixTime) -> Result<bool, StorageError> {
    Ok(execute!(tx, BEGIN_DAY, number(day), now.0)? == 1)
}

/// Whether the units were told on `day`.
pub async fn has_day(tx: &mut Tx, day: Day) -> Result<bool, StorageError> {
    let found: i64 = value!(tx, HAS_DAY, number(day))?;
    Ok(found > 0)
}

columns!(letter = "id, channel, topic, event, body, recipient, state, tries, next_at, fault, at, ended_at");

statements! {
    INSERT = "INSERT INTO outbox_letter (id, channel, topic, event, body, recipient, state, next_at, at) \
        VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $7)";
    DUE = concat!("SELECT ", letter!(), " FROM outbox_letter \
        WHERE channel = $1 AND state = 'waiting' AND next_at <= $2 ORDER BY next_at, id LIMIT $3");
    SENT = "UPDATE outbox_letter SET state = 'sent', fault = NULL, ended_at = $2 WHERE id = $1 AND state = 'waiting'";
    POSTPONE = "UPDATE outbox_letter SET tries = tries + 1, next_at = $2, fault = $3 \
        WHERE id = $1 AND state = 'waiting'";
    HOLD_BACK = "UPDATE outbox_letter SET next_at = $2 WHERE channel = $1 AND state = 'waiting' AND next_at < $2";
    GIVE_UP = "UPDATE outbox_letter SET tries = tries + 1, state = 'dead', fault = $3, ended_at = $2 \
        WHERE id = $1 AND state = 'waiting'";
    FIND = concat!("SELECT ", letter!(), " FROM outbox_letter WHERE id = $1");
    LIST = concat!("SELECT ", letter!(), " FROM outbox_letter WHERE (state = $1 OR $1 IS NULL) \
        AND (channel = $2 OR $2 IS NULL) AND (id < $3 OR $3 IS NULL) ORDER BY id DESC LIMIT $4");
    RETRY = "UPDATE outbox_letter SET state = 'waiting', tries = 0, next_at = $2, ended_at = NULL \
        WHERE id = $1 AND state = 'dead'";
    RETRY_ALL = "UPDATE outbox_letter SET state = 'waiting', tries = 0, next_at = $2, ended_at = NULL \
        WHERE state = 'dead' AND (channel = $1 OR $1 IS NULL)";
    DROP_DEAD = "UPDATE outbox_letter SET state = 'dropped', ended_at = $2 WHERE id = $1 AND state = 'dead'";
    COUNT = "SELECT COUNT(*) FROM outbox_letter WHERE channel = $1 AND state = $2";
    FORGET = "DELETE FROM outbox_letter WHERE state IN ('sent', 'dropped') AND ended_at <= $1";
    FORGET_DAYS = "DELETE FROM outbox_day WHERE at <= $1";
    BEGIN_DAY = "INSERT INTO outbox_day (day, at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    HAS_DAY = "SELECT COUNT(*) FROM outbox_day WHERE day = $1";
}
