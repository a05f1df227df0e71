//! Removes rows that nobody needs any more, and makes room for new status indexes.

use liangzheng_core::time::Seconds;

use crate::App;
use crate::service::issuing::imports;
use crate::service::issuing::pictures::KEPT_UNUSED;
use crate::service::publication::status;
use crate::service::verifying::short_code;
use crate::storage::{actor, change, idempotency, issuing, outbox, publication, showing, verifying};

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin_write().await?;
    let delta_history = Seconds(app.config.tokens.delta_history_seconds);
    publication::status_publication::forget(&mut tx, now.minus(delta_history)).await?;
    change::forget(&mut tx, now.minus(KEEP_CHANGES)).await?;
    showing::show::forget(&mut tx, now.minus(KEEP_SHOWS)).await?;
    showing::short_code::forget(&mut tx, now).await?;
    verifying::spent::forget(&mut tx, now.minus(KEEP_SPENT)).await?;
    verifying::wrong_code::forget(&mut tx, now.minus(short_code::COUNTED)).await?;
    actor::session::forget(&mut tx, now.minus(KEEP_SESSIONS)).await?;
    actor::account::forget_failures(&mut tx, now).await?;
    actor::known_place::forget(&mut tx, now).await?;
    actor::client::forget_assertions(&mut tx, now).await?;
    idempotency::forget(&mut tx, now.minus(KEEP_REPLIES)).await?;
    issuing::picture::forget(&mut tx, now.minus(KEPT_UNUSED)).await?;
    outbox::letter::forget(&mut tx, now.minus(KEEP_LETTERS)).await?;
    status::grow(&mut tx, &app.base_url, now).await?;
    tx.commit().await?;
    imports::forget(app, now.minus(KEEP_IMPORTS).0).await?;
    Ok(())
}

/// Longer than any server is away and comes back with its caches full.
const KEEP_CHANGES: Seconds = Seconds(86_400);
/// How long the rows of an import can be looked at after its end.
const KEEP_IMPORTS: Seconds = Seconds(7 * 86_400);
/// Longer than anybody asks whether he was written to.
const KEEP_LETTERS: Seconds = Seconds(30 * 86_400);
const KEEP_SHOWS: Seconds = Seconds(3600);
/// A day after their end, so that a log line of yesterday still finds its session.
const KEEP_SESSIONS: Seconds = Seconds(86_400);
/// How long a repeated request finds its first answer.
const KEEP_REPLIES: Seconds = Seconds(86_400);

/// Beyond the verifiers' slack for early codes, so that a spent token can never be spent again.
const KEEP_SPENT: Seconds = Seconds(300);
