//! Publishes what changed of statuses.

use crate::App;
use crate::service::publication::publisher;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    let outcome = publisher::publish(app, false).await;
    let is_news = app.publisher.note(outcome.as_ref().err());
    match outcome {
        Ok(true) => tracing::debug!("status lists published"),
        Ok(false) => {}
        Err(error) if is_news => return Err(error.into()),
        Err(error) => tracing::debug!(%error, "still not published"),
    }
    Ok(())
}
