//! `/api/v1/outbox`: letters that wait, were sent, or were given up.

use actix_web::web;
use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::WorkOutbox;
use crate::domain::ids::LetterId;
use crate::domain::outbox::letter::{Channel, LetterAct, LetterState, Topic};
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, Permitted, items_on_page};
use crate::http::problem::{Problem, kinds};
use crate::service::outbox::letters::{self, LetterError, Wanted};
use crate::words;

words! {
    /// What is done with many letters at once.
    pub enum OutboxAct: "act on the outbox" {
        /// Those that were given up are tried again.
        Retry = "retry" / "重新发送" / "retry",
    }
}

/// Which letters.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LettersQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<LetterId>,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Only those that stand so.
    #[serde(default)]
    state: Option<LetterState>,
    /// Only those of this channel.
    #[serde(default)]
    channel: Option<Channel>,
}

/// Body of `POST …/{id}/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterActRequest {
    /// `retry` or `drop`.
    act: LetterAct,
    /// Why; needed to drop.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// Body of `POST /outbox/acts`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutboxActRequest {
    /// `retry`.
    act: OutboxAct,
    /// Only letters of this channel.
    #[serde(default)]
    channel: Option<Channel>,
}

/// A letter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Letter {
    id: LetterId,
    /// By what it goes out.
    channel: Channel,
    /// The same in words.
    channel_label: Text,
    /// What it tells of.
    topic: Topic,
    /// The same in words.
    topic_label: Text,
    /// The id of what it tells of: `webhook-id` at the receiver.
    event: String,
    /// To whom, of a mail: the first character and the host.
    to: Option<String>,
    /// Where it stands.
    state: LetterState,
    /// The same in words.
    state_label: Text,
    /// Tries that failed.
    tries: i64,
    /// When it is tried again, in unix seconds; null unless it waits.
    next_at: Option<UnixTime>,
    /// Why the last try failed.
    fault: Option<String>,
    /// When it was written.
    at: UnixTime,
    /// When it was sent, given up or dropped.
    ended_at: Option<UnixTime>,
}

/// What was done with many letters.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OutboxActed {
    /// How many they were.
    letters: u64,
}

/// `GET /api/v1/outbox`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<WorkOutbox>,
    query: web::Query<LettersQuery>,
) -> Result<Answer<Page<Letter>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let LettersQuery { cursor, state, channel, .. } = query.into_inner();
    let (items, next) =
        letters::list(&app, &permit, Wanted { state, channel, before: cursor }, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `POST /api/v1/outbox/{id}/acts`
pub async fn act(
    app: web::Data<App>,
    permit: Permitted<WorkOutbox>,
    id: web::Path<LetterId>,
    body: Body<LetterActRequest>,
) -> Result<Answer<Letter>, Problem> {
    let LetterActRequest { act, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = match &reason {
        Some(reason) => problem.plain_text("/reason", PlainText::lines(reason, MAX_REASON)),
        None if act == LetterAct::Drop => {
            problem = problem.field("/reason", "missing", "请说明放弃发送的原因", "say why it is not sent");
            None
        }
        None => None,
    };
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    Ok(Answer::of(letters::act(&app, &permit, *id, act, reason.as_ref()).await?.into()))
}

/// `POST /api/v1/outbox/acts`
pub async fn act_on_all(
    app: web::Data<App>,
    permit: Permitted<WorkOutbox>,
    body: Body<OutboxActRequest>,
) -> Result<Answer<OutboxActed>, Problem> {
    let letters = match body.0.act {
        OutboxAct::Retry => letters::retry_all(&app, &permit, body.0.channel).await?,
    };
    Ok(Answer::of(OutboxActed { letters }))
}

impl From<letters::Letter> for Letter {
    fn from(letter: letters::Letter) -> Self {
        Self {
            id: letter.id,
            channel: letter.channel,
            channel_label: letter.channel.label(),
            topic: letter.topic,
            topic_label: letter.topic.label(),
            event: letter.event,
            to: letter.to,
            state: letter.state,
            state_label: letter.state.label(),
            tries: letter.tries,
            next_at: letter.next_at,
            fault: letter.fault,
            at: letter.at,
            ended_at: letter.ended_at,
        }
    }
}

impl From<LetterError> for Problem {
    fn from(error: LetterError) -> Self {
        match error {
            LetterError::NotFound => Self::new(&kinds::NOT_FOUND),
            LetterError::NotDead(state) => {
                let state = state.label();
                Self::new(&kinds::CONFLICT).code("not-dead").detail(
                    format!("该消息{}，只有发送失败的消息可以重新发送或放弃", state.zh),
                    format!(
                        "the letter is {}: only one that failed for good is tried again or dropped",
                        state.en
                    ),
                )
            }
            LetterError::Work(error) => error.into(),
        }
    }
}
