//! Publishes what changed of statuses.

use crate::App;
use crate::service::publication::publisher;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    if publisher::publish(app, false).await? {
        tracing::debug!("status lists published");
    }
    Ok(())
}
