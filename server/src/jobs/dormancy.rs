//! Disables members who have not logged in for ninety days.

use crate::App;
use crate::service::actor::members;

pub(super) async fn run(app: &App) -> anyhow::Result<()> {
    while members::disable_dormant(app).await? {
        // Requests that wait for the writer come first.
        tokio::task::yield_now().await;
    }
    Ok(())
}
