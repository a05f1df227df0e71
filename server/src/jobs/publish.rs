//! Publishes what changed of statuses.

use crate::App;
use crate::service::publication::publish;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    if publish::publish(app, false).await? {
        tracing::debug!("status lists published");
    }
    Ok(())
}
